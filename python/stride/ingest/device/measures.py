"""Measures of one session's samples that do not depend on the athlete's thresholds."""

from typing import NamedTuple

import numpy as np

from stride.ingest.device.grade import grade_factor, local_line, slopes
from stride.ingest.device.timer import at, each_second, recorded_steps, running_total

POWER_WINDOW_S = 30
SHORTEST_WEIGHTED_S = 1200
CLIMB_M = 2.0
"""A rise smaller than this is the sensor's noise."""


def heart_rate_seconds(time_s, heart_rate_bpm, limit_s: float) -> list[dict] | None:
    """Seconds spent at each heart rate.

    Each sample lasts until the next one that has a heart rate, and not at all before a gap. So the
    seconds add up to the recorded time with a heart rate, however often the device noted one.

    Parameters
    ----------
    time_s, heart_rate_bpm : ndarray of shape (n,)
        NaN where there is no heart rate.
    limit_s : float
        See `timer.gap_limit`.

    Returns
    -------
    list of dict, or None
        ``bpm`` and ``seconds``, rising in bpm. None without a heart rate.

    Examples
    --------
    >>> time = np.array([0.0, 4, 5, 900, 901])
    >>> heart_rate_seconds(time, np.array([120.0, 121, 120, 121, 90]), limit_s=20)
    [{'bpm': 120, 'seconds': 4.0}, {'bpm': 121, 'seconds': 2.0}]
    """
    valid = np.isfinite(heart_rate_bpm)
    if valid.sum() < 2:
        return None
    bpm = np.rint(heart_rate_bpm[valid]).astype(int)
    seconds = np.bincount(bpm[:-1], weights=recorded_steps(time_s[valid], limit_s))
    found = [{"bpm": int(at), "seconds": float(seconds[at])} for at in np.flatnonzero(seconds)]
    return found or None


def rolling_mean(values, window: int) -> np.ndarray:
    """Mean of each full window; the first ``window - 1`` positions have none.

    Examples
    --------
    >>> rolling_mean(np.array([1.0, 2, 3, 4]), 2)
    array([1.5, 2.5, 3.5])
    """
    if len(values) < window:
        return np.zeros(0)
    total = np.concatenate([[0.0], np.cumsum(values)])
    return (total[window:] - total[:-window]) / window


def fourth_power_mean(values_each_second) -> float | None:
    """Fourth-power mean of 30-second means: hard minutes count for more than easy ones.

    Coggan's weighting, for power or for graded speed; the first 29 seconds have no full window and
    are left out. None for less than 30 s.

    Examples
    --------
    >>> round(fourth_power_mean(np.repeat([200.0, 300.0], 1800)), 3)
    263.826
    """
    means = rolling_mean(np.asarray(values_each_second, float), POWER_WINDOW_S)
    if not len(means):
        return None
    return float(np.mean(np.maximum(means, 0.0) ** 4) ** 0.25)


