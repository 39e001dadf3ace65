"""Corrects the dates of recordings of a device with a wrong clock.

A date is corrected only where a second clock of the same recording agrees: another field of the
file, the file's name, or the time at which the archive says the file was written.
"""

import re
from datetime import UTC, datetime
from math import isfinite

import numpy as np

ROLLOVER_S = 1024 * 7 * 86400
"""GPS counts weeks up to 1,024; a receiver that misses the turn is off by exactly so many."""

EARLIEST_S = 946_771_200
"""2000-01-02: no device recorded samples before, and 2000-01-01 is a clock that was never set."""

FIRST_WATCHES_S = 1_136_073_600
"""2006-01-01: hardly a watch recorded positions before."""

NEVER_SET = "clock_never_set"
ROLLED_OVER = "gps_week_rollover"
SET_MIDWAY = "clock_set_in_recording"
STALE = "stale_samples"

_YEAR_S = 365 * 86400
_SHORTEST_JUMP_S = 300
_SLACK_S = 60
_STOP_SLACK_S = 15
_STALE_GAP_S, _STALE_SPAN_S = 6 * 3600, 60
_NAME_TIME = re.compile(
    r"(?<!\d)(20\d\d)([-_.]?)(\d\d)\2(\d\d)"
    r"(?:[T_ \-.]{0,3}(\d\d)[-_.:h]?(\d\d)(?:[-_.:m]?(\d\d))?)?(?!\d)"
)


def time_of_name(name: str) -> tuple[float, bool] | None:
    """Read the date in a file's name.

    Parameters
    ----------
    name : str

    Returns
    -------
    (float, bool) or None
        Unix time, s, of what the name shows, taken as UTC; and whether it has a time of day. None
        without a date. A date alone is noon.

    Examples
    --------
    >>> time_of_name("2021-01-16-07-00-00.fit"), time_of_name("run_20210116.tcx")
    ((1610780400.0, True), (1610798400.0, False))
    >>> time_of_name("4711.fit") is None
    True
    """
    found = _NAME_TIME.search(name)
    if not found:
        return None
    year, _, month, day, hour, minute, second = found.groups()
    try:
        shown = datetime(
            int(year), int(month), int(day), int(hour or 12), int(minute or 0), int(second or 0)
        )
    except ValueError:
        return None
    return shown.replace(tzinfo=UTC).timestamp(), hour is not None


def was_never_set(began_s: float, clock_s: float) -> bool:
    """Whether a start counts from the day on which devices begin, as another clock shows.

    Parameters
    ----------
    began_s, clock_s : float
        Start by the samples, and what the other clock shows; Unix time.

    Examples
    --------
    >>> clock_s = datetime(2021, 1, 16, tzinfo=UTC).timestamp()
    >>> [was_never_set(datetime(*day, tzinfo=UTC).timestamp(), clock_s)
    ...  for day in ((1999, 8, 22), (2012, 1, 1), (2012, 1, 2))]
    [True, True, False]
    """
    if began_s < EARLIEST_S:
        return True
    if clock_s - began_s < _YEAR_S or rollover_shift_s(began_s, [clock_s]):
        return False
    began = datetime.fromtimestamp(began_s, UTC)
    return began_s < FIRST_WATCHES_S or (began.month, began.day) == (1, 1)


def rollover_shift_s(began_s: float, clocks_s) -> float:
    """Seconds to add to a start that is a GPS rollover off; 0 if no other clock says so.

    Parameters
    ----------
    began_s : float
        Start by the samples, Unix time.
    clocks_s : iterable of float
        What other clocks of the recording show, Unix time.

    Examples
    --------
    >>> rollover_shift_s(991492499, [1610780000]) / 86400, rollover_shift_s(991492499, [991492000])
    (7168.0, 0.0)
    """
    for clock_s in filter(isfinite, clocks_s):
        turns = round((clock_s - began_s) / ROLLOVER_S)
        if turns in (-1, 1, 2) and abs(clock_s - began_s - turns * ROLLOVER_S) <= 1.5 * 86400:
            return float(turns * ROLLOVER_S)
    return 0.0


