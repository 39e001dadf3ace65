"""A session's samples as an Arrow table."""

import numpy as np
import pyarrow as pa

from stride.ingest.device import sports
from stride.ingest.device.distance import distance_line
from stride.ingest.device.session import Session
from stride.ingest.device.timer import gap_limit

COLUMNS = [
    "distance_m",
    "speed_mps",
    "heart_rate_bpm",
    "power_w",
    "altitude_m",
    "cadence_rpm",
]
POSITION = ["latitude", "longitude"]


def table(session: Session, *, with_position: bool = False) -> pa.Table:
    """See `stride.ingest.device.streams`."""
    columns = {"time_s": pa.array(session.time_s, pa.float64())}
    for name in COLUMNS + (POSITION if with_position else []):
        values = getattr(session, name)
        if name == "distance_m" and values is None:
            # Without positions a track would otherwise be times and nothing else.
            values = _covered(session)
        if values is None:
            values = np.full(len(session.time_s), np.nan)
        columns[name] = pa.array(values, pa.float64(), from_pandas=True)
    return pa.table(columns)


def _covered(session: Session) -> np.ndarray | None:
    if len(session.time_s) < 2:
        return None
    fastest_mps = sports.fastest_mps(session.sport_type)
    return distance_line(session, fastest_mps, gap_limit(session.time_s))
