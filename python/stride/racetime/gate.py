"""The gate: whether the chosen candidate may become champion, by limits that allow for chance.

A criterion fails if its limit is missed beyond noise: by the binomial distribution for coverage, by
a bootstrap of athletes for errors. Where several scopes are looked at, the worst one counts, and
the certainty that is needed grows with their number (Bonferroni).
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from stride.racetime import evaluation
from stride.racetime.noise import (
    drawn_ratio,
    sure_above,
    sure_below,
    sure_share_above,
    sure_share_below,
)
from stride.racetime.paired import judged_rows

GATE = {
    "criterion": "string",
    "metric": "string",
    "metric_value": "double",
    "at_least": "double",
    "at_most": "double",
    "scope": "string",
    "races": "bigint",
    "missed_pct": "double",
    "fails_above_pct": "double",
    "status": "string",
    "is_passed": "boolean",
    "detail": "string",
    "why": "string",
    "candidate": "string",
    "data_fingerprint": "string",
}
"""Columns of `judge`."""

PASSED, FAILED, BLIND = "passed", "failed", "blind"

_SLICED = (evaluation.DISTANCE, *evaluation.SLICES)


class Reading(NamedTuple):
    """What a criterion found in one scope."""

    scope: str
    races: int
    value: float
    missed_pct: float
    """How sure it is that the limit is missed, per cent."""


def judge(backtest: pd.DataFrame, mix: pd.DataFrame, criteria: pd.DataFrame) -> pd.DataFrame:
    """Judge the chosen candidate by its forecasts forward in time.

    Parameters
    ----------
    backtest : DataFrame
        What `backtest.backtest_and_choose` returned.
    mix, criteria : DataFrame
        The seeds `reference_mix` and `gate_criteria`.

    Returns
    -------
    DataFrame
        One row per criterion, the columns of `GATE`. ``status`` is ``passed``, ``failed`` (also
        where there was nothing to measure) or ``blind`` (a criterion of single scopes, none of
        which has races enough; it does not fail).
    """
    own = judged_rows(backtest)
    rows = evaluation.scoped(evaluation.errors(own), mix)
    rows = {scope: part for scope, part in rows.groupby("scope", sort=True)}
    found = [_verdict(row, _READ[row.metric](rows, row, mix)) for row in criteria.itertuples()]
    of = own.iloc[0] if len(own) else {"candidate": None, "data_fingerprint": None}
    table = pd.DataFrame(found, columns=list(GATE))
    names = {key: of[key] for key in ("candidate", "data_fingerprint")}
    return table.assign(**names).astype({"races": "Int64"})


def _verdict(criterion, readings: list[Reading]) -> dict:
    """Judge the worst of a criterion's readings."""
    row = {name: getattr(criterion, name) for name in ("criterion", "metric", "why")}
    row |= {name: getattr(criterion, name) for name in ("at_least", "at_most")}
    needed = criterion.sure_pct if np.isfinite(criterion.sure_pct) else 50.0
    row["fails_above_pct"] = 100 - (100 - needed) / max(len(readings), 1)
    if not readings:
        is_blind = criterion.is_blind_without_races
        return row | {
            "status": BLIND if is_blind else FAILED,
            "is_passed": bool(is_blind),
            "detail": _BLIND.format(races=criterion.races_needed) if is_blind else _NOTHING,
        }
    sign = -1 if np.isfinite(row["at_least"]) else 1
    worst = max(readings, key=lambda reading: (reading.missed_pct, sign * reading.value))
    is_passed = bool(worst.missed_pct <= row["fails_above_pct"])
    row |= {"scope": worst.scope, "races": worst.races, "metric_value": worst.value}
    row |= {"missed_pct": worst.missed_pct, "is_passed": is_passed}
    return row | {"status": PASSED if is_passed else FAILED, "detail": _detail(row, criterion)}


_NOTHING = "There was nothing to measure."
_BLIND = "Blind: no distance or slice has {races:.0f} races."


def _detail(row: dict, criterion) -> str:
    limits = [f"at least {row['at_least']:g}"] if np.isfinite(row["at_least"]) else []
    limits += [f"at most {row['at_most']:g}"] if np.isfinite(row["at_most"]) else []
    said = f"{row['scope']}: {row['metric_value']:.1f} on {row['races']} races, {limits[0]}"
    is_met = not (row["metric_value"] < row["at_least"] or row["metric_value"] > row["at_most"])
    if is_met or not np.isfinite(criterion.sure_pct):
        return f"{said}: {'met' if is_met else 'missed'}."
    where = "within noise" if row["is_passed"] else "beyond noise"
    return f"{said}: missed {where} ({row['missed_pct']:.1f} % sure)."


