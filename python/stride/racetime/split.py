"""Splits for judging a forecaster: by the calendar, with a gap, athletes apart if asked."""

import numpy as np
import pandas as pd
from sklearn.model_selection import BaseCrossValidator

GAP_DAYS = 43
"""Days kept out between training and test: 42-day features and the day itself."""


class CalendarSplit(BaseCrossValidator):
    """Train on the past, test on the next calendar period.

    The gap counts days. scikit-learn's ``TimeSeriesSplit(gap=43)`` counts rows, which is four
    years for an athlete with ten races a year and a few weeks for a table of fifty athletes.

    Parameters
    ----------
    period : str
        Pandas period of the test blocks: ``"Q"`` for quarters, ``"M"`` for months.
    gap_days : int
        A training row is at least this many days older than the first day of the test block.
    min_train : int
        Blocks with fewer training rows are left out.
    athlete_folds : int
        1: an athlete may be in both. More: athletes are dealt into so many folds, and a fold is
        tested on training rows of the others only, so that every tested athlete is unseen.
    date_column, athlete_column : str
        Columns of ``X``.

    Examples
    --------
    >>> races = pd.DataFrame({"race_date": pd.date_range("2024-01-15", periods=8, freq="30D")})
    >>> for train, test in CalendarSplit(min_train=2).split(races):
    ...     print(train, test)
    [0 1] [3 4 5]
    [0 1 2 3 4] [6 7]
    """

    def __init__(
        self,
        period: str = "Q",
        gap_days: int = GAP_DAYS,
        min_train: int = 1,
        athlete_folds: int = 1,
        date_column: str = "race_date",
        athlete_column: str = "athlete_id",
    ):
        self.period = period
        self.gap_days = gap_days
        self.min_train = min_train
        self.athlete_folds = athlete_folds
        self.date_column = date_column
        self.athlete_column = athlete_column

    def split(self, X: pd.DataFrame, y=None, groups=None):
        """Yield positions of training and test rows, oldest block first.

        Parameters
        ----------
        X : DataFrame of shape (n_races, n_columns)
        y, groups : ignored

        Yields
        ------
        train, test : ndarray of int

        Raises
        ------
        ValueError
            If no block has enough training rows before its gap.
        """
        splits = list(self._splits(X))
        if not splits:
            dates = X[self.date_column]
            span = "no rows" if dates.empty else f"{dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}"
            raise ValueError(
                f"The history is too short to split: {len(X)} races, {span}; a test block needs "
                f"{self.min_train} training races that are {self.gap_days} days older."
            )
        yield from splits

    def get_n_splits(self, X=None, y=None, groups=None) -> int:
        """Count the splits of ``X``; 0 if its history is too short."""
        return sum(1 for _ in self._splits(X))

    def _splits(self, X: pd.DataFrame):
        dates = pd.to_datetime(X[self.date_column]).reset_index(drop=True)
        blocks = dates.dt.to_period(self.period)
        folds = self._folds(X)
        for block in sorted(blocks.unique()):
            last_known = block.start_time - pd.Timedelta(days=self.gap_days)
            is_past, is_asked = (dates <= last_known).to_numpy(), (blocks == block).to_numpy()
            for fold in range(self.athlete_folds):
                is_fold = folds == fold
                is_train = is_past & (~is_fold if self.athlete_folds > 1 else True)
                train, test = np.flatnonzero(is_train), np.flatnonzero(is_asked & is_fold)
                if len(train) >= self.min_train and len(test):
                    yield train, test

    def _folds(self, X: pd.DataFrame) -> np.ndarray:
        if self.athlete_folds == 1:
            return np.zeros(len(X), dtype=int)
        # In order of name, so that the same athletes meet in the same fold on every run.
        codes, _ = pd.factorize(X[self.athlete_column], sort=True)
        return codes % self.athlete_folds
