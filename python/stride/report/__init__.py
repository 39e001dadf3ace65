"""Writes the report as one offline HTML file, and a short version for the terminal."""

from pathlib import Path

import pandas as pd

from stride.errors import StrideError
from stride.report.data import read_build, read_forecasts
from stride.report.formatting import day, plain, span, time

SHOWN_IN_TERMINAL = 10


def write_report(database: Path, target: Path, athlete: str | None = None) -> None:
    """Write the report of the last build.

    Parameters
    ----------
    database : Path
        The DuckDB file that dbt built; only read.
    target : Path
        The HTML file to write.
    athlete : str, optional
        Only this athlete.

    Raises
    ------
    StrideError
        If there is no build, the athlete is unknown or ``target`` can't be written.
    """
    from stride.report.page import render  # slow to import

    page = render(read_build(database, athlete))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page, encoding="utf-8")
    except OSError as problem:
        raise StrideError(f"{target} can't be written: {problem.strerror}.") from None


def forecast_lines(database: Path, athlete: str | None = None) -> list[str]:
    """Format the forecasts of the last build: with intervals for one athlete, a table for several.

    Parameters
    ----------
    database : Path
        The DuckDB file that dbt built; only read.
    athlete : str, optional
        Only this athlete.

    Returns
    -------
    list of str

    Raises
    ------
    StrideError
        If the build or the athlete is missing.
    """
    athletes, forecasts = read_forecasts(database, athlete)
    if not athletes:
        return ["No athlete yet: import an export with `stride import`, then run `stride update`."]
    if forecasts.empty:
        return [f"{', '.join(athletes[:SHOWN_IN_TERMINAL])}: no forecast yet, run `stride update`."]
    return _one(athletes[0], forecasts) if len(athletes) == 1 else _many(athletes, forecasts)


def _one(athlete: str, forecasts: pd.DataFrame) -> list[str]:
    return [f"{athlete}, {day(forecasts['prediction_date'].iloc[0])}"] + [
        f"  {row.distance_label:<14}{_forecast(row)}" for row in forecasts.itertuples()
    ]


def _forecast(row) -> str:
    if pd.isna(row.predicted_time_s):
        return f"no forecast: {plain(row.refusal_reason or 'no reason given')}"
    interval = span(row.lower_80_s, row.upper_80_s)
    return f"{time(row.predicted_time_s)}  80 %: {interval}  [{plain(row.support)}]"


def _many(athletes: list[str], forecasts: pd.DataFrame) -> list[str]:
    times = forecasts.pivot_table(
        index="athlete_id", columns="distance_m", values="predicted_time_s"
    ).reindex(athletes)
    labels = forecasts.groupby("distance_m")["distance_label"].first()
    width = max(map(len, athletes[:SHOWN_IN_TERMINAL])) + 2
    lines = [" " * width + "".join(f"{label:>15}" for label in labels)]
    for name, row in times.head(SHOWN_IN_TERMINAL).iterrows():
        lines.append(f"{name:<{width}}" + "".join(f"{time(seconds):>15}" for seconds in row))
    if len(athletes) > SHOWN_IN_TERMINAL:
        lines.append(f"... and {len(athletes) - SHOWN_IN_TERMINAL:,} more")
    return lines
