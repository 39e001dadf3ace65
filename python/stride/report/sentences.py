"""Sentences of the report that depend on the state of a build, each from that state alone."""

import pandas as pd

from stride.report.words import day, number, support, time

_FROM_RACES = ("several_races", "one_race", "stale_race")
_NO_CHAMPION = {
    "no_champion": "because there is no champion",
    "registry_unreachable": "because the model registry could not be reached",
    "model_unusable": "because the champion could not be used",
}
_RECENT = "Build on the days before your next race, import it afterwards, and its forecast is here."


def rests_on(forecasts: pd.DataFrame, last_race: pd.Series | None) -> str | None:
    """What the forecasts of one athlete rest on.

    Parameters
    ----------
    forecasts : DataFrame
        `gold.athlete_predictions` of one athlete.
    last_race : Series or None
        The latest comparable race before the day of the build.

    Returns
    -------
    str or None
        None if there is no forecast.
    """
    made = forecasts[forecasts["predicted_time_s"].notna()]
    if made.empty:
        return None
    if last_race is not None and made["support"].isin(_FROM_RACES).any():
        return (
            f"Rests on an earlier race: {last_race.distance_label} in "
            f"{time(last_race.race_time_s)} on {day(last_race.race_date)}. The further a distance "
            "is from that race's, the wider the interval. Riegel is the baseline: that race scaled "
            "to the distance, nothing else."
        )
    if (made["support"] == "training_only").all():
        return (
            "Rests on training alone: best efforts, running volume and what runners in general "
            "take. There is no earlier race, so the intervals are wide and Riegel has nothing to "
            "scale."
        )
    kinds = " or ".join(support(kind) for kind in made["support"].dropna().unique())
    return f"Each forecast is made {kinds}." if kinds else None


def model_of(forecast: pd.Series, runs: pd.DataFrame) -> str:
    """Which model forecasts, and why.

    Parameters
    ----------
    forecast : Series
        A row of `gold.athlete_predictions`.
    runs : DataFrame
        `training.training_runs`.

    Returns
    -------
    str
    """
    version = forecast["model_version"]
    if forecast["model_role"] == "stage-1":
        why = _NO_CHAMPION.get(forecast["fallback_reason"])
        return (
            f"Model: the fallback ({version}). Earlier races, training and what runners in general "
            f"take, nothing learned{f', {why}' if why else ''}."
        )
    if forecast["model_role"] != "champion":
        return f"Model: version {version}, {forecast['model_role']}."
    run = runs[runs["model_version"] == version]
    passed, kind = run["is_gate_passed"].dropna(), run["candidate"].dropna()
    gate = "" if passed.empty else f" {_at_training(bool(passed.iloc[0]))}"
    learned = "" if kind.empty else f" {_LEARNED[kind.iloc[0]]}"
    return (
        f"Model: version {version}, the champion. It starts from earlier races and what runners in "
        f"general take.{learned}{gate}"
    )


_LEARNED = {
    "published": "Its settings are published; its intervals come from its errors on past races.",
    "fitted": "Settings and intervals are fitted to the races here.",
    "corrected": "Settings and intervals are fitted to the races here, and training corrects it.",
}
"""What a version of each kind learned, by the names of `stride.racetime.model.CANDIDATES`."""


def _at_training(is_passed: bool) -> str:
    verb = "met" if is_passed else "did not meet"
    return f"It {verb} every criterion when it was trained."


def gate(trained: pd.Series | None, criteria: pd.DataFrame, champion: str | None) -> str:
    """Whether the latest version met its criteria, and how they are met now.

    Parameters
    ----------
    trained : Series or None
        The latest row of `training.training_runs` with a version.
    criteria : DataFrame
        `training.gate_results` as measured in this build.
    champion : str or None
        Version that forecasts as champion.

    Returns
    -------
    str
    """
    said = ["A model forecasts by itself only after it has met every criterion."]
    failed = int((~criteria["is_passed"].astype(bool)).sum())
    now = f"As measured in this build, {failed} of {len(criteria)} are not met."
    if trained is None:
        return " ".join([*said, *([now] if failed else [])])
    version, is_passed = trained["model_version"], trained["is_gate_passed"]
    races = trained["training_races"]
    what = f"Version {version}, trained {day(trained['trained_at'])} on {number(races)} races,"
    if pd.isna(is_passed):
        said.append(f"{what} was not judged.")
    elif is_passed:
        said.append(f"{what} met them all{' then' if failed else ''}.")
    else:
        said.append(f"{what} did not meet them all then.")
        said.append(
            "It forecasts all the same, as it was promoted by hand."
            if champion == version
            else "It stays a candidate, and the champion or the fallback forecasts instead."
        )
    if failed:
        said.append(now)
    elif not pd.isna(is_passed) and not is_passed:
        said.append("As measured in this build, all are met.")
    return " ".join(said)


