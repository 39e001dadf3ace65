"""Why a forecast is what it is: Shapley values of groups of inputs, and sentences for them.

A forecast is compared with those for typical runners (the background). The difference in ln t is
shared out among groups of inputs that belong together, such as all that is known of earlier races:
moving the time of a race without its distance would ask of a runner who can't exist. Shares add up
to the difference. Groups are few, so the shares are exact, and all rows are asked at once.
"""

import math
from itertools import combinations

import numpy as np
import pandas as pd

from stride.racetime.riegel import EXPONENT

GROUPS = {
    "earlier races": ("race", "riegel"),
    "running volume": ("run_distance", "week", "volume", "history", "last_run"),
    "longest run": ("longest_run",),
    "best efforts": ("effort", "critical", "speed", "pace", "best_"),
    "fitness and form": ("ctl", "atl", "tsb", "acwr", "load", "monotony"),
    "sex and age": ("sex", "age_years"),
}
"""Group to what the names of its columns hold; the first that fits counts."""
OTHER = "everything else"
ASKED = ("distance_m", "distance_label")
"""What the forecast is for; no reason, and the same for the typical runner."""

_MOST_ROWS = 400_000
"""Forecasts that one call may ask of the model, so that ten thousand targets stay a matter of
seconds: with more targets, fewer typical runners are compared with."""
_SMALLEST_PCT = 0.05
_DISTANCES = {
    1609.344: "mile",
    5000.0: "5k",
    8000.0: "8k",
    8046.72: "5 miles",
    10000.0: "10k",
    15000.0: "15k",
    16093.44: "10 miles",
    21097.5: "half marathon",
    30000.0: "30k",
    42195.0: "marathon",
    50000.0: "50k",
    100000.0: "100k",
}


