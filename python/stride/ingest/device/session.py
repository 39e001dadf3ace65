"""One session: its summary in the file and its samples as arrays."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from stride.ingest.device import dating
from stride.ingest.device.dating import EARLIEST_S
from stride.ingest.device.problem import Unreadable

RANGES = {
    "distance_m": (0, 5e6),
    "speed_mps": (0, 120),
    "heart_rate_bpm": (30, 230),
    "power_w": (0, 3000),
    "altitude_m": (-500, 9000),
    "cadence_rpm": (0, 255),
    "temperature_c": (-50, 60),
    "latitude": (-90, 90),
    "longitude": (-180, 180),
}
"""The columns of samples; a value outside its range is a sensor's error, so it is missing."""

FARTHEST_S = 7 * 86400
"""A sample farther than this from the session's middle comes from a clock that jumped."""


@dataclass
class Session:
    """Samples of one session in the order of time, each instant once.

    Every array has shape (n_samples,) and is NaN where nothing was measured; a column that the
    file lacks is None.
    """

    file_format: str
    """``fit``, ``tcx`` or ``gpx``."""
    started_at: datetime
    """Aware, UTC."""
    time_s: np.ndarray
    """Seconds since ``started_at``, strictly rising."""
    sport_type: str | None = None
    """As Strava spells it; None if the file doesn't say."""
    name: str | None = None
    is_indoor: bool | None = None
    utc_offset_s: int | None = None
    """Clock on the spot less UTC, where the file tells it."""
    is_local_clock: bool = False
    """Whether ``started_at`` is what the clock on the spot showed: UTC is not known."""
    clock_flags: list[str] = field(default_factory=list)
    """Codes of `dating`: how the time was corrected."""
    totals: dict[str, float] = field(default_factory=dict)
    """What the device itself summed up, keyed as the landed columns, and ``timer_time_s``."""
    said: dict = field(default_factory=dict)
    """Words and totals of the file, for the record."""
    warnings: list[str] = field(default_factory=list)

    distance_m: np.ndarray | None = None
    speed_mps: np.ndarray | None = None
    heart_rate_bpm: np.ndarray | None = None
    power_w: np.ndarray | None = None
    altitude_m: np.ndarray | None = None
    cadence_rpm: np.ndarray | None = None
    temperature_c: np.ndarray | None = None
    latitude: np.ndarray | None = None
    longitude: np.ndarray | None = None


