"""How well each candidate does: by distance, in the reference mix, by slice, beside the baselines.

A scope is a set of races with weights: all; one distance; the reference mix, which weighs warm
races so that every distance counts with its share at the pace of a reference runner; and slices:
fifths of speed and of weekly volume, support, and days since the last race.
"""

import numpy as np
import pandas as pd

from stride.racetime.baselines import BASELINES
from stride.racetime.model import CANDIDATES
from stride.racetime.noise import FEW_ATHLETES, drawn_ratio, sure_below, units
from stride.racetime.paired import interval_score_pct
from stride.racetime.riegel import riegel

COMPARISON = {
    "protocol": "string",
    "scope": "string",
    "candidate": "string",
    "baseline": "string",
    "races": "bigint",
    "mape_pct": "double",
    "baseline_mape_pct": "double",
    "mae_s": "double",
    "baseline_mae_s": "double",
    "skill_pct": "double",
    "skill_low_pct": "double",
    "skill_high_pct": "double",
    "worse_pct": "double",
}
"""Columns of `compare_baselines`."""

EVALUATION = {
    "scope": "string",
    "scope_kind": "string",
    "protocol": "string",
    "candidate": "string",
    "is_chosen": "boolean",
    "races": "bigint",
    "athletes": "bigint",
    "refused_races": "bigint",
    "races_with_baseline": "bigint",
    "mae_s": "double",
    "mape_pct": "double",
    "mape_low_pct": "double",
    "mape_high_pct": "double",
    "bias_pct": "double",
    "within_5_pct": "double",
    "interval_coverage_pct": "double",
    "interval_width_pct": "double",
    "interval_score_pct": "double",
    "paired_mape_pct": "double",
    "baseline_mape_pct": "double",
    "skill_pct": "double",
    "hardest_baseline": "string",
    "hardest_skill_pct": "double",
    "worse_than_baseline_pct": "double",
}
"""Columns of `evaluate`."""

ALL, DISTANCE, MIX = "all", "distance", "reference_mix"
SLICES = ("speed", "support", "rest", "volume")
"""Kinds of scopes; those of `SLICES` are sets of races that are no distance."""

_OWN_RACES = 5
"""Of a distance with fewer warm races, all warm races stand in for it in the reference mix."""
_REST_DAYS = (-np.inf, 30.0, 90.0, 180.0, 365.0, np.inf)
_REST = ("0_to_30_days", "31_to_90_days", "91_to_180_days", "181_to_365_days", "over_365_days")
_KEYS = ["protocol", "candidate", "scope"]
_OF_A_RACE = [
    *("protocol", "candidate", "is_chosen", "race_id", "athlete_id", "athlete_code", "race_code"),
    *("distance_label", *SLICES, "is_warm", "race_time_s", "bias", "error", "is_within_5"),
    *("is_inside", "width", "interval_score_pct"),
    *(f"{name.removesuffix('_time_s')}_error" for name in BASELINES),
]
"""Columns of `errors`."""


def evaluate(backtest: pd.DataFrame, mix: pd.DataFrame, comparison: pd.DataFrame) -> pd.DataFrame:
    """Measure every candidate in every scope.

    Parameters
    ----------
    backtest : DataFrame
        What `backtest.backtest_and_choose` returned.
    mix : DataFrame
        The seed `reference_mix`.
    comparison : DataFrame
        What `compare_baselines` returned.

    Returns
    -------
    DataFrame
        One row per protocol, scope and candidate, the columns of `EVALUATION`.
    """
    rows = scoped(errors(backtest), mix)
    beside = dict(iter(comparison.groupby(_KEYS)))
    refused = (
        backtest["predicted_time_s"].isna().groupby([backtest["protocol"], backtest["candidate"]])
    )
    refused, found = refused.sum(), []
    for (protocol, candidate, scope), part in rows.groupby(_KEYS, sort=True):
        kind = part["scope_kind"].iloc[0]
        against = beside.get((protocol, candidate, scope), comparison.head(0))
        found.append(
            {"protocol": protocol, "candidate": candidate, "scope": scope, "scope_kind": kind}
            | {"is_chosen": bool(part["is_chosen"].iloc[0])}
            | {"refused_races": refused[protocol, candidate] if kind == ALL else None}
            | measures(part)
            | _beside(against, scope)
        )
    table = pd.DataFrame(found, columns=list(EVALUATION))
    return table.astype({"refused_races": "Int64"})


