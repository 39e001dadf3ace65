"""Sentences of the report that depend on the state of a build."""

import pandas as pd

from stride.report.formatting import day, number, support, time

_FROM_RACES = ("several_races", "one_race", "stale_race")
_NO_CHAMPION = {
    "no_champion": "because there is no champion",
    "registry_unreachable": "because the model registry could not be reached",
    "model_unusable": "because the champion could not be used",
}
_RECENT = "Build in the days before your next race and import it afterwards to see it here."


def basis_of_forecasts(forecasts: pd.DataFrame, last_race: pd.Series | None) -> str | None:
    """Describe which data the forecasts of one athlete use.

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
            f"Based on an earlier race: {last_race.distance_label} in "
            f"{time(last_race.race_time_s)} on {day(last_race.race_date)}. The more a distance "
            "differs from that of the race, the wider the interval. Riegel, the baseline, only "
            "scales that race to the distance."
        )
    if (made["support"] == "training_only").all():
        return (
            "Based on training only: best efforts, running volume and the average of all runners. "
            "There is no earlier race, so the intervals are wide and there is no Riegel baseline."
            "scale."
        )
    kinds = " or ".join(support(kind) for kind in made["support"].dropna().unique())
    return f"Forecasts are made {kinds}." if kinds else None


def model_used(forecast: pd.Series, runs: pd.DataFrame) -> str:
    """Name the model that makes the forecasts, and why it is used.

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
            f"Model: the fallback ({version}), which uses earlier races, training and the average "
            f"of all runners. It is not trained{f'; it is used {why}' if why else ''}."
        )
    if forecast["model_role"] != "champion":
        return f"Model: version {version}, {forecast['model_role']}."
    run = runs[runs["model_version"] == version]
    passed, kind = run["is_gate_passed"].dropna(), run["candidate"].dropna()
    gate = "" if passed.empty else f" {_at_training(bool(passed.iloc[0]))}"
    learned = "" if kind.empty else f" {_LEARNED[kind.iloc[0]]}"
    return (
        f"Model: version {version}, the champion. It starts from earlier races and the average of "
        f"all runners.{learned}{gate}"
    )


_LEARNED = {
    "published": "Its settings are published values; its intervals are its errors on past races.",
    "fitted": "Its settings and intervals are fitted to the races here.",
    "corrected": "Its settings and intervals are fitted to the races here; training corrects it.",
}
"""How each kind of model is fitted, by the names of `stride.racetime.model.CANDIDATES`."""


def _at_training(is_passed: bool) -> str:
    verb = "met" if is_passed else "did not meet"
    return f"It {verb} every criterion when it was trained."


def gate(trained: pd.Series | None, criteria: pd.DataFrame, champion: str | None) -> str:
    """Report whether the latest version met its criteria at training, and whether they are met now.

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
    lines = ["A model becomes champion automatically only if it meets every criterion."]
    failed = int((~criteria["is_passed"].astype(bool)).sum())
    now = f"As measured in this build, {failed} of {len(criteria)} are not met."
    if trained is None:
        return " ".join([*lines, *([now] if failed else [])])
    version, is_passed = trained["model_version"], trained["is_gate_passed"]
    races = trained["training_races"]
    what = f"Version {version}, trained {day(trained['trained_at'])} on {number(races)} races,"
    if pd.isna(is_passed):
        lines.append(f"{what} was not evaluated.")
    elif is_passed:
        lines.append(f"{what} met them all{' then' if failed else ''}.")
    else:
        lines.append(f"{what} did not meet them all then.")
        lines.append(
            "It is champion because it was promoted by hand."
            if champion == version
            else "It stays a candidate; the champion or the fallback makes the forecasts."
        )
    if failed:
        lines.append(now)
    elif not pd.isna(is_passed) and not is_passed:
        lines.append("As measured in this build, all are met.")
    return " ".join(lines)


def why_no_record(races: pd.DataFrame, history: pd.DataFrame, ledger: pd.DataFrame, as_of) -> str:
    """Explain why there is no forecast from the day before a race to show.

    Parameters
    ----------
    races : DataFrame
        `labels.race_results` of one athlete.
    history : DataFrame
        Recorded forecasts, with ``kept_since``, the day of the first.
    ledger : DataFrame
        `monitoring.prediction_ledger` of one athlete where there was a forecast, none of them
        from the day before.
    as_of : Timestamp
        The day of the build.

    Returns
    -------
    str
    """
    if history.empty:
        return f"No forecast has been recorded yet. {_RECENT}"
    since = history["kept_since"].min()
    raced = races[(races["race_date"] > since) & (races["race_date"] <= as_of)]
    if raced.empty:
        return f"No race since the first recorded forecast ({day(since)}). {_RECENT}"
    count, last = len(raced), day(raced["race_date"].max())
    lines = [
        f"{count} race{'s' if count > 1 else ''} since the first recorded forecast ({day(since)}), "
        f"the last on {last}, without a forecast from the day before to compare with."
    ]
    earlier = ledger["race_id"].nunique()
    if earlier:
        lines.append(f"{earlier} had a forecast from an earlier day; “Save as CSV” contains it.")
    if (raced["race_date"] == as_of).any():
        lines.append("Today's race is compared from tomorrow.")
    if raced["incomparable_reason"].notna().any():
        lines.append("Races on trails or courses of unknown length are not compared.")
    return " ".join([*lines, _RECENT])


def after_build_day(later: pd.DataFrame, as_of) -> str | None:
    """Report activities dated after the day of the build; None if there are none.

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
    >>> print(after_build_day(later, pd.Timestamp(2026, 6, 30)))
    60 activities are dated after 30 Jun 2026, the day of this build: 1 Jan 2030 to 1 Mar 2030. \
They count from their day on; if the dates are wrong, correct them at the source and import again.
    """
    if later.empty:
        return None
    count, days = _counted_days(later)
    return (
        f"{count} dated after {day(as_of)}, the day of this build: {days}. They count from their "
        "day on; if the dates are wrong, correct them at the source and import again."
    )


def dated_in_future(ahead: pd.DataFrame) -> str | None:
    """Report activities in quarantine because they are dated after their import, or None.

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
    >>> print(dated_in_future(ahead))
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
    """Return the number of activities with a verb, and their first and last day."""
    row = found.iloc[0]
    days = " to ".join(dict.fromkeys([day(row["first_day"]), day(row["last_day"])]))
    verb = "y is" if row["activities"] == 1 else "ies are"
    return f"{number(row['activities'])} activit{verb}", days
