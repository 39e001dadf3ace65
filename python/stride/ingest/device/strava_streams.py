"""Streams of Strava's API, measured like the samples of a device."""

from stride.ingest.device.session import build
from stride.ingest.device.summary import summary_row
from stride.ingest.device.text import number

COLUMNS = {
    "distance": "distance_m",
    "velocity_smooth": "speed_mps",
    "heartrate": "heart_rate_bpm",
    "watts": "power_w",
    "altitude": "altitude_m",
    "cadence": "cadence_rpm",
}
MEASURED = (
    "graded_distance_m",
    "graded_speed_mps",
    "graded_speed_4th_mps",
    "decoupling_pct",
    "heart_rate_seconds",
    "best_efforts",
    "clock_flag",
)
"""What streams tell beyond the activity they belong to."""

_ANY_DAY_S = 1e9


def measure(streams: dict[str, list], sport_type: str | None) -> dict:
    """See `stride.ingest.device.measure_streams`."""
    time = streams.get("time")
    if not isinstance(time, list) or len(time) < 2:
        return dict.fromkeys(MEASURED)
    columns = {
        ours: [number(value) for value in streams[theirs]]
        for theirs, ours in COLUMNS.items()
        if isinstance(streams.get(theirs), list) and len(streams[theirs]) == len(time)
    }
    session = build(
        [_ANY_DAY_S + number(value) for value in time],
        columns,
        file="streams",
        start_s=_ANY_DAY_S,
        file_format="strava",
        sport_type=sport_type,
    )
    row = summary_row(session)
    return {key: row[key] for key in MEASURED}