def measures(part: pd.DataFrame) -> dict:
    """Weighted means of the races of one scope, with a 90 % interval of the error.

    Parameters
    ----------
    part : DataFrame
        Rows of one scope of `scoped`.

    Returns
    -------
    dict
        The measures among `EVALUATION`: per cent, and seconds for ``mae_s``.
    """
    weight = part["weight"].to_numpy()

    def mean_pct(column: str) -> float:
        return 100 * float(np.average(part[column], weights=weight))

    _, draws = drawn_ratio(weight * part["error"], weight, units_of(part))
    low, high = np.nanquantile(100 * draws, [0.05, 0.95])
    return {
        "races": part["race_code"].nunique(),
        "athletes": part["athlete_code"].nunique(),
        "races_with_baseline": part["race_code"][part["riegel_error"].notna()].nunique(),
        "mae_s": float(np.average(part["error"] * part["scale_s"], weights=weight)),
        "mape_pct": mean_pct("error"),
        "mape_low_pct": float(low),
        "mape_high_pct": float(high),
        "bias_pct": mean_pct("bias"),
        "within_5_pct": mean_pct("is_within_5"),
        "interval_coverage_pct": mean_pct("is_inside"),
        "interval_width_pct": mean_pct("width"),
        "interval_score_pct": float(np.average(part["interval_score_pct"], weights=weight)),
    }


def units_of(part: pd.DataFrame) -> list[np.ndarray]:
    """`noise.units` of rows of `errors`."""
    return units(part["athlete_code"].to_numpy(), part["race_code"].to_numpy())


def compare_baselines(backtest: pd.DataFrame, mix: pd.DataFrame) -> pd.DataFrame:
    """Compare every candidate with every baseline on the races that the baseline forecasts.

    Parameters
    ----------
    backtest, mix : DataFrame
        As for `evaluate`.

    Returns
    -------
    DataFrame
        One row per protocol, scope, candidate and baseline, the columns of `COMPARISON`. In the
        reference mix a baseline that leaves races out is not compared: it has another mix.
    """
    found = []
    for keys, part in scoped(errors(backtest), mix).groupby(_KEYS, sort=True):
        for name in BASELINES:
            baseline = name.removesuffix("_time_s")
            known = part[f"{baseline}_error"].notna().to_numpy()
            if known.any() and (keys[2] != MIX or known.all()):
                names = dict(zip(_KEYS, keys, strict=True)) | {"baseline": baseline}
                found.append(names | _against(part, f"{baseline}_error", known))
    return pd.DataFrame(found, columns=list(COMPARISON))


def _against(part: pd.DataFrame, other: str, known: np.ndarray) -> dict:
    own, theirs, weight, scale_s = (
        part[column].to_numpy()[known] for column in ("error", other, "weight", "scale_s")
    )
    skill, draws = skill_draws(part, other)
    low, high = (
        np.nanquantile(draws, [0.05, 0.95]) if np.isfinite(draws).any() else (np.nan, np.nan)
    )
    return {
        "races": int(known.sum()),
        "mape_pct": 100 * float(np.average(own, weights=weight)),
        "baseline_mape_pct": 100 * float(np.average(theirs, weights=weight)),
        "mae_s": float(np.average(own * scale_s, weights=weight)),
        "baseline_mae_s": float(np.average(theirs * scale_s, weights=weight)),
        "skill_pct": 100 * float(skill),
        "skill_low_pct": 100 * float(low),
        "skill_high_pct": 100 * float(high),
        "worse_pct": sure_below(draws, 0.0),
    }


def skill_draws(part: pd.DataFrame, other: str) -> tuple[float, np.ndarray]:
    """Estimate by how much the error is smaller than a baseline's, and bootstrap samples of it.

    Parameters
    ----------
    part : DataFrame
        Rows of one scope of `scoped`.
    other : str
        Column of the baseline's error; races without one are left out.

    Returns
    -------
    skill : float
        As a share of the baseline's error: above 0 the model is better.
    draws : ndarray
    """
    known = part[other].notna().to_numpy()
    own, theirs, weight, athlete, race = (
        part[column].to_numpy()[known]
        for column in ("error", other, "weight", "athlete_code", "race_code")
    )
    ratio, draws = drawn_ratio(weight * own, weight * theirs, units(athlete, race))
    return 1 - ratio, 1 - draws


def _beside(comparison: pd.DataFrame, scope: str) -> dict:
    """Riegel on the same races, and the baseline with the smallest error beside the model's."""
    riegel_row = comparison[comparison["baseline"] == "riegel"]
    many = comparison[comparison["races"] >= races_needed(scope)]
    found = {}
    if len(riegel_row):
        row = riegel_row.iloc[0]
        found = {"paired_mape_pct": row["mape_pct"]}
        found |= {key: row[key] for key in ("baseline_mape_pct", "skill_pct")}
    if many["skill_pct"].notna().any():
        hardest = many.sort_values(["skill_pct", "baseline"]).iloc[0]
        found |= {"hardest_baseline": hardest["baseline"]}
        found |= {"hardest_skill_pct": hardest["skill_pct"]}
        found |= {"worse_than_baseline_pct": hardest["worse_pct"]}
    return found


def races_needed(scope: str) -> int:
    """How many races a comparison needs before a baseline of it is called the hardest."""
    return 10 if scope == ALL else 20