def _races_with_baseline(rows, criterion, mix) -> list[Reading]:
    part = rows.get(evaluation.ALL)
    if part is None:
        return []
    races = int(part["riegel_error"].notna().sum())
    return [Reading(evaluation.ALL, len(part), races, 100.0 * (races < criterion.at_least))]


def _mix_mae_s(rows, criterion, mix) -> list[Reading]:
    part = rows.get(evaluation.MIX)
    if part is None:
        return []
    weight, ways = part["weight"].to_numpy(), evaluation.units_of(part)
    value, draws = drawn_ratio(weight * part["error"] * part["scale_s"], weight, ways)
    missed = sure_above(draws, criterion.at_most)
    return [Reading(evaluation.MIX, part["race_id"].nunique(), float(value), missed)]


def _skill(rows, criterion, mix, kinds, baselines) -> list[Reading]:
    """Of each scope the skill against the baseline that is hardest to beat."""
    found = []
    for scope, part in rows.items():
        if part["scope_kind"].iloc[0] not in kinds:
            continue
        readings = []
        for name in baselines:
            column = f"{name.removesuffix('_time_s')}_error"
            races = int(part[column].notna().sum())
            if races < evaluation.races_needed(scope):
                continue
            value, draws = evaluation.skill_draws(part, column)
            missed = sure_below(draws, criterion.at_least / 100)
            readings.append(Reading(scope, races, 100 * float(value), missed))
        if readings:
            found.append(min(readings, key=lambda reading: reading.value))
    return found


def _skill_against_baselines(rows, criterion, mix) -> list[Reading]:
    kinds = (evaluation.ALL, evaluation.DISTANCE)
    return _skill(rows, criterion, mix, kinds, evaluation.BASELINES)


def _slice_skill(rows, criterion, mix) -> list[Reading]:
    return _skill(rows, criterion, mix, evaluation.SLICES, ("riegel_time_s",))


def _coverage(rows, criterion, mix, scopes) -> list[Reading]:
    found = []
    for scope in scopes:
        part = rows[scope]
        n, inside = len(part), int(part["is_inside"].sum())
        if n < criterion.races_needed:
            continue
        missed = (
            sure_share_below(inside, n, criterion.at_least)
            if np.isfinite(criterion.at_least)
            else sure_share_above(inside, n, criterion.at_most)
        )
        found.append(Reading(scope, n, 100 * inside / n, missed))
    return found


def _all_coverage(rows, criterion, mix) -> list[Reading]:
    return _coverage(rows, criterion, mix, [evaluation.ALL] if rows else [])


def _slice_coverage(rows, criterion, mix) -> list[Reading]:
    return _coverage(rows, criterion, mix, _slices(rows))


def _slice_bias(rows, criterion, mix) -> list[Reading]:
    """Of each slice the bias without its sign."""
    found = []
    for scope in _slices(rows):
        part = rows[scope]
        if len(part) >= criterion.races_needed:
            ways = evaluation.units_of(part)
            bias, draws = drawn_ratio(part["bias"], np.ones(len(part)), ways)
            missed = sure_above(100 * draws * np.sign(bias), criterion.at_most)
            found.append(Reading(scope, len(part), 100 * abs(float(bias)), missed))
    return found


def _distances_too_good(rows, criterion, mix) -> list[Reading]:
    limits = mix.set_index("distance_label")["audit_below_pct"]
    seen = {
        label: 100 * rows[label]["error"].mean() < limit
        for label, limit in limits.items()
        if label in rows and len(rows[label]) >= criterion.races_needed
    }
    if not seen:
        return []
    number, races = sum(seen.values()), sum(len(rows[label]) for label in seen)
    scope = ", ".join(label for label in seen if seen[label] or not number)
    blind = [label for label in limits.index if label not in seen]
    scope += f" (blind at {', '.join(blind)})" if blind else ""
    return [Reading(scope, races, float(number), 100.0 * (number > criterion.at_most))]


def _slices(rows) -> list[str]:
    return [scope for scope, part in rows.items() if part["scope_kind"].iloc[0] in _SLICED]


_READ = {
    "races_with_baseline": _races_with_baseline,
    "reference_mix_mae_s": _mix_mae_s,
    "skill_against_baselines_pct": _skill_against_baselines,
    "interval_coverage_pct": _all_coverage,
    "distances_too_good": _distances_too_good,
    "slice_bias_pct": _slice_bias,
    "slice_coverage_pct": _slice_coverage,
    "slice_skill_pct": _slice_skill,
}
"""How each metric of the seed `gate_criteria` is read: one reading per scope that it looks at."""
