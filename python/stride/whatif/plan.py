"""Training from tomorrow to the race: distances and load of each day."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from stride.errors import StrideError
from stride.ingest.small_csv import read_lines

PATTERN_DAYS = 28
_RUNNING_DAYS = (1, 3, 5, 6)
"""Days of the week to run on, for an athlete without runs in the last weeks."""


class RecentTraining(NamedTuple):
    """The athlete's last 85 days, including today."""

    days: pd.DataFrame
    """``training_load``, ``run_load``, ``run_distance_m``, ``longest_run_m`` of each day."""
    load_per_km: float | None
    """Median training load per kilometre run; None without runs."""


def repeat_recent_weeks(
    past: RecentTraining, days: int, weekly_km: float | None = None
) -> pd.DataFrame:
    """Repeat the last four weeks, optionally scaled to a weekly distance.

    Parameters
    ----------
    past : RecentTraining
    days : int
    weekly_km : float, optional
        Running distance per week; other sports are not scaled.

    Returns
    -------
    DataFrame of shape (days, 3)
        ``training_load``, ``run_distance_m`` and ``longest_run_m`` of each day.

    Raises
    ------
    StrideError
        If ``weekly_km`` is given and the athlete has no run to derive its load from.
    """
    pattern = past.days.tail(PATTERN_DAYS).reset_index(drop=True)
    other = pattern["training_load"] - pattern["run_load"]
    runs, longest, run_load = (
        pattern[name].copy() for name in ("run_distance_m", "longest_run_m", "run_load")
    )
    if weekly_km is not None:
        usual_km = runs.sum() / 1000.0 / (PATTERN_DAYS / 7)
        if usual_km > 0:
            runs, longest, run_load = (x * weekly_km / usual_km for x in (runs, longest, run_load))
        elif past.load_per_km is None:
            raise StrideError(
                "The load of a kilometre is unknown because there are no runs: give a plan with "
                "the column load instead of --weekly-km."
            )
        else:
            is_run = np.isin(np.arange(PATTERN_DAYS) % 7, _RUNNING_DAYS)
            runs = pd.Series(is_run * weekly_km * 1000.0 / len(_RUNNING_DAYS))
            longest, run_load = runs, runs / 1000.0 * past.load_per_km
    repeated = np.arange(days) % PATTERN_DAYS
    return pd.DataFrame(
        {
            "training_load": (other + run_load).to_numpy()[repeated],
            "run_distance_m": runs.to_numpy()[repeated],
            "longest_run_m": longest.to_numpy()[repeated],
        }
    )


def read_plan(path: Path, past: RecentTraining, first_day: date, days: int) -> pd.DataFrame:
    """Read a plan with one session per line: ``date`` and ``km``, ``load`` or both.

    Parameters
    ----------
    path : Path
        CSV, comma or semicolon. Days without a line are rest days; lines before tomorrow or after
        the day before the race are ignored.
    past : RecentTraining
        Gives the load of a kilometre if the plan has no load.
    first_day : date
        Tomorrow.
    days : int
        Days up to the race.

    Returns
    -------
    DataFrame of shape (days, 3)
        As returned by `repeat_recent_weeks`.

    Raises
    ------
    StrideError
        If a line is invalid; the message names it.
    """
    try:
        header, lines = read_lines(path.read_bytes(), path.name)
    except OSError as problem:
        raise StrideError(f"The plan {path} can't be read: {problem.strerror}.") from None
    if "date" not in header or not {"km", "load"} & set(header):
        raise StrideError(f"{path.name} needs the column date, and km or load or both.")
    plan = pd.DataFrame(
        0.0, index=range(days), columns=["training_load", "run_distance_m", "longest_run_m"]
    )
    used = 0
    for line, row in lines:
        where = f"{path.name}, line {line}"
        try:
            day = (date.fromisoformat(row["date"]) - first_day).days
        except ValueError:
            raise StrideError(
                f"{where}: {row['date']!r} is not a date: write it as 2026-05-01."
            ) from None
        km = _number(where, "km", row.get("km", ""), 300.0)
        load = _number(where, "load", row.get("load", ""), 2000.0)
        if km is None and load is None:
            raise StrideError(f"{where}: km or load is missing; leave out rest days.")
        if load is None:
            if past.load_per_km is None:
                raise StrideError(
                    f"{where}: without any run the load of a kilometre is unknown: give the load."
                )
            load = (km or 0.0) * past.load_per_km
        if 0 <= day < days:
            used += 1
            plan.loc[day, "training_load"] += load
            plan.loc[day, "run_distance_m"] += 1000.0 * (km or 0.0)
            plan.loc[day, "longest_run_m"] = max(
                plan.loc[day, "longest_run_m"], 1000.0 * (km or 0.0)
            )
    if days and not used:
        last = first_day + timedelta(days=days - 1)
        raise StrideError(f"{path.name} has no date from {first_day} to {last}.")
    return plan


def _number(where: str, column: str, text: str, highest: float) -> float | None:
    text = text.replace(",", ".")
    if not text:
        return None
    if not re.fullmatch(r"\d{1,6}(\.\d{1,9})?", text) or float(text) > highest:
        raise StrideError(f"{where}: {column} is {text!r}: write 0 to {highest:g}.")
    return float(text)
