"""One landed row from one session."""

import json
from datetime import timedelta

import numpy as np

from stride.ingest.device import sports
from stride.ingest.device.distance import distance_line, moving_steps
from stride.ingest.device.efforts import distance_efforts, power_efforts
from stride.ingest.device.measures import (
    SHORTEST_WEIGHTED_S,
    climb,
    decoupling_pct,
    fourth_power_mean,
    heart_rate_seconds,
    motion,
    power_each_second,
)
from stride.ingest.device.problem import Problem
from stride.ingest.device.session import Session
from stride.ingest.device.timer import at, gap_limit, power_gap_limit, recorded_steps

KEYS = (
    "name",
    "sport_type",
    "started_at",
    "local_started_at",
    "time_zone",
    "elapsed_time_s",
    "moving_time_s",
    "distance_m",
    "elevation_gain_m",
    "avg_hr_bpm",
    "max_hr_bpm",
    "avg_power_w",
    "weighted_power_w",
    "graded_distance_m",
    "temperature_c",
    "is_indoor",
    "graded_speed_mps",
    "graded_speed_4th_mps",
    "decoupling_pct",
    "heart_rate_seconds",
    "best_efforts",
    "clock_flag",
    "raw_row",
    "problem",
    "problem_detail",
)
"""Every row has all of them."""


def problem_row(problem: Problem) -> dict:
    """A file that gave nothing, as a row."""
    said = json.dumps({"problem": problem.code, "detail": problem.detail}, ensure_ascii=False)
    row = dict.fromkeys(KEYS)
    return row | {"problem": problem.code, "problem_detail": problem.detail, "raw_row": said}


def summary_row(session: Session) -> dict:
    """A session as a row; what it can't tell is None.

    The device's own totals count for distance and climb unless the file is damaged, the samples for
    everything else: devices differ in how they average. A session without samples has its totals.

    ``moving_time_s`` is the recorded time faster than a standstill (`distance.moving_steps`), at
    most the device's timer. Without a measured distance it is the timer; in a pool, the time
    between the walls.
    """
    row = dict.fromkeys(KEYS)
    row |= {
        "name": session.name,
        "sport_type": session.sport_type,
        "started_at": session.started_at,
        "is_indoor": session.is_indoor,
        "raw_row": _raw_row(session),
    }
    if session.utc_offset_s is not None:
        row["local_started_at"] = session.started_at + timedelta(seconds=session.utc_offset_s)
        row["time_zone"] = _offset_text(session.utc_offset_s)
    if session.is_local_clock:
        row |= {"started_at": None, "local_started_at": session.started_at, "time_zone": None}
    row["clock_flag"] = ",".join(session.clock_flags) or None
    row["elapsed_time_s"] = _elapsed_time_s(session)
    limit_s = gap_limit(session.time_s)
    line = None
    if len(session.time_s) >= 2:
        line = distance_line(session, sports.fastest_mps(session.sport_type), limit_s)
    row["temperature_c"] = _mean(session.temperature_c)
    told = session.totals
    row["distance_m"] = told.get("distance_m")
    # What is left of a damaged file can be less than its totals speak of.
    if line is not None and (session.warnings or not row["distance_m"]):
        row["distance_m"] = float(line[-1])
    row["elevation_gain_m"] = told.get("elevation_gain_m")
    if session.altitude_m is not None and (session.warnings or row["elevation_gain_m"] is None):
        row["elevation_gain_m"] = climb(session.time_s, session.altitude_m, limit_s)
    row |= _heart_rate(session, limit_s)
    row |= _movement(session, line, limit_s)
    power, power_decoupling_pct = _power(session, limit_s)
    row |= power
    if not sports.on_foot(session.sport_type):
        row["decoupling_pct"] = power_decoupling_pct
    row["best_efforts"] = _best_efforts(session, line)
    return row


def _heart_rate(session: Session, limit_s: float) -> dict:
    told = session.totals
    row = {
        "avg_hr_bpm": _within(told.get("avg_hr_bpm"), 30, 230),
        "max_hr_bpm": _within(told.get("max_hr_bpm"), 30, 230),
    }
    if session.heart_rate_bpm is None:
        return row
    seconds = heart_rate_seconds(session.time_s, session.heart_rate_bpm, limit_s)
    row["heart_rate_seconds"] = seconds
    total = sum(entry["seconds"] for entry in seconds or [])
    recorded = recorded_steps(session.time_s, limit_s).sum()
    # A few stray samples don't overrule what the device averaged.
    if row["avg_hr_bpm"] is None or total >= recorded / 2:
        row["max_hr_bpm"] = float(np.nanmax(session.heart_rate_bpm))
        row["avg_hr_bpm"] = _mean(session.heart_rate_bpm)
        if total:
            row["avg_hr_bpm"] = sum(e["bpm"] * e["seconds"] for e in seconds) / total
    return row