def shapley(model, X: pd.DataFrame, background: pd.DataFrame) -> pd.DataFrame:
    r"""Share of each group of inputs in ln t of a forecast.

    .. math:: \phi_g = \sum_{S \not\ni g} \frac{|S|!\,(G-|S|-1)!}{G!}
        \left(v(S \cup g) - v(S)\right)

    with v(S) the mean of ln t when the groups of S are the row's own and the others those of a
    background row.

    Parameters
    ----------
    model : RaceTimeModel
    X : DataFrame of shape (n, n_columns)
        Rows to explain.
    background : DataFrame of shape (k, n_columns)
        Typical runners; at least one.

    Returns
    -------
    DataFrame of shape (n, n_groups)
        Natural logarithm of a factor of the time: -0.02 is about 2 % faster. Indexed as ``X``.
        Zero where the forecast is refused.

    References
    ----------
    Lundberg and Lee (2017), A unified approach to interpreting model predictions.
    """
    # A column without any value makes no difference, and a group less halves the work.
    columns = [
        name
        for name in features(X)
        if X[name].notna().any() or (name in background and background[name].notna().any())
    ]
    groups = grouped(columns)
    names = list(groups)
    coalitions = [
        frozenset(chosen) for size in range(len(names) + 1) for chosen in combinations(names, size)
    ]
    k = max(1, min(len(background), _MOST_ROWS // max(1, len(X) * len(coalitions))))
    typical = background.iloc[np.linspace(0, len(background) - 1, k).round().astype(int)]
    asked = _mixtures(X, typical, groups, coalitions)
    log_time = np.log(model.predict(asked)) if len(asked) else np.empty(0)
    # Some mixtures of two runners may be refused: the mean is of the others.
    log_time = np.ma.masked_invalid(log_time.reshape(len(coalitions), k, len(X)))
    value = dict(zip(coalitions, log_time.mean(axis=1).filled(np.nan), strict=True))
    shares = {name: _share(name, names, value) for name in names}
    frame = pd.DataFrame(shares, index=X.index)
    # A refusal leaves nothing to share.
    return frame.where(np.isfinite(frame).all(axis="columns"), 0.0)


def grouped(columns: list[str]) -> dict[str, list[str]]:
    """The columns of each group.

    Examples
    --------
    >>> grouped(["distance_m", "ctl", "last_race_time_s"])
    {'earlier races': ['last_race_time_s'], 'fitness and form': ['ctl']}
    """
    found: dict[str, list[str]] = {name: [] for name in [*GROUPS, OTHER]}
    for column in columns:
        if column not in ASKED:
            fits = (name for name, parts in GROUPS.items() if any(p in column for p in parts))
            found[next(fits, OTHER)].append(column)
    return {name: members for name, members in found.items() if members}


def top_reasons(model, X: pd.DataFrame, background: pd.DataFrame, n: int = 3) -> pd.DataFrame:
    """The main reasons of each forecast, as sentences.

    Parameters
    ----------
    model : RaceTimeModel
    X : DataFrame of shape (n_rows, n_columns)
    background : DataFrame of shape (k, n_columns)
        Typical runners, as the registry keeps them beside the model.
    n : int
        How many.

    Returns
    -------
    DataFrame of shape (n_rows, n)
        ``reason_1`` to ``reason_n``, the weightiest first, indexed as ``X``; null where there are
        fewer, or the forecast is refused.
    """
    shares = shapley(model, X, background)
    percent = 100 * np.expm1(shares.to_numpy())
    order = np.argsort(-np.abs(shares.to_numpy()), axis=1, kind="stable")[:, :n]
    reasons = np.full((len(X), n), None, dtype=object)
    rows = X.to_dict("records")
    for i, row in enumerate(rows):
        for place, group in enumerate(order[i]):
            if abs(percent[i, group]) >= _SMALLEST_PCT:
                what = _subject(shares.columns[group], row)
                how = "slower" if percent[i, group] > 0 else "faster"
                reasons[i, place] = f"{what}: {abs(percent[i, group]):.1f} % {how}"
    names = [f"reason_{place + 1}" for place in range(n)]
    return pd.DataFrame(reasons, index=X.index, columns=names)


def importance(shares: pd.DataFrame) -> pd.DataFrame:
    """How much each group of inputs matters over all rows.

    Parameters
    ----------
    shares : DataFrame of shape (n, n_groups)
        What `shapley` returned.

    Returns
    -------
    DataFrame
        One row per group, the weightiest first: ``feature_group``, ``mean_abs_shap`` (of ln t),
        ``effect_pct`` (the same, as per cent of the time), ``importance_rank``.
    """
    mean = shares.abs().mean().sort_values(ascending=False, kind="stable")
    return pd.DataFrame(
        {
            "feature_group": mean.index.to_numpy(dtype=object),
            "mean_abs_shap": mean.to_numpy(dtype=float),
            "effect_pct": 100 * np.expm1(mean.to_numpy(dtype=float)),
            "importance_rank": np.arange(1, len(mean) + 1),
        }
    )


def typical_runners(races: pd.DataFrame, k: int = 8) -> pd.DataFrame:
    """Rows of the training set to compare forecasts with: evenly spread from fast to slow.

    Parameters
    ----------
    races : DataFrame
        Usable rows of `training.training_set`.
    k : int
        How many; fewer if there are fewer.

    Returns
    -------
    DataFrame
        Without names and dates of athletes and races.
    """
    speed = races["distance_m"] ** EXPONENT / races["race_time_s"]
    order = races.assign(speed=speed.to_numpy()).sort_values(["speed", "race_id"], kind="stable")
    # The middle of each of k equal parts, so that one of them alone is the median runner.
    at = ((np.arange(k) + 0.5) / k * len(order)).astype(int)
    middle_first = sorted(set(at.tolist()), key=lambda place: abs(place - len(order) / 2))
    names = ["race_id", "athlete_id", "race_date", "feature_date", "state_known_at", "speed"]
    return order.iloc[middle_first].drop(columns=names, errors="ignore").reset_index(drop=True)


def features(X: pd.DataFrame) -> list[str]:
    """The columns of ``X`` that the model reads."""
    from stride.racetime.model import FEATURES

    return [column for column in FEATURES if column in X]


def _mixtures(X: pd.DataFrame, typical: pd.DataFrame, groups: dict, coalitions) -> pd.DataFrame:
    """Every row of ``X`` with every typical runner, once per coalition, in that order.

    The groups of the coalition are the row's own, the others the typical runner's.
    """
    n, k = len(X), len(typical)
    rows = np.tile(np.arange(n), k * len(coalitions))
    runners = n + np.tile(np.repeat(np.arange(k), n), len(coalitions))
    mixed = X[features(X)].iloc[rows].reset_index(drop=True)
    for group, members in groups.items():
        is_own = np.repeat([group in chosen for chosen in coalitions], k * n)
        taken = np.where(is_own, rows, runners)
        for column in members:
            runner = typical[column] if column in typical else pd.Series([None] * k)
            both = np.concatenate([_plain(X[column]), _plain(runner)])
            mixed[column] = both[taken]
    return mixed


def _plain(values: pd.Series) -> np.ndarray:
    """Numbers as float64, anything else as it is."""
    if pd.api.types.is_numeric_dtype(values.dtype) or values.isna().all():
        return pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)
    return values.to_numpy(dtype=object)


def _share(name: str, names: list[str], value: dict) -> np.ndarray:
    total = math.factorial(len(names))
    share = 0.0
    for chosen in value:
        if name not in chosen:
            ways = math.factorial(len(chosen)) * math.factorial(len(names) - len(chosen) - 1)
            share = share + ways / total * (value[chosen | {name}] - value[chosen])
    return share


def _subject(group: str, row: dict) -> str:
    """What a group says of this athlete, without the effect."""
    if group == "earlier races":
        return _last_race(row)
    if group == "running volume" and _is_known(row.get("run_distance_84d_m")):
        return f"Your {row['run_distance_84d_m'] / 12000:.0f} km a week over 12 weeks"
    if group == "longest run" and _is_known(row.get("longest_run_60d_m")):
        return f"Your longest run in 60 days, {row['longest_run_60d_m'] / 1000:.0f} km"
    if group == "fitness and form" and _is_known(row.get("ctl")):
        form = f" and form of {row['tsb']:.0f}" if _is_known(row.get("tsb")) else ""
        return f"Your fitness of {row['ctl']:.0f}{form}"
    if group == "best efforts":
        return "Your best efforts in training"
    if group == "sex and age":
        return "Your sex and age"
    return f"Nothing known of your {group}" if group != OTHER else "Everything else known of you"


def _last_race(row: dict) -> str:
    distance_m, days = row.get("last_race_distance_m"), row.get("days_since_last_race")
    if not _is_known(distance_m):
        return "No race yet"
    near = min(_DISTANCES, key=lambda known: abs(known - distance_m))
    is_usual = abs(near - distance_m) <= 0.01 * near
    name = _DISTANCES[near] if is_usual else f"race over {distance_m / 1000:.1f} km"
    if not _is_known(days):
        return f"Your last {name}"
    return f"Your last {name} {days:.0f} {'day' if days == 1 else 'days'} ago"


def _is_known(value) -> bool:
    return value is not None and not pd.isna(value)
