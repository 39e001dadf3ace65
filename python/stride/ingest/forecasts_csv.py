"""``forecasts.csv``: race times forecast by Strava, a watch or a coach."""

from datetime import date

from stride.errors import StrideError
from stride.ingest.corrections import metres, seconds
from stride.ingest.settings import check_athlete_id
from stride.ingest.small_csv import read_lines

_REQUIRED = ("predictor", "forecast_date", "distance", "predicted_time")
_OPTIONAL = ("race_date", "lower_time", "upper_time", "athlete_id")


def read_forecasts(name: str, content: bytes, athlete_id: str | None) -> dict[str, list[dict]]:
    """Read and check a file.

    Parameters
    ----------
    name : str
        For messages.
    content : bytes
        UTF-8; comma or semicolon separated.
    athlete_id : str or None
        Whose forecasts these are, where no column says so.

    Returns
    -------
    dict of str to list of dict
        Athlete to rows of `schema.FORECASTS`.

    Raises
    ------
    StrideError
        If a line is invalid; the message names it, and nothing of the file lands.

    Examples
    --------
    >>> text = b"predictor,forecast_date,distance,predicted_time\\ncoach,2026-05-01,10k,41:30\\n"
    >>> read_forecasts("forecasts.csv", text, "ana")["ana"][0]["predicted_time_s"]
    2490.0
    """
    header, lines = read_lines(content, name)
    missing = [column for column in _REQUIRED if column not in header]
    if missing:
        raise StrideError(
            f"{name} lacks the column {', '.join(missing)}; it may have "
            f"{', '.join((*_REQUIRED, *_OPTIONAL))}."
        )
    found: dict[str, list[dict]] = {}
    for line, row in lines:
        whose = row.get("athlete_id") or athlete_id
        if not whose:
            raise StrideError(f"{name}, line {line}: add --athlete ID.")
        try:
            check_athlete_id(whose)
            found.setdefault(whose, []).append(_forecast(row))
        except (ValueError, StrideError) as problem:
            sentence = str(problem).replace("official_", "").removesuffix(".")
            raise StrideError(f"{name}, line {line}: {sentence}.") from None
    return found


def _forecast(row: dict[str, str]) -> dict:
    if not row["predictor"]:
        raise ValueError("predictor is empty: write the source, such as coach")
    made, race = _day(row, "forecast_date"), _day(row, "race_date")
    if made is None:
        raise ValueError("forecast_date is empty: write the day on which the forecast was made")
    if race and race < made:
        raise ValueError(f"race_date {race} is before forecast_date {made}")
    times = {
        f"{name}_s": seconds(row[name]) if row.get(name) else None
        for name in ("predicted_time", "lower_time", "upper_time")
    }
    if times["predicted_time_s"] is None:
        raise ValueError("predicted_time is empty")
    return {
        "predictor": row["predictor"].lower()[:60],
        "forecast_date": made,
        # A forecast for the day on which it was made has no other day.
        "race_date": None if race == made else race,
        "distance_m": metres(row["distance"]),
        **times,
    }


def _day(row: dict[str, str], column: str) -> date | None:
    if not row.get(column):
        return None
    try:
        return date.fromisoformat(row[column])
    except ValueError:
        raise ValueError(f"{column} is {row[column]!r}: write a day such as 2027-05-02") from None
