"""Which candidate is trained and served: the simplest that no other beats beyond noise."""

import numpy as np
import pandas as pd

from stride.racetime.model import CANDIDATES
from stride.racetime.noise import units
from stride.racetime.paired import difference, interval_score_pct


def choose(backtest: pd.DataFrame) -> str:
    """Choose the candidate to train and serve by its forecasts forward in time.

    Candidates are taken from the simplest to the most complex. One replaces the best so far if, on
    the races that both forecast, it is better beyond noise by its mean absolute error or by its
    mean interval score, and by neither worse beyond noise. Noise is a 90 % interval of the paired
    differences, by a bootstrap of athletes; of races with fewer than five athletes, and with fewer
    than thirty of races too, if that makes it wider.

    Parameters
    ----------
    backtest : DataFrame
        What `backtest.backtest` returned.

    Returns
    -------
    str
        One of `model.CANDIDATES`; the simplest where nothing can be compared.
    """
    rows = backtest[backtest["protocol"] == "walk_forward"]
    error = (rows["predicted_time_s"].astype(float) / rows["race_time_s"] - 1).abs()
    rows = rows.assign(error_pct=100 * error, interval_score_pct=interval_score_pct(rows))
    best = CANDIDATES[0]
    for candidate in CANDIDATES[1:]:
        one, other = (
            rows[rows["candidate"] == name].set_index("race_id").sort_index()
            for name in (candidate, best)
        )
        both = one.index[np.isfinite(one["error_pct"])].intersection(
            other.index[np.isfinite(other["error_pct"])]
        )
        one, other = one.loc[both], other.loc[both]
        ways = units(one["athlete_id"].astype(str), both.astype(str))
        if len(both) and difference(one, other, ways)["is_better"]:
            best = candidate
    return best
