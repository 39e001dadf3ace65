"""Finds the best efforts in a recording."""

import numpy as np

from stride.ingest.device.timer import recorded_steps, running_total

DISTANCES_M = (400.0, 1000.0, 1609.344, 5000.0, 10000.0, 21097.5)
POWER_SECONDS = (300.0, 1200.0, 3600.0)

RECORDS_S = {
    400.0: 43.0,
    1000.0: 131.0,
    1609.344: 223.0,
    5000.0: 755.0,
    10000.0: 1571.0,
    21097.5: 3400.0,
}
"""Just below the men's world records (10000 m: 26:11). Faster values are treated as GPS errors."""


def distance_efforts(time_s, line_m) -> list[dict] | None:
    """Shortest time for each of `DISTANCES_M`, pauses included.

    Distance over time is a broken line, so the best stretch begins or ends at a sample: both cases
    are read off the line for all samples at once, exact between samples.

    Parameters
    ----------
    time_s : ndarray of shape (n,)
        Strictly rising.
    line_m : ndarray of shape (n,)
        Not falling.

    Returns
    -------
    list of dict, or None
        ``kind`` "distance", ``target`` in m, ``value`` in s. None if none was long enough, or if
        one beats the world record: then the distance is wrong and none of them can be trusted.

    Examples
    --------
    >>> distance_efforts(np.array([0.0, 100, 500]), np.array([0.0, 500, 1000]))
    ... # doctest: +NORMALIZE_WHITESPACE
    [{'kind': 'distance', 'target': 400.0, 'value': 80.0},
     {'kind': 'distance', 'target': 1000.0, 'value': 500.0}]
    """
    efforts = []
    for target in DISTANCES_M:
        from_here = line_m + target
        reach = from_here <= line_m[-1]
        to_here = line_m - target
        reached = to_here >= line_m[0]
        if not reach.any():
            break
        seconds = min(
            np.min(_earliest(time_s, line_m, from_here[reach]) - time_s[reach]),
            np.min(time_s[reached] - _latest(time_s, line_m, to_here[reached]), initial=np.inf),
        )
        if seconds < RECORDS_S[target]:
            return None
        efforts.append({"kind": "distance", "target": target, "value": float(seconds)})
    return efforts or None


def _earliest(time_s, line_m, metres):
    """When the line first reached ``metres``."""
    after = np.searchsorted(line_m, metres, side="left")
    return _between(time_s, line_m, metres, np.clip(after, 1, len(line_m) - 1))


def _latest(time_s, line_m, metres):
    """When the line last was at ``metres``."""
    after = np.searchsorted(line_m, metres, side="right")
    return _between(time_s, line_m, metres, np.clip(after, 1, len(line_m) - 1))


def _between(time_s, line_m, metres, after):
    rise = line_m[after] - line_m[after - 1]
    share = np.where(rise > 0, (metres - line_m[after - 1]) / np.where(rise > 0, rise, 1), 1.0)
    share = np.clip(share, 0, 1)
    return time_s[after - 1] + share * (time_s[after] - time_s[after - 1])


def power_efforts(time_s, power_w, limit_s: float) -> list[dict] | None:
    """Highest mean power over each of `POWER_SECONDS`; a gap is time without power.

    Parameters
    ----------
    time_s : ndarray of shape (n,)
    power_w : ndarray of shape (n,)
        NaN where missing.
    limit_s : float
        See `timer.power_gap_limit`.

    Returns
    -------
    list of dict, or None
        ``kind`` "power", ``target`` in s, ``value`` in W.

    Examples
    --------
    >>> power_efforts(np.arange(600.0), np.repeat([100.0, 200.0], 300), 3.0)
    [{'kind': 'power', 'target': 300.0, 'value': 200.0}]
    """
    valid = np.isfinite(power_w)
    time_s, power_w = time_s[valid], power_w[valid]
    if len(time_s) < 2:
        return None
    usual = float(np.median(np.diff(time_s)))  # how long the last sample holds
    time_s = np.append(time_s, time_s[-1] + min(usual, limit_s))
    work = running_total(power_w * recorded_steps(time_s, limit_s))
    efforts = []
    for target in POWER_SECONDS:
        if time_s[-1] - time_s[0] < target - 1e-6:
            break
        last_start = np.maximum(time_s[-1] - target, time_s[0])
        starts = np.concatenate([time_s, time_s - target])
        starts = np.clip(starts, time_s[0], last_start)
        done = np.interp(starts + target, time_s, work) - np.interp(starts, time_s, work)
        efforts.append({"kind": "power", "target": target, "value": float(done.max() / target)})
    return efforts or None
