"""Forecasts a future race from the fitness that planned training would lead to."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from stride.database import athletes_of, reading
from stride.errors import StrideError
from stride.racetime.intervals import Z80
from stride.racetime.prior import Settings
from stride.racetime.stage_1 import stage_1
from stride.whatif.fitness import project
from stride.whatif.plan import RecentTraining
from stride.whatif.taper import taper_cost, taper_factors

LONGEST_HORIZON_DAYS = 365
PAST_DAYS = 85
"""The longest window, 84 days, and today, which a race today does not use."""


@dataclass(frozen=True)
class Athlete:
    """Data of an athlete in the last build.

    Parameters
    ----------
    athlete_id : str
    today : date
        As-of date of the build.
    ctl, atl : float
        At the end of today; 0 without activities.
    tsb : float
        At the start of today: CTL minus ATL at the end of the day before.
    past : RecentTraining
    most_run_84d_m : float
        Longest running distance in any 84 days up to today, metres.
    features : DataFrame of one row
        Features of today's forecast at the nearest distance.
    model_name, model_version : str or None
        The champion; None if there is none.
    """

    athlete_id: str
    today: date
    ctl: float
    atl: float
    tsb: float
    past: RecentTraining
    most_run_84d_m: float
    features: pd.DataFrame
    model_name: str | None
    model_version: str | None


def read_athlete(database: Path, athlete_id: str | None, distance_m: float) -> Athlete:
    """Read the data for a what-if forecast.

    Parameters
    ----------
    database : Path
    athlete_id : str or None
        None: the only athlete.
    distance_m : float
        Metres.

    Returns
    -------
    Athlete

    Raises
    ------
    StrideError
        If there is no build, the athlete is unknown, or None is ambiguous.
    """
    with reading(database) as connection:
        ask = connection.execute
        athlete_id = _chosen(connection, athlete_id)
        (today,) = ask(
            "select as_of_date from silver.athletes where athlete_id = ?", [athlete_id]
        ).fetchone()
        state = ask(
            """select ctl, atl, tsb from features.rolling_features
            where athlete_id = ? and feature_date = ?""",
            [athlete_id, today],
        ).fetchone()
        (most_run_84d_m,) = ask(
            "select max(run_distance_84d_m) from features.rolling_features where athlete_id = ?",
            [athlete_id],
        ).fetchone()
        features = ask(
            """from point_in_time.forecast_features where athlete_id = ?
            order by abs(ln(distance_m / ?)) limit 1""",
            [athlete_id, distance_m],
        ).df()
        days = ask(
            """select feature_date, training_load, run_distance_m, longest_run_m
            from features.daily_features where athlete_id = ? and feature_date > ?""",
            [athlete_id, today - timedelta(days=PAST_DAYS)],
        ).df()
        run_loads = ask(
            """select activity_date as feature_date, sum(training_load) as run_load
            from features.activity_features
            where athlete_id = ? and activity_date > ? and sport in ('run', 'run_indoor')
            group by all""",
            [athlete_id, today - timedelta(days=PAST_DAYS)],
        ).df()
        (load_per_km,) = ask(
            """select median(1000 * training_load / distance_m) from features.activity_features
            where athlete_id = ? and activity_date > ? and activity_date <= ?
                and sport in ('run', 'run_indoor') and distance_m >= 1000""",
            [athlete_id, today - timedelta(days=365), today],
        ).fetchone()
        model = ask(
            """select model_name, model_version from inference.inference_log
            where model_role = 'champion' order by predicted_at desc limit 1"""
        ).fetchone()
        standing = ask(
            "select 1 from gold.athlete_predictions where model_role = 'champion' limit 1"
        ).fetchone()
    if features.empty:
        raise StrideError("This build has no forecasts yet: run `stride update`.")
    calendar = pd.DataFrame(
        {"feature_date": pd.date_range(end=pd.Timestamp(today), periods=PAST_DAYS)}
    )
    for frame in (days, run_loads):
        frame["feature_date"] = pd.to_datetime(frame["feature_date"])
        calendar = calendar.merge(frame, on="feature_date", how="left")
    past = RecentTraining(calendar.drop(columns="feature_date").fillna(0.0), load_per_km)
    ctl, atl, tsb = state or (0.0, 0.0, 0.0)
    name, version = model if model and standing else (None, None)
    return Athlete(
        athlete_id, today, ctl, atl, tsb, past, most_run_84d_m or 0.0, features, name, version
    )


def _chosen(connection, athlete_id: str | None) -> str:
    if athlete_id is not None:
        athletes_of(connection, athlete_id)
        return athlete_id
    rows = connection.execute("select athlete_id from silver.athletes order by all limit 2")
    known = [name for (name,) in rows.fetchall()]
    if len(known) != 1:
        raise StrideError(
            "There are several athletes: choose one with --athlete ID."
            if known
            else "There is no athlete yet: import an export, then run `stride update`."
        )
    return known[0]


def load_model(athlete: Athlete):
    """Load the champion, or the fallback if there is no usable champion.

    Parameters
    ----------
    athlete : Athlete

    Returns
    -------
    model : RaceTimeModel
    name : str
        For messages.
    """
    from stride.racetime.model import FEATURES, RaceTimeModel

    why = "there is no champion"
    if athlete.model_version is not None:
        from stride.racetime import registry

        try:
            model = registry.load(athlete.model_name, athlete.model_version)
            return model, f"champion, version {athlete.model_version}"
        except StrideError:
            why = f"the champion, version {athlete.model_version}, can't be loaded"
    return RaceTimeModel().fit(pd.DataFrame(columns=FEATURES), []), f"fallback: {why}"


def race_features(
    athlete: Athlete, plan: pd.DataFrame, distance_m: float, race_day: date
) -> pd.DataFrame:
    """Compute the features on race day if training follows the plan.

    Parameters
    ----------
    athlete : Athlete
    plan : DataFrame of shape (n_days, 3)
        From tomorrow to the day before the race; see `plan.repeat_recent_weeks`.
    distance_m : float
    race_day : date

    Returns
    -------
    DataFrame of one row
        Like ``athlete.features``, with volumes, longest run, last run and form on race day, the
        days since earlier races, and the age in the year of the race. Other features keep their
        present value.
    """
    ahead = (race_day - athlete.today).days
    state = project(athlete.ctl, athlete.atl, plan["training_load"])
    ctl = state["ctl"].iloc[-1] if len(state) else athlete.ctl
    atl = state["atl"].iloc[-1] if len(state) else athlete.atl
    days = pd.concat([athlete.past.days, plan], ignore_index=True)
    if not ahead:  # a race today does not use today's training
        days, ctl, atl = days.iloc[:-1], *_yesterday(athlete)
    loads, runs = days["training_load"], days["run_distance_m"]
    known = {
        "distance_m": distance_m,
        "ctl": ctl,
        "atl": atl,
        "tsb": ctl - atl,
        "longest_run_60d_m": days["longest_run_m"].tail(60).max(),
        **{f"run_distance_{n}d_m": runs.tail(n).sum() for n in (7, 28, 42, 84)},
        **{f"load_{n}d": loads.tail(n).sum() for n in (7, 28)},
    }
    row = athlete.features.assign(
        **{name: value for name, value in known.items() if name in athlete.features}
    )
    for name in row:
        if name.startswith("days_since") or name == "days_of_history":
            row[name] = row[name] + ahead
    run_days = np.flatnonzero(runs.tail(ahead) > 0)  # today and the days of the plan
    if len(run_days):
        row["days_since_last_run"] = ahead - 1 - run_days[-1]
    return _shifted_to(row, athlete, race_day)


def _current_training_features(athlete: Athlete, distance_m: float, race_day: date) -> pd.DataFrame:
    """Compute the features on race day if training stays as it is today."""
    row = athlete.features.assign(distance_m=distance_m)
    for name in ("days_since_last_race", "days_of_history"):
        if name in row:
            row[name] = row[name] + (race_day - athlete.today).days
    return _shifted_to(row, athlete, race_day)


def _shifted_to(row: pd.DataFrame, athlete: Athlete, race_day: date) -> pd.DataFrame:
    """Set the athlete's age and the days since earlier races to those on race day."""
    if "age_years" in row:
        row["age_years"] = row["age_years"] + (race_day.year - athlete.today.year)
    if "earlier_races" in row:
        ahead = (race_day - athlete.today).days
        row["earlier_races"] = [_shift_races(text, ahead) for text in row["earlier_races"]]
    return row


