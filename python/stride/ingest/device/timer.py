"""Recorded time: a long gap between samples is a pause and not counted."""

import numpy as np

POWER_GAP_S = 3.0
"""A gap up to this in power recorded each second is bridged; a longer one is a pause."""


def gap_limit(time_s: np.ndarray) -> float:
    """Longest step between samples that still counts as recorded, s.

    Five usual steps, at least 10 s and at most 300 s. Recording each second gives 10 s; "smart"
    recording (1 to 8 s) and trackers that sample each minute get what they need.

    Parameters
    ----------
    time_s : ndarray of shape (n,)
        Strictly rising.

    Examples
    --------
    >>> gap_limit(np.arange(60.0)), gap_limit(np.arange(0, 600, 60.0))
    (10.0, 300.0)
    """
    if len(time_s) < 2:
        return 10.0
    return float(np.clip(5 * np.median(np.diff(time_s)), 10, 300))


def power_gap_limit(time_s: np.ndarray) -> float:
    """The same for power: 3 s where each second is recorded, else as `gap_limit`."""
    if len(time_s) < 2 or np.median(np.diff(time_s)) <= 1.5:
        return POWER_GAP_S
    return gap_limit(time_s)


def recorded_steps(time_s: np.ndarray, limit_s: float) -> np.ndarray:
    """Seconds from each sample to the next, 0 across a gap.

    Returns
    -------
    ndarray of shape (n - 1,)

    Examples
    --------
    >>> recorded_steps(np.array([0.0, 1, 3, 600, 601]), limit_s=10)
    array([1., 2., 0., 1.])
    """
    steps = np.diff(time_s)
    return np.where(steps <= limit_s, steps, 0.0)


def running_total(steps: np.ndarray) -> np.ndarray:
    """Cumulative sum that begins with 0: one longer than ``steps``."""
    return np.concatenate([[0.0], np.cumsum(steps)])


def each_second(clock_s: np.ndarray) -> np.ndarray:
    """0, 1, 2 ... up to the last whole second of a clock."""
    return np.arange(np.floor(clock_s[-1] + 1e-6) + 1) if len(clock_s) else np.zeros(0)


def at(grid_s, clock_s, values, longest_s: float) -> np.ndarray:
    """Read a column at other instants, between its neighbours in a straight line.

    Parameters
    ----------
    grid_s : ndarray of shape (m,)
    clock_s : ndarray of shape (n,)
        Not falling; across a pause it stands still.
    values : ndarray of shape (n,)
        NaN where missing.
    longest_s : float
        Farther apart than this, two neighbours tell nothing of what lies between.

    Returns
    -------
    ndarray of shape (m,)
        NaN where the column tells nothing.

    Examples
    --------
    >>> at(np.arange(4.0), np.array([0.0, 1, 2]), np.array([10, np.nan, 30]), longest_s=5)
    array([10., 20., 30., nan])
    """
    valid = np.isfinite(values)
    clock_s, values = clock_s[valid], values[valid]
    rises = np.diff(clock_s, prepend=-np.inf) > 0
    clock_s, values = clock_s[rises], values[rises]
    if not len(clock_s):
        return np.full(len(grid_s), np.nan)
    read = np.interp(grid_s, clock_s, values, left=np.nan, right=np.nan)
    after = np.clip(np.searchsorted(clock_s, grid_s, side="left"), 0, len(clock_s) - 1)
    before = np.clip(np.searchsorted(clock_s, grid_s, side="right") - 1, 0, len(clock_s) - 1)
    read[clock_s[after] - clock_s[before] > longest_s] = np.nan
    return read
