"""Sample data: invented athletes in the layout of a real Strava export.

It shows that the pipeline works. Accuracy measured on invented data is meaningless.
"""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from stride.errors import StrideError
from stride.sample.athlete import SampleAthlete, draw_athlete
from stride.sample.export import write_archive
from stride.sample.season import plan_season
from stride.sample.sessions import live

__all__ = ["SampleAthlete", "write_sample"]


def write_sample(
    folder: Path,
    *,
    athletes: int,
    years: float,
    seed: int,
    last_day: date,
    progress: Callable[[int], object] | None = None,
) -> list[SampleAthlete]:
    """Write one export archive per invented athlete, and a list of the athletes.

    The same arguments give the same bytes. Athlete ``k`` does not depend on the number of athletes.

    Parameters
    ----------
    folder : pathlib.Path
        Created if missing. Receives ``<athlete_id>.zip`` and ``athletes.csv``.
    athletes : int
        1 to 999.
    years : float
        Length of the history, in years of 365.25 days; up to 15.
    seed : int
        Not negative.
    last_day : datetime.date
        Last day with activities, in the time zone of each athlete.
    progress : callable, optional
        Called with 1 after each athlete.

    Returns
    -------
    list of SampleAthlete
        With the abilities that the archives do not contain.

    Raises
    ------
    StrideError
        If a number is out of range.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = write_sample(
    ...         Path(folder), athletes=1, years=0.2, seed=1, last_day=date(2026, 6, 30)
    ...     )
    ...     print(sorted(file.name for file in Path(folder).iterdir()), made[0].timezone)
    ['athletes.csv', 'sample-1.zip'] America/Sao_Paulo
    """
    if not 1 <= athletes <= 999:
        raise StrideError(f"{athletes} sample athletes are out of range: ask for 1 to 999.")
    if not 0.1 <= years <= 15:
        raise StrideError(f"{years} years are out of range: ask for 0.1 to 15.")
    if seed < 0:
        raise StrideError(f"The seed {seed} is negative: give 0 or more.")
    folder.mkdir(parents=True, exist_ok=True)
    first_day = last_day - timedelta(days=round(years * 365.25) - 1)
    made = []
    for number in range(1, athletes + 1):
        # Separate random streams: a change of the archive's format does not change the races.
        who, plan, body, file = np.random.default_rng([seed, number]).spawn(4)
        athlete = draw_athlete(number, who)
        season = plan_season(athlete, first_day, last_day, plan)
        sessions = live(athlete, season, first_day, last_day, body)
        write_archive(folder / athlete.archive, athlete, number, sessions, file)
        made.append(athlete)
        if progress:
            progress(1)
    with (folder / "athletes.csv").open("w", encoding="utf-8", newline="") as list_file:
        table = csv.writer(list_file, lineterminator="\n")
        table.writerow(["athlete_id", "timezone", "archive"])
        table.writerows([a.athlete_id, a.timezone, a.archive] for a in made)
    return made
