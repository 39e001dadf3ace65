"""The paired test: two models on the same races, each forecast forward in time.

Each version keeps the errors of its own backtest. The candidate and the champion are compared on
the races that both were asked, under the same rules; on races that one of them was trained on it
would be unfair. Races are kept by a hash of their id and result, so that no athlete is named and a
corrected result is another race.
"""

import hashlib

import numpy as np
import pandas as pd

from stride.racetime.noise import drawn_ratio, units

ERRORS = "evaluation/errors.parquet"
"""Artifact of a run: what `errors` returned."""

MEASURES = ("error_pct", "interval_score_pct")
"""Columns that are compared, smaller is better: absolute error, and the score of the interval."""

_MORE_REFUSED = 0.05
"""A candidate may refuse this share of the shared races more than the champion does."""


def judged_rows(backtest: pd.DataFrame) -> pd.DataFrame:
    """Select the rows that a candidate is judged by.

    Parameters
    ----------
    backtest : DataFrame
        `training.backtest_predictions` or a part of it.

    Returns
    -------
    DataFrame
        Walking forward, of the chosen candidate; all rows where a column for it is missing.
    """
    if "protocol" in backtest:
        backtest = backtest[backtest["protocol"] == "walk_forward"]
    if "is_chosen" in backtest:
        backtest = backtest[backtest["is_chosen"].astype(bool)]
    return backtest


def interval_score_pct(rows: pd.DataFrame) -> np.ndarray:
    """Score 80 % intervals by Winkler's rule on the logarithm of time; smaller is better.

    The width, and ten times the distance by which the result is outside (2 / 0.2).

    Parameters
    ----------
    rows : DataFrame of shape (n, n_columns)
        ``race_time_s``, ``lower_80_s``, ``upper_80_s``: seconds.

    Returns
    -------
    ndarray of shape (n,)
        Per cent of the time; NaN without an interval.

    Examples
    --------
    >>> rows = pd.DataFrame({"race_time_s": [1000.0, 1122.0], "lower_80_s": 900.0})
    >>> interval_score_pct(rows.assign(upper_80_s=1100.0)).round(2)
    array([20.07, 39.87])
    """
    lower, time, upper = (
        np.log(rows[name].to_numpy(dtype=float))
        for name in ("lower_80_s", "race_time_s", "upper_80_s")
    )
    outside = np.maximum(lower - time, 0.0) + np.maximum(time - upper, 0.0)
    return 100 * (upper - lower + 10 * outside)


def errors(backtest: pd.DataFrame) -> pd.DataFrame:
    """Errors of a backtest, without names.

    Parameters
    ----------
    backtest : DataFrame
        `training.backtest_predictions`; `judged_rows` are taken.

    Returns
    -------
    DataFrame
        One row per race: ``race``, ``athlete`` (hashes), ``error_pct``: absolute, per cent of the
        result, and ``interval_score_pct``; null where the forecast was refused.
    """
    backtest = judged_rows(backtest)
    error = (backtest["predicted_time_s"].astype(float) / backtest["race_time_s"] - 1).abs()
    races = backtest["race_id"].astype(str) + "|" + backtest["race_time_s"].round(2).astype(str)
    return pd.DataFrame(
        {
            "race": races.map(hashed).to_numpy(dtype=object),
            "athlete": backtest["athlete_id"].astype(str).map(hashed).to_numpy(dtype=object),
            "error_pct": 100 * error.to_numpy(),
            "interval_score_pct": interval_score_pct(backtest),
        }
    )


