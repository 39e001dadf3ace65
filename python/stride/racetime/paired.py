"""The paired test: candidate and champion on the same races, each forecast forward in time.

Each version keeps the errors of its own backtest. Both then face the very races that both were
asked, under the same rules; on races that one of them was trained on it would be unfair. Races are
kept by a hash of their id and result, so that nobody is named and a corrected result is another
race.
"""

import hashlib

import numpy as np
import pandas as pd

ERRORS = "evaluation/errors.parquet"
"""Artifact of a run: what `errors` returned."""

_DRAWS = 2000
_DRAW_PCT = 0.05
"""A smaller difference is a draw: under a second over 5 km."""
_MORE_REFUSED = 0.05
"""A candidate may refuse this share of the shared races more than the champion does."""


def errors(backtest: pd.DataFrame) -> pd.DataFrame:
    """Errors of a backtest, without names.

    Parameters
    ----------
    backtest : DataFrame
        `training.backtest_predictions`; where it has a ``protocol``, walk-forward is taken.

    Returns
    -------
    DataFrame
        One row per race: ``race``, ``athlete`` (hashes), ``error_pct``: absolute, per cent of the
        result; null where the forecast was refused.
    """
    if "protocol" in backtest:
        backtest = backtest[backtest["protocol"] == "walk_forward"]
    error = (backtest["predicted_time_s"].astype(float) / backtest["race_time_s"] - 1).abs()
    races = backtest["race_id"].astype(str) + "|" + backtest["race_time_s"].round(2).astype(str)
    return pd.DataFrame(
        {
            "race": races.map(hashed).to_numpy(dtype=object),
            "athlete": backtest["athlete_id"].astype(str).map(hashed).to_numpy(dtype=object),
            "error_pct": 100 * error.to_numpy(),
        }
    )


def compare(candidate: pd.DataFrame, champion: pd.DataFrame | None, seed: int = 0) -> dict:
    """Compare two versions on the races that both were asked.

    Parameters
    ----------
    candidate, champion : DataFrame
        What `errors` returned; None for a champion that kept none.
    seed : int
        Of the bootstrap, which draws athletes, and races where there is one athlete only.

    Returns
    -------
    dict
        ``is_beaten``: whether the candidate takes the champion's place. It does if it is better on
        the same races, or a draw: it has learned from more. Beside it what
        that rests on: ``shared_races``, ``difference_pct`` (mean of candidate minus champion,
        negative is better) and its 90 % interval ``lower_pct``, ``upper_pct``.

    Examples
    --------
    >>> old = pd.DataFrame({"race": list("abc"), "athlete": "x", "error_pct": [3.0, 4.0, 5.0]})
    >>> compare(old.assign(error_pct=old["error_pct"] + 1), old)["is_beaten"]
    False
    >>> compare(old, old)["is_beaten"]
    True
    """
    if champion is None:
        return {"is_beaten": True, "shared_races": 0, "note": "The champion kept no errors."}
    shared = candidate.merge(champion, on="race", suffixes=("", "_champion"))
    both = shared.dropna(subset=["error_pct", "error_pct_champion"])
    if both.empty:
        return {"is_beaten": True, "shared_races": 0, "note": "No race was asked of both."}
    refused, refused_before = (
        float(shared[column].isna().mean()) for column in ("error_pct", "error_pct_champion")
    )
    difference = both["error_pct"] - both["error_pct_champion"]
    mean = float(difference.mean())
    lower, upper = _interval(difference.to_numpy(), both["athlete"], seed)
    return {
        "is_beaten": mean <= _DRAW_PCT and refused <= refused_before + _MORE_REFUSED,
        "shared_races": len(both),
        "candidate_mape_pct": round(float(both["error_pct"].mean()), 4),
        "champion_mape_pct": round(float(both["error_pct_champion"].mean()), 4),
        "difference_pct": round(mean, 6),
        "lower_pct": round(lower, 6),
        "upper_pct": round(upper, 6),
        "refused_share": round(refused, 4),
        "champion_refused_share": round(refused_before, 4),
    }


def _interval(difference: np.ndarray, athlete: pd.Series, seed: int) -> tuple[float, float]:
    """A 90 % bootstrap interval of the mean, drawing whole athletes."""
    blocks = pd.factorize(athlete)[0]
    if blocks.max() < 1:
        blocks = np.arange(len(difference))
    sums, sizes = np.bincount(blocks, difference), np.bincount(blocks)
    drawn = np.random.default_rng(seed).integers(len(sums), size=(_DRAWS, len(sums)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    return tuple(float(value) for value in np.quantile(means, [0.05, 0.95]))


def hashed(text: str) -> str:
    """Stand-in for an id of a race or an athlete in `errors`: 24 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]
