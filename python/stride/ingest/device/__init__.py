"""Recordings of watches and bike computers: FIT, TCX and GPX.

A file becomes `Session` objects (arrays of samples), a session becomes one row for landing. The
parsers are imported when the first file is read, not before.
"""

from stride.ingest.device.problem import PROBLEMS, Problem

__all__ = [
    "PROBLEMS",
    "Problem",
    "measure_streams",
    "problem_row",
    "read_device_file",
    "read_sessions",
    "streams",
    "summarise",
]


def read_device_file(
    name: str, content: bytes, *, sport: str | None = None, written_s=()
) -> list[dict]:
    """Read one recording; a file that gives nothing says why.

    Parameters
    ----------
    name : str
        The file's name; what the content is counts for more than its ending.
    content : bytes
        The file, unpacked.
    sport : str, optional
        Sport of a session whose file names none.
    written_s : iterable of float
        When the file was written, by the archive or folder that holds it; Unix time.

    Returns
    -------
    list of dict
        One per session: what a recording can tell of `schema.SUMMARY`, all of `schema.RECORDED`,
        ``raw_row``, ``problem`` (None) and ``problem_detail`` (None). A file that gives nothing
        is one dict whose ``problem`` is a code of `PROBLEMS`.

    Examples
    --------
    >>> [row] = read_device_file("notes.fit", b"Dear diary")
    >>> row["problem"], row["problem_detail"]
    ('not_a_recording', 'notes.fit is not a FIT, TCX or GPX file.')
    """
    from stride.ingest.device.summary import problem_row

    found = read_sessions(name, content, sport=sport, written_s=written_s)
    if isinstance(found, Problem):
        return [problem_row(found)]
    return [summarise(session) for session in found]


def read_sessions(name: str, content: bytes, *, sport: str | None = None, written_s=()):
    """Read the sessions of a recording: the step before `summarise` and `streams`.

    Parameters
    ----------
    name : str
    content : bytes
    sport, written_s
        See `read_device_file`.

    Returns
    -------
    list of Session, or Problem
        More than one for a triathlon, or for a file that holds several activities.

    Examples
    --------
    >>> read_sessions("run.fit", b"").code
    'empty_file'
    """
    from stride.ingest.device.problem import Unreadable
    from stride.ingest.device.reading import read

    try:
        sessions = read(name, content, written_s)
        for session in sessions:
            session.sport_type = session.sport_type or sport
        return sessions
    except Unreadable as reason:
        return reason.problem


def problem_row(problem) -> dict:
    """The row to land of a file that gave no session."""
    from stride.ingest.device import summary

    return summary.problem_row(problem)


def summarise(session) -> dict:
    """Turn a session into the row to land: see `read_device_file`."""
    from stride.ingest.device.summary import summary_row

    return summary_row(session)


def streams(session, *, with_position: bool = False):
    """Give a session's samples as they were recorded.

    Parameters
    ----------
    session : Session
    with_position : bool
        Whether latitude and longitude come along. They show where the athlete lives.

    Returns
    -------
    pyarrow.Table
        One row per sample: ``time_s`` since the start, ``distance_m``, ``speed_mps``,
        ``heart_rate_bpm``, ``power_w``, ``altitude_m``, ``cadence_rpm``; null where not measured.
    """
    from stride.ingest.device.samples import table

    return table(session, with_position=with_position)


def measure_streams(streams: dict[str, list], sport_type: str | None) -> dict:
    """Measure the streams of Strava's API like the samples of a recording.

    Parameters
    ----------
    streams : dict of str to list
        Strava's names: ``time`` (s since the start), ``distance``, ``velocity_smooth``,
        ``heartrate``, ``watts``, ``altitude``, ``cadence``. A stream of another length than
        ``time`` is left out, others are ignored.
    sport_type : str or None
        As Strava spells it.

    Returns
    -------
    dict
        All of `schema.RECORDED`, and ``graded_distance_m``.

    Examples
    --------
    >>> measure_streams({"time": [0, 1, 2], "heartrate": [140, 140, 141]}, "Run")[
    ...     "heart_rate_seconds"]
    [{'bpm': 140, 'seconds': 2.0}]
    """
    from stride.ingest.device.strava_streams import measure

    return measure(streams, sport_type)
