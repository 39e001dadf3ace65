"""A race time of a day to come, from the state that training until then would leave."""

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
from stride.whatif.taper import taper_cost, taper_factors
from stride.whatif.training import Past

LONGEST_HORIZON_DAYS = 365
PAST_DAYS = 85
"""The 84 that the longest window holds, and today, which a race today does not know."""


@dataclass(frozen=True)
class Athlete:
    """What the last build knows of an athlete.

    Parameters
    ----------
    athlete_id : str
    today : date
        The day the build stands on.
    ctl, atl : float
        At the end of it; 0 without any activity.
    tsb : float
        With which it began: CTL minus ATL at the end of the day before.
    past : Past
    most_run_84d_m : float
        Most that was run in any 84 days up to today, metres.
    features : DataFrame of one row
        What the model was asked with today, for the distance next to the one wanted.
    model_name, model_version : str or None
        The champion; None when none stands.
    """

    athlete_id: str
    today: date
    ctl: float
    atl: float
    tsb: float
    past: Past
    most_run_84d_m: float
    features: pd.DataFrame
    model_name: str | None
    model_version: str | None


def read_athlete(database: Path, athlete_id: str | None, distance_m: float) -> Athlete:
    """Read what is needed to look ahead.

    Parameters
    ----------
    database : Path
    athlete_id : str or None
        None: the only one there is.
    distance_m : float
        Metres.

    Returns
    -------
    Athlete

    Raises
    ------
    StrideError
        If there is no build, no such athlete, or more than one to choose from.
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
    past = Past(calendar.drop(columns="feature_date").fillna(0.0), load_per_km)
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
            "Say for whom, with --athlete ID."
            if known
            else "There is no athlete yet: import an export, then run `stride update`."
        )
    return known[0]


def load_model(athlete: Athlete):
    """The champion that forecast today, or what stands without one: stage 1, nothing learned.

    Parameters
    ----------
    athlete : Athlete

    Returns
    -------
    model : RaceTimeModel
    name : str
        For people.
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
    return RaceTimeModel().fit(pd.DataFrame(columns=FEATURES), []), f"stage 1: {why}"


def race_features(
    athlete: Athlete, plan: pd.DataFrame, distance_m: float, race_day: date
) -> pd.DataFrame:
    """What the model would be asked with on race day, if training went as planned.

    Parameters
    ----------
    athlete : Athlete
    plan : DataFrame of shape (n_days, 3)
        From tomorrow to the day before the race; see `training.as_before`.
    distance_m : float
    race_day : date

    Returns
    -------
    DataFrame of one row
        As ``athlete.features``: volumes, longest run, last run and form as they would be, races as
        many days older as the race is ahead, and age in the year of the race. What no plan can say
        stays as it is.
    """
    ahead = (race_day - athlete.today).days
    state = project(athlete.ctl, athlete.atl, plan["training_load"])
    ctl = state["ctl"].iloc[-1] if len(state) else athlete.ctl
    atl = state["atl"].iloc[-1] if len(state) else athlete.atl
    days = pd.concat([athlete.past.days, plan], ignore_index=True)
    if not ahead:  # a race today knows nothing of today
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
    return _older_by(row, athlete, race_day)


def _habits(athlete: Athlete, distance_m: float, race_day: date) -> pd.DataFrame:
    """What the model would be asked with on race day, if training stayed as it is today."""
    row = athlete.features.assign(distance_m=distance_m)
    for name in ("days_since_last_race", "days_of_history"):
        if name in row:
            row[name] = row[name] + (race_day - athlete.today).days
    return _older_by(row, athlete, race_day)


def _older_by(row: pd.DataFrame, athlete: Athlete, race_day: date) -> pd.DataFrame:
    """The athlete's age and races on race day."""
    if "age_years" in row:
        row["age_years"] = row["age_years"] + (race_day.year - athlete.today.year)
    if "earlier_races" in row:
        ahead = (race_day - athlete.today).days
        row["earlier_races"] = [_older(text, ahead) for text in row["earlier_races"]]
    return row


def _yesterday(athlete: Athlete) -> tuple[float, float]:
    row = athlete.features.iloc[0]
    return float(row["ctl"]), float(row["atl"])


def _older(races, days: int):
    """Races written as ``days ago:metres:seconds``, some days later."""
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
    """Forecast a race, with an interval that widens with the days until it.

    The model forecasts the race for an athlete who trains on as today. Volume and rest of the plan
    move that by what stage 1 gives them, so more kilometres never make it slower. A model learns
    nothing of tapers from races that were all run after one: their cost is a published one.

    Parameters
    ----------
    model : RaceTimeModel
    athlete : Athlete
    plan : DataFrame
        Before the taper.
    distance_m : float
    race_day : date
    taper : str, optional
        A key of `taper.TAPERS`; without one the plan is taken as it is, and its taper costs
        nothing.

    Returns
    -------
    Series
        ``predicted_time_s``, ``lower_80_s``, ``upper_80_s`` (seconds, NaN if refused), ``ctl`` and
        ``atl`` at the end of the day before the race, ``tsb`` with which race day begins,
        ``weekly_km`` (of the four weeks before it), ``training_pct`` (by how much the plan's volume
        and rest move the time, per cent), ``refusal_reason``.
    """
    ahead = (race_day - athlete.today).days
    then = model.predict_interval(_habits(athlete, distance_m, race_day)).iloc[0]
    now = model.predict_interval(athlete.features.assign(distance_m=distance_m)).iloc[0]
    settings = Settings(**model.settings_)
    moved = _training_effect(athlete, plan, distance_m, race_day, settings) if ahead else 0.0
    cost = taper_cost(ahead, taper) if taper else 0.0
    drift = Z80 * settings.drift_sd * np.sqrt(ahead)
    time_s = then["predicted_time_s"] * np.exp(moved + cost)
    ends = {}
    for end, sign in (("lower_80_s", -1.0), ("upper_80_s", 1.0)):
        on_the_day = sign * np.log(then[end] / then["predicted_time_s"])
        wandered = np.hypot(np.log(now[end] / now["predicted_time_s"]), drift)
        ends[end] = time_s * np.exp(sign * np.fmax(on_the_day, wandered))
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
            "training_pct": 100.0 * np.expm1(moved),
            "refusal_reason": then.get("refusal_reason"),
        }
    )


def _training_effect(athlete: Athlete, plan, distance_m, race_day: date, settings) -> float:
    """How much slower the plan makes the race than training on as today, log."""
    planned = race_features(athlete, plan, distance_m, race_day)
    usual = _habits(athlete, distance_m, race_day)
    # More than was ever run is no more than that: nothing says that it would be borne.
    most = max(athlete.most_run_84d_m, float(usual["run_distance_84d_m"].iloc[0] or 0.0))
    for row in (planned, usual):
        row["run_distance_84d_m"] = row["run_distance_84d_m"].clip(upper=most)
    both = stage_1(pd.concat([planned, usual], ignore_index=True), settings)["log_time"]
    return float(np.nan_to_num(both.iloc[0] - both.iloc[1]))


def tapered(plan: pd.DataFrame, taper: str) -> pd.DataFrame:
    """A plan with a taper at its end."""
    return plan.mul(taper_factors(len(plan), taper), axis=0)