def _power(session: Session, limit_s: float) -> tuple[dict, float | None]:
    """What power tells, and how far it decoupled from the heart rate."""
    row = {"avg_power_w": _within(session.totals.get("avg_power_w"), 1, 3000)}
    # A meter that only ever says 0 wasn't there.
    if session.power_w is None or not np.nanmax(session.power_w) > 0:
        return row, None
    power, when_s = power_each_second(
        session.time_s, session.power_w, power_gap_limit(session.time_s)
    )
    row["avg_power_w"] = float(np.mean(power))
    if len(power) >= SHORTEST_WEIGHTED_S:
        row["weighted_power_w"] = fourth_power_mean(power)
    if session.heart_rate_bpm is None:
        return row, None
    heart_rate = at(when_s, session.time_s, session.heart_rate_bpm, limit_s)
    return row, decoupling_pct(power, heart_rate)


def _movement(session: Session, line, limit_s: float) -> dict:
    """Moving time and, on foot, what slopes did to it."""
    timer_s = session.totals.get("timer_time_s")
    told_s = session.totals.get("swimming_time_s") or timer_s
    if line is None or session.totals.get("swimming_time_s"):
        recorded_s = float(recorded_steps(session.time_s, limit_s).sum())
        return {"moving_time_s": told_s or recorded_s or None}
    moving = moving_steps(session.time_s, line, limit_s, sports.moving_mps(session.sport_type))
    found = motion(session, line, moving, limit_s)
    if found is None:
        return {"moving_time_s": float(np.diff(session.time_s)[moving].sum())}
    # A timer of less than half of what was seen to move is broken.
    is_timer_right = timer_s is not None and timer_s >= found.seconds / 2
    row = {"moving_time_s": min(found.seconds, timer_s) if is_timer_right else found.seconds}
    if not sports.on_foot(session.sport_type):
        return row
    if found.graded_mps is not None:
        row["graded_speed_mps"] = float(np.mean(found.graded_mps))
        row["graded_speed_4th_mps"] = fourth_power_mean(found.graded_mps)
        row["graded_distance_m"] = row["graded_speed_mps"] * found.seconds
    output = found.speed_mps if found.graded_mps is None else found.graded_mps
    row["decoupling_pct"] = decoupling_pct(output, found.heart_rate_bpm)
    return row


def _best_efforts(session: Session, line) -> list[dict] | None:
    efforts = []
    if line is not None and sports.on_foot(session.sport_type):
        efforts += distance_efforts(session.time_s, line) or []
    if session.power_w is not None and np.nanmax(session.power_w) > 0:
        limit_s = power_gap_limit(session.time_s)
        efforts += power_efforts(session.time_s, session.power_w, limit_s) or []
    return efforts or None


def _elapsed_time_s(session: Session) -> float | None:
    """The device's word, unless its samples contradict it."""
    told = session.totals.get("elapsed_time_s")
    if not len(session.time_s):
        return told
    seen = float(session.time_s[-1])
    # A minute of slack before, a day after: some devices stop recording before they stop counting.
    return told if told is not None and seen - 60 <= told <= seen + 86400 else seen


def _raw_row(session: Session) -> str:
    """What the file said, as JSON."""
    said = {"format": session.file_format, **session.said, "samples": len(session.time_s)}
    said = {key: value for key, value in said.items() if value not in (None, {}, [])}
    if session.warnings:
        said["warnings"] = session.warnings
    return json.dumps(said, ensure_ascii=False, default=str)


def _offset_text(offset_s: int) -> str:
    hours, minutes = divmod(abs(offset_s) // 60, 60)
    return f"{'-' if offset_s < 0 else '+'}{hours:02d}:{minutes:02d}"


def _mean(values) -> float | None:
    return None if values is None else float(np.nanmean(values))


def _within(value: float | None, low: float, high: float) -> float | None:
    return value if value is not None and low <= value <= high else None
