"""Lands rows keyed by day: forecasts of other predictors, and wellness."""

import hashlib
from pathlib import Path

from stride.ingest import landing as landed

KEYS = {
    "forecasts": ("predictor", "forecast_date", "race_date", "distance_m"),
    "wellness": ("day", "measure", "source"),
}
"""Kind of landing to what a row is known by."""

_VALUES = {
    "forecasts": ("predicted_time_s", "lower_time_s", "upper_time_s"),
    "wellness": ("value",),
}


def land_daily_rows(
    landing: Path, kind: str, athlete_id: str, rows: list[dict], source_file: str
) -> int:
    """Land new and changed rows. Call it within `landing.writing`.

    Parameters
    ----------
    landing : Path
    kind : {"forecasts", "wellness"}
    athlete_id : str
    rows : list of dict
        With the columns of the kind's schema. Of rows that are known by the same, the last counts.
    source_file : str
        For the record.

    Returns
    -------
    int
        How many rows landed.
    """
    keys, values = KEYS[kind], _VALUES[kind]
    known = {
        tuple(row[name] for name in keys): tuple(row[name] for name in values)
        for row in landed.read(landing, kind, athlete_id, [*keys, *values])
    }
    given = {tuple(row.get(name) for name in keys): row for row in rows}
    new = {
        key: row
        for key, row in given.items()
        if known.get(key) != tuple(row.get(name) for name in values)
    }
    if not new:
        return 0
    digest = hashlib.sha256(repr(sorted(map(repr, new.items()))).encode()).hexdigest()[:12]
    moment = landed.now()
    common = {
        "athlete_id": athlete_id,
        "source_file": source_file,
        "import_id": f"{athlete_id}:{kind}:{digest}",
        "ingested_at": moment,
    }
    name = f"{athlete_id}.{moment:%Y%m%dT%H%M%S%f}"
    landed.write(landing, kind, name, [row | common for row in new.values()])
    return len(new)