def mend_jumps(
    epoch_s, start_s: float | None, elapsed_s: float | None, end_s: float | None, stops_s=()
):
    """Undo jumps of the clock that the device's own duration does not contain.

    A gap that the duration contains is a pause, and so is one that begins where the timer was
    stopped: some devices leave pauses out of their duration. Any other gap that it leaves out is a
    clock that was set: the clock after it counts, unless ``end_s`` agrees with the one before.
    Samples from before the session's own start are left over from another time and are marked as
    missing.

    Parameters
    ----------
    epoch_s : ndarray of shape (n,)
        Unix time in the order of the file; NaN where missing.
    start_s, elapsed_s, end_s : float or None
        Start, duration and end by the device's summary.
    stops_s : iterable of float
        When the timer was stopped, by the same clock as the samples.

    Returns
    -------
    epoch_s : ndarray of shape (n,)
    start_s : float or None
    flag : str or None

    Examples
    --------
    >>> set_forward = np.r_[np.arange(0.0, 60), np.arange(7260.0, 7320)]
    >>> mend_jumps(set_forward, 0.0, 120.0, None)[0][[0, 59, 60, 119]]
    array([7200., 7259., 7260., 7319.])
    """
    valid = np.flatnonzero(np.isfinite(epoch_s))
    times = epoch_s[valid]
    steps = np.diff(times)
    jumps = _unexplained(times, steps, elapsed_s, stops_s)
    if not len(jumps):
        return epoch_s, start_s, None
    usual_s = float(np.median(steps[steps > 0])) if (steps > 0).any() else 1.0
    mended = epoch_s.copy()
    if start_s is not None and elapsed_s and _is_stale(times, jumps, start_s, elapsed_s):
        mended[valid[: jumps[-1] + 1]] = np.nan
        return mended, start_s, STALE
    shift = np.zeros(len(times))
    for jump in jumps:
        shift[: jump + 1] += steps[jump] - usual_s
    ends_before = end_s is not None and abs(end_s - times[-1] + shift[0]) <= 2 * _SLACK_S
    if ends_before and abs(end_s - times[-1]) > 2 * _SLACK_S:  # the clock before was right
        shift -= shift[0]
    mended[valid] = times + shift
    if start_s is not None:
        start_s += shift[int(np.argmin(np.abs(times - start_s)))]
    return mended, start_s, SET_MIDWAY


def _unexplained(times, steps, elapsed_s: float | None, stops_s) -> np.ndarray:
    """Positions of the jumps that are no pauses, in the order of the file."""
    large = np.flatnonzero(np.abs(steps) >= _SHORTEST_JUMP_S)
    for stop_s in stops_s:
        large = large[np.abs(times[large] - stop_s) > _STOP_SLACK_S]
    if not len(large):
        return large
    if not elapsed_s:
        return np.array([at for at in large if steps[at] < 0 and _overlaps(times, at)], int)
    slack_s = max(_SLACK_S, 0.02 * elapsed_s)
    total, taken = float(times[-1] - times[0]), []
    for at in sorted(large, key=lambda each: -abs(steps[each])):
        if abs(total - elapsed_s) <= slack_s:
            break
        if abs(total - steps[at] - elapsed_s) < abs(total - elapsed_s):
            total -= steps[at]
            taken.append(at)
    return np.sort(np.array(taken if abs(total - elapsed_s) <= slack_s else [], int))


def _overlaps(times, at: int) -> bool:
    """Whether the parts before and after a step back cover the same time: no mere disorder."""
    before, after = times[: at + 1], times[at + 1 :]
    return min(before.max(), after.max()) - max(before.min(), after.min()) > 0


def _is_stale(times, jumps, start_s: float, elapsed_s: float) -> bool:
    """Whether the samples after the last jump alone are the session."""
    after = times[jumps[-1] + 1 :]
    span_s = after[-1] - after[0]
    return (
        abs(after[0] - start_s) <= 2 * _SLACK_S
        and abs(span_s - elapsed_s) <= max(_SLACK_S, 0.02 * elapsed_s)
        and jumps[-1] + 1 < len(after)
    )


def first_of_session(times: np.ndarray) -> int:
    """Position of the first sample that is not left over from hours before.

    Parameters
    ----------
    times : ndarray of shape (n,)
        Unix time, rising.

    Examples
    --------
    >>> first_of_session(np.r_[np.arange(10.0), np.arange(90000.0, 91800)])
    10
    """
    gaps = np.flatnonzero(np.diff(times) > _STALE_GAP_S)
    for gap in gaps[::-1]:
        span_s = times[-1] - times[gap + 1]
        if times[gap] - times[0] < _STALE_SPAN_S and span_s > 5 * _STALE_SPAN_S:
            return int(gap) + 1
    return 0
