"""Computes distance over time, without steps faster than an athlete can move."""

import numpy as np

from stride.ingest.device.timer import recorded_steps, running_total

EARTH_M = 6371008.8
"""Mean radius."""


def distance_line(session, fastest_mps: float, limit_s: float) -> np.ndarray | None:
    """Distance since the start at every sample.

    From the device's own distance, else from positions, else from speed. What was covered during
    a pause counts only if the device counted it. A step that nobody can make counts nothing, so it
    can't make an effort; distance caught up after the satellites were lost is spread over the time
    they were lost.

    Parameters
    ----------
    session : Session
    fastest_mps : float
        Speed beyond which a step is an error.
    limit_s : float
        See `timer.gap_limit`.

    Returns
    -------
    ndarray of shape (n_samples,), or None
        Metres, not falling. None if the session measured no movement.
    """
    for known, steps_of in (
        (session.distance_m, _device_steps),
        (session.latitude if session.longitude is not None else None, _position_steps),
        (session.speed_mps, _speed_steps),
    ):
        if known is None:
            continue
        valid = np.isfinite(known)
        if steps_of is _position_steps:
            valid &= np.isfinite(session.longitude)
        time_s = session.time_s[valid]
        if len(time_s) < 2:
            continue
        steps = steps_of(session, valid, time_s, limit_s)
        steps, kept = possible_steps(time_s, steps, fastest_mps)
        line = running_total(steps)
        if line[-1] > 0:
            return np.interp(session.time_s, time_s[kept], line[kept])
    return None


def _device_steps(session, valid, time_s, limit_s):
    # A counter that falls was set back to zero.
    return np.maximum(np.diff(session.distance_m[valid]), 0)


def _position_steps(session, valid, time_s, limit_s):
    steps = great_circle_steps(session.latitude[valid], session.longitude[valid])
    return np.where(np.diff(time_s) <= limit_s, steps, 0.0)


def _speed_steps(session, valid, time_s, limit_s):
    speed = session.speed_mps[valid]
    return (speed[1:] + speed[:-1]) / 2 * recorded_steps(time_s, limit_s)


def great_circle_steps(latitude, longitude) -> np.ndarray:
    """Metres between neighbouring positions on a sphere (haversine).

    Examples
    --------
    >>> round(float(great_circle_steps(np.array([50.0, 51]), np.array([7.0, 7]))[0]))
    111195
    """
    latitude, longitude = np.radians(latitude), np.radians(longitude)
    a = (
        np.sin(np.diff(latitude) / 2) ** 2
        + np.cos(latitude[:-1]) * np.cos(latitude[1:]) * np.sin(np.diff(longitude) / 2) ** 2
    )
    return 2 * EARTH_M * np.arcsin(np.sqrt(np.clip(a, 0, 1)))


def possible_steps(time_s, steps_m, fastest_mps: float) -> tuple[np.ndarray, np.ndarray]:
    """Take out steps that are too fast to be true.

    Parameters
    ----------
    time_s : ndarray of shape (n,)
    steps_m : ndarray of shape (n - 1,)
        Not negative.
    fastest_mps : float

    Returns
    -------
    steps_m : ndarray of shape (n - 1,)
        Impossible steps are 0.
    kept : ndarray of bool, shape (n,)
        False for samples that stood still before a step that caught up with the time lost: without
        them the step is spread over that time.

    Examples
    --------
    >>> possible_steps(np.arange(4.0), np.array([3.0, 900, 3]), fastest_mps=12)[0]
    array([3., 0., 3.])
    >>> possible_steps(np.arange(5.0), np.array([3.0, 0, 0, 14]), fastest_mps=12)[1]
    array([ True,  True, False, False,  True])
    """
    seconds = np.diff(time_s)
    # A distance noted in tenths of a second or metres needs some slack.
    too_fast = steps_m > fastest_mps * np.maximum(seconds, 1.0)
    kept = np.ones(len(time_s), bool)
    if not too_fast.any():
        return steps_m, kept
    grown = np.where(steps_m > 0, np.arange(1, len(time_s)), 0)
    last = np.concatenate([[0], np.maximum.accumulate(grown)[:-1]])  # sample that grew last
    caught_up = too_fast & (steps_m <= fastest_mps * (time_s[1:] - time_s[last]))
    edges = np.zeros(len(time_s) + 1, int)
    at = np.flatnonzero(caught_up)
    np.add.at(edges, last[at] + 1, 1)
    np.add.at(edges, at + 1, -1)
    kept = np.cumsum(edges)[:-1] == 0
    return np.where(too_fast & ~caught_up, 0.0, steps_m), kept


def moving_steps(time_s, line_m, limit_s: float, slowest_mps: float) -> np.ndarray:
    """Which steps the athlete moved in.

    A step is standing if the five seconds after it or the five before it were slower than
    ``slowest_mps``, in recorded time: so single slow seconds of a jumpy distance don't count as
    stops, and a stop of ten seconds counts in full.

    Returns
    -------
    ndarray of bool, shape (n - 1,)
        False across gaps.

    Examples
    --------
    >>> time = np.arange(61.0)
    >>> line = np.interp(time, [0, 20, 40, 60], [0, 60, 60, 120])
    >>> int(moving_steps(time, line, 10, 0.5).sum())
    40
    """
    steps = recorded_steps(time_s, limit_s)
    metres = np.where(steps > 0, np.diff(line_m), 0.0)
    clock, line = running_total(steps), running_total(metres)
    middle = (clock[1:] + clock[:-1]) / 2
    here = np.interp(middle, clock, line)

    def speed_to(other):
        seconds = np.abs(other - middle)
        there = np.interp(other, clock, line)
        return np.where(seconds > 0, np.abs(there - here) / np.maximum(seconds, 1e-9), np.inf)

    slow = (speed_to(np.minimum(middle + 5, clock[-1])) < slowest_mps) | (
        speed_to(np.maximum(middle - 5, 0)) < slowest_mps
    )
    own = metres / np.maximum(steps, 1e-9)
    standing = slow & (own < max(1.0, slowest_mps))
    return (steps > 0) & ~standing