def power_each_second(time_s, power_w, limit_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Power at 1 Hz: coasting's zeros included, pauses and dropouts taken out.

    Parameters
    ----------
    time_s, power_w : ndarray of shape (n,)
        NaN where the meter dropped out: that is not zero.
    limit_s : float
        See `timer.power_gap_limit`.

    Returns
    -------
    power_w : ndarray of shape (n_seconds,)
    time_s : ndarray of shape (n_seconds,)
        When that was, on the clock of the input.

    Examples
    --------
    >>> time = np.array([0.0, 1, 2, 60, 61])
    >>> power_each_second(time, np.array([100.0, np.nan, 200, 0, 0]), limit_s=3)[0]
    array([100., 150., 200.,   0.])
    """
    valid = np.isfinite(power_w)
    time_s, power_w = time_s[valid], power_w[valid]
    if len(time_s) < 2:
        return power_w, time_s
    clock_s = running_total(recorded_steps(time_s, limit_s))
    grid_s = each_second(clock_s)
    return at(grid_s, clock_s, power_w, np.inf), at(grid_s, clock_s, time_s, np.inf)


class Motion(NamedTuple):
    """The moving seconds of a session, put together without the stops."""

    speed_mps: np.ndarray
    """Shape (n_seconds,)."""
    graded_mps: np.ndarray | None
    """The same speed as it would be on the flat; None without an altitude."""
    heart_rate_bpm: np.ndarray
    """NaN where there is none."""
    seconds: float
    """How long they are, exactly."""


def motion(session, line_m, moving, limit_s: float) -> Motion | None:
    """Bring speed, slope and heart rate of the moving time to one second each.

    Parameters
    ----------
    session : Session
    line_m : ndarray of shape (n_samples,)
        See `distance.distance_line`.
    moving : ndarray of bool, shape (n_samples - 1,)
        See `distance.moving_steps`.
    limit_s : float

    Returns
    -------
    Motion or None
        None for less than two seconds of movement.
    """
    steps = np.where(moving, np.diff(session.time_s), 0.0)
    clock_s = running_total(steps)
    if clock_s[-1] < 2:
        return None
    line = running_total(np.where(moving, np.diff(line_m), 0.0))
    grid_s = each_second(clock_s)
    metres = at(grid_s, clock_s, line, np.inf)
    speed = np.diff(metres)
    graded = None
    if session.altitude_m is not None:
        altitude = at(grid_s, clock_s, session.altitude_m, 30 + limit_s)
        known = np.isfinite(altitude)
        if known.mean() >= 0.9:
            altitude = np.interp(grid_s, grid_s[known], altitude[known])
            grade = slopes(metres, altitude)
            grade = (grade[1:] + grade[:-1]) / 2
            graded = speed * grade_factor(np.where(speed < 1.0, 0.0, grade))
    heart_rate = np.full(len(speed), np.nan)
    if session.heart_rate_bpm is not None:
        heart_rate = at(grid_s[:-1] + 0.5, clock_s, session.heart_rate_bpm, limit_s)
    return Motion(speed, graded, heart_rate, float(clock_s[-1]))


def decoupling_pct(output, heart_rate_bpm) -> float | None:
    """How much less output a heartbeat bought in the second half than in the first, %.

    ``100 (r1 - r2) / r1`` with ``r`` mean output over mean heart rate, halves by time. None unless
    the effort was steady (weighted over plain mean below 1.1), at least 40 minutes long, and 90 %
    of it has a heart rate.

    Parameters
    ----------
    output, heart_rate_bpm : ndarray of shape (n_seconds,)
        Speed or power, and heart rate, each second; NaN where missing.

    Examples
    --------
    >>> output = np.repeat([3.4, 3.35], 1500)
    >>> round(decoupling_pct(output, np.repeat([145.0, 152.0], 1500)), 4)
    6.0081
    """
    known = np.isfinite(heart_rate_bpm) & np.isfinite(output)
    if len(output) < 2400 or known.mean() < 0.9:
        return None
    mean = np.mean(output)
    if mean <= 0 or fourth_power_mean(output) / mean >= 1.1:
        return None
    half = len(output) // 2
    ratios = [
        np.mean(output[part][known[part]]) / np.mean(heart_rate_bpm[part][known[part]])
        for part in (slice(0, half), slice(half, None))
        if known[part].any()
    ]
    if len(ratios) < 2 or ratios[0] <= 0:
        return None
    return float(100 * (ratios[0] - ratios[1]) / ratios[0])


def climb(time_s, altitude_m, limit_s: float) -> float | None:
    """Metres climbed, from the altitude smoothed over 30 s; rises below 2 m are noise.

    Parameters
    ----------
    time_s, altitude_m : ndarray of shape (n,)
        NaN where missing.
    limit_s : float

    Examples
    --------
    >>> time = np.arange(1200.0)
    >>> round(climb(time, 100 + 50 * np.sin(time / 1200 * 2 * np.pi), 10))
    100
    """
    valid = np.isfinite(altitude_m)
    if valid.sum() < 2:
        return None
    clock_s = running_total(recorded_steps(time_s[valid], limit_s))
    grid_s = each_second(clock_s)
    smooth, _ = local_line(grid_s, at(grid_s, clock_s, altitude_m[valid], np.inf))
    turning = np.diff(np.sign(np.diff(smooth)), prepend=0, append=0) != 0
    total, low, high = 0.0, smooth[0], smooth[0]
    for metres in np.append(smooth[turning], smooth[-1]).tolist():
        if metres > high:
            high = metres
        elif metres < low or high - metres > CLIMB_M:  # over the top: the rise is complete
            total += high - low if high - low >= CLIMB_M else 0.0
            low = high = metres
    return float(total + (high - low if high - low >= CLIMB_M else 0.0))
