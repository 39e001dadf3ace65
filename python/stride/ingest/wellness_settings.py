"""Turns daily resting heart rate and weight into dated settings of an athlete."""

from collections import defaultdict
from datetime import date
from pathlib import Path
from statistics import median

from stride.errors import StrideError
from stride.ingest import landing as landed
from stride.ingest.athletes import land_settings, settings_on

FEWEST_DAYS = 5
"""Days of a month that have to be measured."""

_STEPS = {"resting_hr_bpm": 1.0, "weight_kg": 0.5}
"""Setting to the smallest change that is worth a new value."""

_PLAUSIBLE = {"resting_hr_bpm": (25, 120), "weight_kg": (25, 250)}


def settings_of_months(rows: list[dict]) -> list[tuple[date, str, float]]:
    """Sum up days by month; the median of a month holds from the first day of the next one.

    Parameters
    ----------
    rows : list of dict
        ``day``, ``measure`` and ``value``.

    Returns
    -------
    list of (date, str, float)
        First day of validity, setting and value, where it differs from the one before.

    Examples
    --------
    >>> days = [{"day": date(2024, 1, n), "measure": "resting_hr_bpm", "value": 46.0 + n % 3}
    ...         for n in range(1, 31)]
    >>> settings_of_months(days)
    [(datetime.date(2024, 2, 1), 'resting_hr_bpm', 47.0)]
    """
    months = defaultdict(list)
    for row in rows:
        low, high = _PLAUSIBLE.get(row["measure"], (1, 0))
        if low <= row["value"] <= high:
            months[(row["measure"], row["day"].year, row["day"].month)].append(row["value"])
    found, before = [], {}
    for (setting, year, month), values in sorted(months.items()):
        step = _STEPS[setting]
        value = round(median(values) / step) * step
        if len(values) >= FEWEST_DAYS and before.get(setting) != value:
            before[setting] = value
            found.append((date(year + month // 12, month % 12 + 1, 1), setting, value))
    return sorted(found)


def land_wellness_settings(landing: Path, athlete_id: str) -> int:
    """Land the settings that follow from wellness. Call it while holding `landing.writing`.

    Returns
    -------
    int
        How many are new or changed.

    Raises
    ------
    StrideError
        If no month has enough days.
    """
    rows = landed.read(landing, "wellness", athlete_id, ["day", "measure", "value"])
    found = settings_of_months(rows)
    if not found:
        raise StrideError(
            f"{athlete_id} has no month with {FEWEST_DAYS} days of resting heart rate or weight: "
            "import an export of Garmin or Apple Health."
        )
    count = 0
    for day, setting, value in found:
        if settings_on(landing, athlete_id, day).get(setting) != value:
            count += land_settings(landing, athlete_id, {setting: f"{value:g}"}, day)
    return count