def difference(one: pd.DataFrame, other: pd.DataFrame, ways: list[np.ndarray]) -> dict:
    """Compare two models on the same races, by each of `MEASURES`.

    Parameters
    ----------
    one, other : DataFrame of shape (n, n_columns)
        `MEASURES`; those that one of them lacks are left out.
    ways : list of ndarray
        `noise.units` of the races.

    Returns
    -------
    dict
        By measure: ``mean`` of one minus other, negative is better, and its 90 % interval
        ``lower``, ``upper``. ``is_worse``: by at least one measure, beyond noise. ``is_better``:
        by at least one beyond noise, and not worse.
    """
    found = {}
    for measure in MEASURES:
        if measure not in one or measure not in other:
            continue
        values = one[measure].to_numpy(dtype=float) - other[measure].to_numpy(dtype=float)
        mean, draws = drawn_ratio(values, np.ones(len(values)), ways)
        lower, upper = np.nanquantile(draws, [0.05, 0.95])
        found[measure] = {"mean": float(mean), "lower": float(lower), "upper": float(upper)}
    is_worse = any(measure["lower"] > 1e-9 for measure in found.values())
    is_better = any(measure["upper"] < -1e-9 for measure in found.values())
    return found | {"is_better": is_better and not is_worse, "is_worse": is_worse}


def compare(candidate: pd.DataFrame, champion: pd.DataFrame | None, has_more_races: bool) -> dict:
    """Compare the candidate with the champion on the races that both were asked.

    Parameters
    ----------
    candidate, champion : DataFrame
        What `errors` returned; None for a champion that kept none.
    has_more_races : bool
        Whether the candidate learned from more races than the champion did.

    Returns
    -------
    dict
        ``verdict``: ``better``, ``worse`` or ``draw`` (within noise), or ``not_compared``.
        ``is_beaten``: whether the candidate takes the champion's place. It does if it is better; on
        a draw if it learned from more races, or if the champion learned from athletes who are no
        longer there; and if the two share no race. A champion that kept no errors stays. Beside
        them the numbers: ``shared_races``, ``difference_pct`` (mean of candidate minus champion,
        negative is better), its 90 % interval ``lower_pct``, ``upper_pct``, and the shares refused.

    Examples
    --------
    >>> old = pd.DataFrame({"race": list("abc"), "athlete": "x", "error_pct": [3.0, 4.0, 5.0]})
    >>> compare(old.assign(error_pct=old["error_pct"] + 1), old, True)["verdict"]
    'worse'
    >>> [compare(old, old, more)["is_beaten"] for more in (True, False)]
    [True, False]
    """
    none = {"verdict": "not_compared", "shared_races": 0}
    if champion is None:
        return none | {"is_beaten": False, "note": "the champion kept no errors"}
    shared = candidate.merge(champion, on="race", suffixes=("", "_champion"))
    shared = shared.sort_values("race", ignore_index=True)
    both = shared.dropna(subset=["error_pct", "error_pct_champion"])
    if both.empty:
        return none | {"is_beaten": True, "note": "no race was asked of both"}
    columns = [measure for measure in MEASURES if f"{measure}_champion" in both]
    other = both[[f"{measure}_champion" for measure in columns]].set_axis(columns, axis=1)
    found = difference(both, other, units(both["athlete"].astype(str), both["race"].astype(str)))
    refused, refused_before = (
        float(shared[column].isna().mean()) for column in ("error_pct", "error_pct_champion")
    )
    is_worse = found["is_worse"] or refused > refused_before + _MORE_REFUSED
    has_lost_athletes = not set(champion["athlete"]) <= set(candidate["athlete"])
    verdict = "worse" if is_worse else "better" if found["is_better"] else "draw"
    is_drawn_to_it = verdict == "draw" and (has_more_races or has_lost_athletes)
    return {
        "verdict": verdict,
        "is_beaten": verdict == "better" or is_drawn_to_it,
        "shared_races": len(both),
        "candidate_mape_pct": round(float(both["error_pct"].mean()), 4),
        "champion_mape_pct": round(float(both["error_pct_champion"].mean()), 4),
        "difference_pct": round(found["error_pct"]["mean"], 6),
        "lower_pct": round(found["error_pct"]["lower"], 6),
        "upper_pct": round(found["error_pct"]["upper"], 6),
        "refused_share": round(refused, 4),
        "champion_refused_share": round(refused_before, 4),
        "has_more_races": bool(has_more_races),
        "has_lost_athletes": has_lost_athletes,
    }


def hashed(text: str) -> str:
    """Stand-in for an id of a race or an athlete in `errors`: 24 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]
