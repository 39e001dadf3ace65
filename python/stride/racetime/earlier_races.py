"""The races before a day, from the text of the point-in-time sets to arrays."""

from typing import NamedTuple

import numpy as np
import pandas as pd


class EarlierRaces(NamedTuple):
    """Races of ``n`` rows, latest first, padded with NaN to the longest list."""

    days: np.ndarray
    """Days ago, shape (n, k)."""
    distance_m: np.ndarray
    """Metres, shape (n, k)."""
    time_s: np.ndarray
    """Seconds, shape (n, k)."""

    def latest(self, where: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pick each row's latest race for which ``where`` (n, k) holds; NaN where none does."""
        if not where.shape[1]:
            none = np.full(len(where), np.nan)
            return none, none, none
        at = np.arange(len(where)), where.argmax(axis=1)
        found = where.any(axis=1)
        return tuple(np.where(found, column[at], np.nan) for column in self)


def earlier_races(X: pd.DataFrame) -> EarlierRaces:
    """Read the column ``earlier_races``; where it is missing, the last race stands alone.

    Parameters
    ----------
    X : DataFrame of shape (n, n_columns)
        ``earlier_races`` holds ``days ago:metres:seconds``, latest first, blanks between.

    Returns
    -------
    EarlierRaces

    Examples
    --------
    >>> X = pd.DataFrame({"earlier_races": ["14:10000.000:2712.00 63:5000.000:1301.50", None]})
    >>> earlier_races(X).time_s
    array([[2712. , 1301.5],
           [   nan,    nan]])
    """
    n = len(X)
    texts = list(X["earlier_races"]) if "earlier_races" in X else [None] * n
    texts = [text if isinstance(text, str) else "" for text in texts]
    counts = np.array([text.count(":") // 2 for text in texts], dtype=int)
    fields = np.array(" ".join(texts).replace(":", " ").split(), dtype=float).reshape(-1, 3)

    last = {"last_race_distance_m", "last_race_time_s"} <= set(X.columns)
    alone = np.zeros(n, dtype=bool)
    if last:
        last_m, last_s = (
            X[name].to_numpy(dtype=float, na_value=np.nan)
            for name in ("last_race_distance_m", "last_race_time_s")
        )
        alone = (counts == 0) & (last_m > 0) & (last_s > 0)
    padded = np.full((3, n, max(counts.max(initial=0), int(alone.any()))), np.nan)
    rows = np.repeat(np.arange(n), counts)
    positions = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    padded[:, rows, positions] = fields.T
    if alone.any():
        days = X.get("days_since_last_race", pd.Series(0.0, index=X.index))
        days = days.to_numpy(dtype=float, na_value=np.nan)
        padded[:, alone, 0] = np.nan_to_num(days)[alone], last_m[alone], last_s[alone]
    return EarlierRaces(*padded)