def _yesterday(athlete: Athlete) -> tuple[float, float]:
    row = athlete.features.iloc[0]
    return float(row["ctl"]), float(row["atl"])


def _shift_races(races, days: int):
    """Add days to races written as ``days ago:metres:seconds``."""
    if not isinstance(races, str):
        return races
    return re.sub(r"(?<!\S)(\d+)(?=:)", lambda found: str(int(found[1]) + days), races)


def forecast(
    model,
    athlete: Athlete,
    plan: pd.DataFrame,
    distance_m: float,
    race_day: date,
    taper: str | None = None,
):
    """Forecast a race; the interval widens with the days until the race.

    The model forecasts the race for unchanged training. The plan's volume and rest change the time
    by their effect in stage 1, so more kilometres never make it slower. The effect of a taper is a
    published one, because it can't be learned from races that nearly all follow a taper.

    Parameters
    ----------
    model : RaceTimeModel
    athlete : Athlete
    plan : DataFrame
        Before the taper.
    distance_m : float
    race_day : date
    taper : str, optional
        A key of `taper.TAPERS`; None uses the plan unchanged and without a cost.

    Returns
    -------
    Series
        ``predicted_time_s``, ``lower_80_s``, ``upper_80_s`` (seconds, NaN if refused), ``ctl`` and
        ``atl`` at the end of the day before the race, ``tsb`` at the start of race day,
        ``weekly_km`` (of the four weeks before), ``training_pct`` (effect of the plan's volume and
        rest on the time, percent), ``refusal_reason``.
    """
    ahead = (race_day - athlete.today).days
    then = model.predict_interval(_current_training_features(athlete, distance_m, race_day)).iloc[0]
    now = model.predict_interval(athlete.features.assign(distance_m=distance_m)).iloc[0]
    settings = Settings(**model.settings_)
    effect = _training_effect(athlete, plan, distance_m, race_day, settings) if ahead else 0.0
    cost = taper_cost(ahead, taper) if taper else 0.0
    drift = Z80 * settings.drift_sd * np.sqrt(ahead)
    time_s = then["predicted_time_s"] * np.exp(effect + cost)
    ends = {}
    for end, sign in (("lower_80_s", -1.0), ("upper_80_s", 1.0)):
        width_then = sign * np.log(then[end] / then["predicted_time_s"])
        width_drifted = np.hypot(np.log(now[end] / now["predicted_time_s"]), drift)
        ends[end] = time_s * np.exp(sign * np.fmax(width_then, width_drifted))
    plan = tapered(plan, taper or "none")
    state = race_features(athlete, plan, distance_m, race_day).iloc[0]
    return pd.Series(
        {
            "predicted_time_s": time_s,
            **ends,
            "ctl": state["ctl"],
            "atl": state["atl"],
            "tsb": state["tsb"],
            "weekly_km": state["run_distance_28d_m"] / 4000.0,
            "training_pct": 100.0 * np.expm1(effect),
            "refusal_reason": then.get("refusal_reason"),
        }
    )


def _training_effect(athlete: Athlete, plan, distance_m, race_day: date, settings) -> float:
    """Compute how much slower the race is with the plan than with unchanged training, log."""
    planned = race_features(athlete, plan, distance_m, race_day)
    usual = _current_training_features(athlete, distance_m, race_day)
    # Volume is capped at the athlete's highest so far: more is not known to be tolerated.
    most = max(athlete.most_run_84d_m, float(usual["run_distance_84d_m"].iloc[0] or 0.0))
    for row in (planned, usual):
        row["run_distance_84d_m"] = row["run_distance_84d_m"].clip(upper=most)
    both = stage_1(pd.concat([planned, usual], ignore_index=True), settings)["log_time"]
    return float(np.nan_to_num(both.iloc[0] - both.iloc[1]))


def tapered(plan: pd.DataFrame, taper: str) -> pd.DataFrame:
    """Apply a taper to a plan."""
    return plan.mul(taper_factors(len(plan), taper), axis=0)
