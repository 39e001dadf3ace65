"""Finds implausible dates."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from stride.ingest import landing as landed
from stride.plural import counted

_LONG_GAP = timedelta(days=1826)
_ROLLOVER = timedelta(days=7168)


def odd_dates(landing: Path, athlete_id: str, now: datetime | None = None) -> list[str]:
    """Find activities dated years before all others.

    Parameters
    ----------
    landing : Path
    athlete_id : str
    now : datetime, optional
        For tests; aware.

    Returns
    -------
    list of str
        A sentence for each group of activities.
    """
    now = now or datetime.now(UTC)
    rows = landed.read(landing, "activities", athlete_id, ["activity_id", "started_at"])
    latest = {row["activity_id"]: row["started_at"] for row in rows if row["started_at"]}
    starts = sorted(start for start in latest.values() if start <= now)
    found = []
    gaps = [at for at in range(1, len(starts)) if starts[at] - starts[at - 1] > _LONG_GAP]
    if gaps and gaps[-1] < len(starts) / 2:
        early, log = starts[: gaps[-1]], starts[gaps[-1]]
        years = (log - early[-1]).days // 365
        days = ", ".join(f"{start:%Y-%m-%d}" for start in early[:3])
        later = ", ".join(f"{start + _ROLLOVER:%Y-%m-%d}" for start in early[:3])
        hint = f" (1,024 weeks later, after a GPS week rollover: {later})"
        if early[0] + _ROLLOVER >= now:
            hint = ""
        days += ", ..." if len(early) > 3 else ""
        number = counted(len(early), "activity is", "activities are")
        found.append(
            f"{number} dated {years} years before all others, {days}{hint}: "
            "if a date is wrong, exclude the activity (exclusions.csv)."
        )
    return found