def no_kept_forecast(
    races: pd.DataFrame, history: pd.DataFrame, ledger: pd.DataFrame, as_of
) -> str:
    """Why no forecast of the day before a race can be shown.

    Parameters
    ----------
    races : DataFrame
        `labels.race_results` of one athlete.
    history : DataFrame
        Forecasts that were kept, with ``kept_since``, the day of the first.
    ledger : DataFrame
        `monitoring.prediction_ledger` of one athlete where there was a forecast; none of the day
        before.
    as_of : Timestamp
        The day of the build.

    Returns
    -------
    str
    """
    if history.empty:
        return f"No forecast has been kept yet. {_RECENT}"
    since = history["kept_since"].min()
    came = races[(races["race_date"] > since) & (races["race_date"] <= as_of)]
    if came.empty:
        return f"No race has come since forecasts were kept ({day(since)}). {_RECENT}"
    count, last = len(came), day(came["race_date"].max())
    said = [
        f"{count} race{'s' if count > 1 else ''} came since forecasts were kept ({day(since)}), "
        f"the last on {last}, without a forecast of the day before to compare with."
    ]
    earlier = ledger["race_id"].nunique()
    if earlier:
        said.append(f"{earlier} had one of an earlier day; “Save as CSV” has it.")
    if (came["race_date"] == as_of).any():
        said.append("A race of this day is compared from tomorrow on.")
    if came["incomparable_reason"].notna().any():
        said.append("A course of another kind, or of unknown length, is not compared.")
    return " ".join([*said, _RECENT])


def dated_later(later: pd.DataFrame, as_of) -> str | None:
    """Activities that lie after the day of the build; None if there are none.

    Parameters
    ----------
    later : DataFrame
        At most one row: ``activities``, ``first_day`` and ``last_day``.
    as_of : Timestamp
        The day of the build.

    Returns
    -------
    str or None

    Examples
    --------
    >>> days = pd.to_datetime(["2030-01-01", "2030-03-01"])
    >>> later = pd.DataFrame([{"activities": 60, "first_day": days[0], "last_day": days[1]}])
    >>> print(dated_later(later, pd.Timestamp(2026, 6, 30)))
    60 activities are dated after 30 Jun 2026, the day of this build: 1 Jan 2030 to 1 Mar 2030. \
None counts before its day; if the dates are wrong, correct them at the source and import again.
    """
    if later.empty:
        return None
    count, days = _counted_days(later)
    return (
        f"{count} dated after {day(as_of)}, the day of this build: {days}. None counts before its "
        "day; if the dates are wrong, correct them at the source and import again."
    )


def dated_ahead(ahead: pd.DataFrame) -> str | None:
    """Activities in quarantine as they are dated after their import; None if there are none.

    Parameters
    ----------
    ahead : DataFrame
        At most one row: ``activities``, ``first_day`` and ``last_day``.

    Returns
    -------
    str or None

    Examples
    --------
    >>> days = pd.to_datetime(["2035-01-02", "2035-01-02"])
    >>> ahead = pd.DataFrame([{"activities": 1, "first_day": days[0], "last_day": days[1]}])
    >>> print(dated_ahead(ahead))
    1 activity is dated in the future and does not count: 2 Jan 2035. If the date is wrong, \
correct it at the source and import again.
    """
    if ahead.empty:
        return None
    count, days = _counted_days(ahead)
    one = ahead["activities"].iloc[0] == 1
    return (
        f"{count} dated in the future and {'does' if one else 'do'} not count: {days}. If the "
        f"{'date is wrong, correct it' if one else 'dates are wrong, correct them'} at the source "
        "and import again."
    )


def _counted_days(found: pd.DataFrame) -> tuple[str, str]:
    """How many activities, with the verb, and their first and last day."""
    row = found.iloc[0]
    days = " to ".join(dict.fromkeys([day(row["first_day"]), day(row["last_day"])]))
    verb = "y is" if row["activities"] == 1 else "ies are"
    return f"{number(row['activities'])} activit{verb}", days
