"""How much of a number is chance: a bootstrap of athletes, and the binomial distribution."""

from functools import lru_cache

import numpy as np

DRAWS = 1000
"""Bootstrap samples; a share of them is known to about one per cent."""
FEW_ATHLETES = 5
"""With fewer athletes, races are drawn instead."""
MANY_ATHLETES = 30
"""With fewer athletes, races are drawn too, and count if they vary more."""

_AT_ONCE = 100
"""Samples that are drawn together; more take more memory."""
_EQUAL = 1e-9
"""A smaller difference is rounding: the two engines add up in different orders."""


def units(athlete, race) -> list[np.ndarray]:
    """Number the units that are drawn: athletes, or races where there are few athletes.

    Parameters
    ----------
    athlete, race : array-like of shape (n,)

    Returns
    -------
    list of ndarray of int, shape (n,)
        By athlete, from `FEW_ATHLETES` on, and by race, below `MANY_ATHLETES`. Numbers begin at 0.

    Examples
    --------
    >>> units(["a", "a", "b"], ["r1", "r2", "r2"])
    [array([0, 1, 1])]
    >>> len(units(list("abcdef"), range(6)))
    2
    """
    names, codes = np.unique(np.asarray(athlete), return_inverse=True)
    found = [codes] if len(names) >= FEW_ATHLETES else []
    if len(names) < MANY_ATHLETES:
        found.append(np.unique(np.asarray(race), return_inverse=True)[1])
    return found


def drawn_ratio(numerator, denominator, ways: list[np.ndarray]) -> tuple[float, np.ndarray]:
    """Estimate the ratio of two sums, and how it varies from sample to sample.

    Samples of few units vary too little, by the root of (n - 1) / n; that is made up for.

    Parameters
    ----------
    numerator, denominator : ndarray of shape (n,)
    ways : list of ndarray of int, shape (n,)
        `units`; of several, the one whose samples vary most is taken.

    Returns
    -------
    estimate : float
        NaN where the denominator is 0.
    draws : ndarray of shape (DRAWS,)
        NaN where a sample's denominator is 0.

    Examples
    --------
    >>> estimate, draws = drawn_ratio(np.array([1.0, 3.0]), np.ones(2), [np.arange(2)])
    >>> estimate, sorted(set(draws.round(2)))
    (np.float64(2.0), [np.float64(0.59), np.float64(2.0), np.float64(3.41)])
    """
    columns = np.column_stack([numerator, denominator]).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = np.divide(*columns.sum(axis=0))
    every = [_draws(columns, unit, estimate) for unit in ways]
    return estimate, max(every, key=_spread)


def _spread(draws: np.ndarray) -> float:
    known = draws[np.isfinite(draws)]
    return float(known.var()) if len(known) else 0.0


def _draws(columns: np.ndarray, unit: np.ndarray, estimate: float) -> np.ndarray:
    per_unit = np.column_stack([np.bincount(unit, column) for column in columns.T])
    sums, n = _times(len(per_unit)) @ per_unit, len(per_unit)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(sums[:, 1] > 0, sums[:, 0] / sums[:, 1], np.nan)
    return estimate + (ratios - estimate) * np.sqrt(n / max(n - 1, 1))


def sure_above(draws: np.ndarray, limit: float) -> float:
    """Say how sure it is that the true value is above a limit, per cent of the samples."""
    draws = draws[np.isfinite(draws)]
    return float(100 * np.mean(draws > limit + _EQUAL)) if len(draws) else 0.0


def sure_below(draws: np.ndarray, limit: float) -> float:
    """Say how sure it is that the true value is below a limit, per cent of the samples."""
    return sure_above(-draws, -limit)


def sure_share_below(hits: int, n: int, limit_pct: float) -> float:
    """Say how sure it is that the true share of hits is below a limit, per cent.

    Examples
    --------
    >>> round(sure_share_below(20, 31, 75), 1)
    87.2
    """
    from scipy.stats import binom  # seconds to import

    return float(100 * (1 - binom.cdf(hits, n, limit_pct / 100)))


def sure_share_above(hits: int, n: int, limit_pct: float) -> float:
    """Say how sure it is that the true share of hits is above a limit, per cent.

    Examples
    --------
    >>> round(sure_share_above(28, 31, 88), 1)
    52.0
    """
    from scipy.stats import binom  # seconds to import

    return float(100 * binom.cdf(hits - 1, n, limit_pct / 100))


@lru_cache(maxsize=64)
def _times(n: int) -> np.ndarray:
    """How often each of ``n`` units is in each sample; the same at every call."""
    rng, parts = np.random.default_rng(0), []
    for _ in range(DRAWS // _AT_ONCE):
        drawn = rng.integers(n, size=(_AT_ONCE, n)) + n * np.arange(_AT_ONCE)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=n * _AT_ONCE)
        parts.append(counts.reshape(_AT_ONCE, n).astype(np.uint8))
    return np.concatenate(parts)