def errors(backtest: pd.DataFrame) -> pd.DataFrame:
    """Errors of each forecast and its baselines, as shares of the race time, and its slices.

    Parameters
    ----------
    backtest : DataFrame
        What `backtest.backtest_and_choose` returned.

    Returns
    -------
    DataFrame
        One row per race, protocol and candidate that has a forecast, in a fixed order.
    """
    rows = backtest[backtest["predicted_time_s"].notna()]
    rows = rows.sort_values(["protocol", "candidate", "race_id"], ignore_index=True)
    time_s = rows["race_time_s"].astype(float)
    bias = rows["predicted_time_s"] / time_s - 1
    rows = rows.assign(
        athlete_code=pd.factorize(rows["athlete_id"], sort=True)[0],
        race_code=pd.factorize(rows["race_id"], sort=True)[0],
        bias=bias,
        error=bias.abs(),
        is_within_5=(bias.abs() <= 0.05).astype(float),
        is_inside=time_s.between(rows["lower_80_s"], rows["upper_80_s"]).astype(float),
        width=(rows["upper_80_s"] - rows["lower_80_s"]) / rows["predicted_time_s"],
        interval_score_pct=interval_score_pct(rows),
        **{f"{n.removesuffix('_time_s')}_error": (rows[n] / time_s - 1).abs() for n in BASELINES},
    )
    return rows.merge(_slices(rows), on=["protocol", "race_id"], how="left")[_OF_A_RACE]


def scoped(rows: pd.DataFrame, mix: pd.DataFrame) -> pd.DataFrame:
    """Repeat each race for every scope that it counts for.

    Parameters
    ----------
    rows : DataFrame
        What `errors` returned.
    mix : DataFrame
        The seed `reference_mix`.

    Returns
    -------
    DataFrame
        ``scope``, ``scope_kind``, the race's ``weight`` there, and ``scale_s``, the time by which
        its error counts in seconds; in the reference mix one row per distance it stands for.
    """
    one = rows.assign(weight=1.0, scale_s=rows["race_time_s"].astype(float))
    parts = [one.assign(scope=ALL, scope_kind=ALL)]
    parts.append(one.assign(scope=one["distance_label"], scope_kind=DISTANCE))
    parts += [one.assign(scope=one[kind], scope_kind=kind) for kind in SLICES]
    parts += [_mixed(own, mix) for _, own in rows.groupby(["protocol", "candidate"])]
    return pd.concat(parts, ignore_index=True).dropna(subset="scope")


def _mixed(rows: pd.DataFrame, mix: pd.DataFrame) -> pd.DataFrame:
    """Weigh the warm races of one candidate and protocol as the reference mix does."""
    warm = rows[rows["is_warm"].astype(bool)]
    parts = []
    for asked in mix.itertuples():
        own = warm[warm["distance_label"] == asked.distance_label]
        own = own if len(own) >= _OWN_RACES else warm
        weight = asked.share / max(len(own), 1)
        parts.append(own.assign(weight=weight, scale_s=float(asked.reference_time_s)))
    together = pd.concat(parts) if parts else warm.assign(weight=1.0, scale_s=np.nan)
    return together.assign(scope=MIX, scope_kind=MIX)


def _slices(rows: pd.DataFrame) -> pd.DataFrame:
    """Slice of each race by kind, the same for all candidates: by the simplest one's forecast."""
    parts = []
    for _, own in rows.groupby("protocol"):
        first = next(name for name in CANDIDATES if (own["candidate"] == name).any())
        own = own[own["candidate"] == first]
        rest = pd.cut(own["days_since_last_race"].astype(float), _REST_DAYS, labels=_REST)
        rest = ("last_race_" + rest.astype(object)).where(rest.notna(), None)
        slices = own[["protocol", "race_id"]].assign(
            speed=_fifth(_level(own), "speed"),
            rest=rest,
            volume=_fifth(own["week_km"].astype(float), "volume"),
        )
        parts.append(slices)
    columns = ["protocol", "race_id", "speed", "rest", "volume"]
    slices = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
    return slices


def _level(own: pd.DataFrame) -> pd.Series:
    """Time over 5 km that a forecast amounts to by Riegel, seconds.

    Of the forecast, which is known before the race: among those who were slow on the day, every
    forecast would look too fast. NaN with fewer than five athletes, whose fifths are single people.
    """
    if own["athlete_id"].nunique() < FEW_ATHLETES:
        return pd.Series(np.nan, index=own.index)
    return pd.Series(riegel(own["predicted_time_s"], own["distance_m"], 5000.0), own.index)


def _fifth(value: pd.Series, name: str) -> pd.Series:
    """``<name>_1`` for the fifth of the races with the lowest values to ``<name>_5``."""
    share = value.round(6).rank(pct=True)
    number = np.ceil(5 * share - 1e-9)
    return number.map(lambda fifth: None if np.isnan(fifth) else f"{name}_{int(fifth)}")