def build(
    epoch_s,
    columns: dict,
    *,
    file: str,
    start_s: float | None = None,
    end_s: float | None = None,
    clocks_s=(),
    written_s=(),
    stops_s=(),
    unread_time: str | None = None,
    **facts,
) -> Session:
    """Put samples as a file lists them into a `Session`.

    Corrects a clock that was set in the recording, sorts by time, joins samples of the same instant
    (some devices write heart rate and position apart), and drops what lies outside `RANGES` or has
    no time.

    Parameters
    ----------
    epoch_s : array-like of shape (n,)
        Unix time, s, in the order of the file; NaN where a sample has none.
    columns : dict of str to array-like of shape (n,)
        Keys of `RANGES`.
    file : str
        For the message.
    start_s, end_s : float, optional
        When the session began and ended by the device's own summary, Unix time.
    clocks_s : iterable of float
        What other clocks of the recording show, Unix time.
    written_s : iterable of float
        When the file was written, Unix time: evidence only of a date that can't be right.
    stops_s : iterable of float
        When the timer was stopped, Unix time.
    unread_time : str, optional
        A time of the file that could not be read, for the message.
    **facts
        Further attributes of `Session`.

    Returns
    -------
    Session

    Raises
    ------
    Unreadable
        ``no_times`` if no sample has a time and ``start_s`` is None.

    Examples
    --------
    >>> session = build([1e9 + 1, 1e9, 1e9 + 1], {"heart_rate_bpm": [120, 0, np.nan]},
    ...                 file="a", file_format="fit")
    >>> session.time_s, session.heart_rate_bpm
    (array([0., 1.]), array([ nan, 120.]))
    """
    elapsed_s = facts.get("totals", {}).get("elapsed_time_s")
    flags = facts.setdefault("clock_flags", [])
    epoch_s, start_s, flag = dating.mend_jumps(
        np.asarray(epoch_s, float), start_s, elapsed_s, end_s, stops_s
    )
    flags += [flag] if flag else []
    epoch_s, start_s = _dated_by_name(file, epoch_s, start_s, facts)
    if start_s is not None and not EARLIEST_S < start_s < 1e11:
        start_s = None
    usable = np.isfinite(epoch_s) & (epoch_s > EARLIEST_S) & (epoch_s < 1e11)
    if usable.any():
        middle = np.sort(epoch_s[usable])[(usable.sum() - 1) // 2]
        usable &= np.abs(epoch_s - middle) <= FARTHEST_S
    elif start_s is None:
        raise Unreadable("no_times", _undated(file, epoch_s, unread_time))
    if usable.any() and not elapsed_s:
        ordered = np.sort(epoch_s[usable])
        first = ordered[dating.first_of_session(ordered)]
        flags += [dating.STALE] if first > ordered[0] else []
        usable &= epoch_s >= first
    instants, place = np.unique(epoch_s[usable], return_inverse=True)
    samples = {}
    for name, values in columns.items():
        low, high = RANGES[name]
        values = np.asarray(values, float)[usable]
        with np.errstate(invalid="ignore"):
            valid = (values >= low) & (values <= high)
        if valid.any():
            samples[name] = np.full(len(instants), np.nan)
            samples[name][place[valid]] = values[valid]
    began = instants[0] if len(instants) else start_s
    if start_s is not None and 0 <= began - start_s <= 3600:
        began = start_s
    if began < dating.FIRST_WATCHES_S:
        clocks_s = [*clocks_s, *written_s]
    shift_s = dating.rollover_shift_s(float(began), clocks_s)
    flags += [dating.ROLLED_OVER] if shift_s else []
    return Session(
        started_at=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(began) + shift_s),
        time_s=instants - began,
        **samples,
        **facts,
    )


def _dated_by_name(file: str, epoch_s: np.ndarray, start_s: float | None, facts: dict):
    """The times by the file's name, if its clock was never set."""
    times = epoch_s[np.isfinite(epoch_s)]
    began_s = start_s if start_s is not None else times.min(initial=np.inf)
    shown = dating.time_of_name(file)
    if not np.isfinite(began_s) or shown is None or not dating.was_never_set(began_s, shown[0]):
        return epoch_s, start_s
    if began_s < EARLIEST_S <= times.max(initial=began_s):  # it was set while it ran
        return epoch_s, start_s
    shift_s = shown[0] - began_s
    facts["is_local_clock"] = True
    facts["clock_flags"].append(dating.NEVER_SET)
    return epoch_s + shift_s, None if start_s is None else start_s + shift_s


def _undated(file: str, epoch_s: np.ndarray, unread_time: str | None) -> str:
    """Why the samples of a file have no date."""
    known = epoch_s[np.isfinite(epoch_s)]
    if len(known):
        first = datetime(1970, 1, 1) + timedelta(seconds=float(np.clip(known[0], 0, 1e11)))
        return (
            f"{file} is dated {first:%Y-%m-%d}: the clock of its device was never set, and nothing "
            "in the file or its name has the day."
        )
    if unread_time:
        return f"{file} has times that can't be read, such as {unread_time!r}."
    return f"{file} has samples, but none has a time: it can't be dated."


def tidy_text(text, longest: int = 200) -> str | None:
    """Make one printable line of text from a file; None if nothing is left.

    Examples
    --------
    >>> tidy_text("  Morning\\n Run\\x1b "), tidy_text(" ")
    ('Morning Run', None)
    """
    line = " ".join(str(text or "").split())
    return "".join(c for c in line if c.isprintable())[:longest].strip() or None
