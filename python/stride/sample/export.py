"""Write an archive with the members, header and number formats of Strava's bulk export."""

import csv
import gzip
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from stride.sample.athlete import SampleAthlete
from stride.sample.header import HEADER
from stride.sample.names import pick
from stride.sample.oddities import plant, spoil
from stride.sample.sessions import Session
from stride.sample.tcx import tcx

RECORDINGS = 5
"""Number of latest runs per athlete that have a TCX file; few keep the archive small."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHOES = ("Blue trainers", "Fast ones", "Old pair")


def write_archive(
    path: Path,
    athlete: SampleAthlete,
    number: int,
    sessions: list[Session],
    rng: np.random.Generator,
) -> None:
    """Write one athlete's archive; the same arguments give the same bytes.

    Parameters
    ----------
    path : pathlib.Path
        The zip file; replaced if it exists.
    athlete : SampleAthlete
    number : int
        Number of the athlete, from 1.
    sessions : list of Session
        In order of time. Some are changed in place, see `oddities.plant`.
    rng : numpy.random.Generator
    """
    chosen = plant(sessions, rng)
    outdoors = [i for i, session in enumerate(sessions) if session.sport in ("Run", "Trail Run")]
    recorded = outdoors[-RECORDINGS:]
    rows = [_row(session, athlete, number, rng) for session in sessions]
    members = []
    for position in recorded:
        name = f"activities/{rows[position][0]}.tcx.gz"
        _put(rows[position], "Filename", 0, name)
        text = tcx(sessions[position], athlete, rng)
        members.append((name, gzip.compress(text.encode(), 6, mtime=0)))
    spoil(rows, chosen, number, _put)
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([HEADER, *rows])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in [("activities.csv", table.getvalue().encode()), *members]:
            # A fixed date and system make the archive reproducible.
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)


def activity_id(start: datetime, number: int) -> int:
    """Return an id that grows with time and is unique among athletes.

    Examples
    --------
    >>> activity_id(datetime(2024, 1, 1, tzinfo=UTC), 7)
    441763200007
    """
    return int((start - datetime(2010, 1, 1, tzinfo=UTC)).total_seconds()) * 1000 + number


def _put(row: list[str], column: str, occurrence: int, cell: str) -> None:
    row[[i for i, name in enumerate(HEADER) if name == column][occurrence]] = cell


def _number(value: float) -> str:
    """Format a number like the exports: a 32-bit float printed as a 64-bit one."""
    return str(float(np.float32(value)))


def _date(start: datetime) -> str:
    """Format a time as ``Jul 5, 2018, 3:00:00 PM`` in UTC, independent of the locale."""
    half, hour = "AM" if start.hour < 12 else "PM", start.hour % 12 or 12
    day = f"{_MONTHS[start.month - 1]} {start.day}, {start.year}"
    return f"{day}, {hour}:{start.minute:02d}:{start.second:02d} {half}"


def _row(session: Session, athlete: SampleAthlete, number: int, rng) -> list[str]:
    row = [""] * len(HEADER)
    metres, moving = session.metres, session.moving_s
    runs = session.sport.endswith("Run")
    outdoors = session.sport in ("Run", "Trail Run", "Ride", "Walk")
    shown = f"{metres / 1000:.2f}" if metres else "0"
    if session.sport == "Swim":
        shown = f"{metres:,.0f}"
    cells = [
        ("Activity ID", str(activity_id(session.start, number))),
        ("Activity Date", _date(session.start)),
        ("Activity Name", session.name),
        ("Activity Type", session.sport),
        ("Activity Description", session.description),
        ("Elapsed Time", str(session.elapsed_s)),
        ("Distance", shown),
        ("Commute", "false"),
        ("Athlete Weight", _number(athlete.weight_kg)),
        ("Moving Time", _number(moving)),
        ("Max Speed", _number(metres / moving * rng.uniform(1.15, 1.7))),
        ("Average Speed", _number(metres / moving)),
        ("Elevation Gain", _number(session.climb_m)),
        ("Average Grade", "0.0"),
        ("Calories", _number(round(moving / 60 * session.intensity * athlete.weight_kg / 5))),
        ("Average Temperature", _number(session.celsius) if outdoors else ""),
        ("From Upload", "0.0" if session.sport == "Weight Training" else "1.0"),
        ("Flagged", "0.0"),
        ("Average Elapsed Speed", _number(metres / session.elapsed_s)),
    ]
    if session.mean_hr is not None and session.max_hr is not None:
        strain = moving / 60 * session.intensity**3 * 2.2
        cells += [
            ("Max Heart Rate", _number(session.max_hr)),
            ("Average Heart Rate", _number(session.mean_hr)),
            ("Relative Effort", f"{strain:.0f}"),
        ]
        _put(row, "Relative Effort", 1, _number(round(strain)))
        if rng.random() < 0.5:
            _put(row, "Max Heart Rate", 1, _number(session.max_hr))
    if rng.random() < 0.08:
        felt = np.clip(round(10 * session.intensity - 2 + rng.normal(0, 1)), 1, 10)
        cells.append(("Perceived Exertion", _number(felt)))
    if runs and rng.random() < 0.6:
        cells.append(("Grade Adjusted Distance", _number(metres + 1.7 * session.climb_m)))
    if runs and rng.random() < 0.3:
        cells.append(("Activity Gear", pick(rng, _SHOES)))
    if outdoors and rng.random() < 0.4:
        cells.append(("Weather Temperature", _number(session.celsius + rng.normal(0, 1))))
        cells.append(("Humidity", _number(round(rng.uniform(0.3, 0.95), 2))))
    for column, cell in cells:
        _put(row, column, 0, cell)
    _put(row, "Elapsed Time", 1, _number(session.elapsed_s))
    _put(row, "Distance", 1, _number(metres))
    _put(row, "Commute", 1, "0.0")
    return row
