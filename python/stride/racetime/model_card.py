"""The model card: what a version learned from, how well it did, and what it is not for."""

import pandas as pd

_BASELINES = "_mape_pct"
_LEADING = [
    "protocol",
    "scope",
    "races",
    "mae_s",
    "mape_pct",
    "bias_pct",
    "interval_coverage_pct",
    "skill_pct",
]

_TEMPLATE = """\
# Race-time model

Forecasts the time of a running race over {shortest} to {longest} km, with an 80 % interval, from
the athlete's own earlier races and training up to the day before.

| | |
|---|---|
| Trained on | {races} races of {athletes} athletes, {first} to {last} |
| Stood on the day | {trained_on} |
| Why it was trained | {reasons} |
| Data | `{data_fingerprint}` (SHA-256 of what it learned from and its settings) |
| Code | `{code_commit}` |
| Gate | {gate} |

## Races trained on

{distances}

Left out: {unused}.

## How well it does

Every forecast below was made without knowing the race, from a model trained without it. Errors are
per cent of the race time (`mape_pct`) or seconds (`mae_s`); other columns that end in `mape_pct` are
baselines on the same races. A distance with few races says little.

{evaluation}

## The gate

{criteria}

## What a forecast rests on

{importance}

Mean absolute Shapley value of a group of inputs, as per cent of the time.

## Limits

- It knows ordinary courses and days. Heat, hills, trails and wind are not in it.
- It knows races by the watch and by name. A race that was not run as fast as possible and does not
  say so makes it too slow.
- Few athletes teach it about few kinds of runner. Those who are not among them get stage 1, a
  published prior of some thousand recreational runners, and a wide interval or a refusal.
- From one athlete's history it learns habits of that athlete, and nothing about others.
- Estimated performance: {monitor}

## Use

For an athlete's own planning. Not for selecting, ranking, insuring or paying people; not medical
advice, and no statement on health. It reads nothing of age, sex, weight or health, and positions are
never read. Who is forecast may ask to be erased: the next training then learns without them, and
their data are in no artifact of this version but as numbers without name and date.
"""


def model_card(
    races: pd.DataFrame,
    left_out: pd.Series,
    evaluation: pd.DataFrame,
    gate: pd.DataFrame,
    importance: pd.DataFrame,
    facts: dict,
) -> str:
    """Write the card of one version.

    Parameters
    ----------
    races : DataFrame
        Rows trained on.
    left_out : Series
        Reason to number of races that were not trained on.
    evaluation, gate : DataFrame
        `training.model_evaluation` and `training.gate_results`.
    importance : DataFrame
        What `explain.importance` returned.
    facts : dict
        ``trained_on``, ``reasons``, ``data_fingerprint``, ``code_commit``, ``monitor``.

    Returns
    -------
    str
        Markdown.
    """
    failed = gate.loc[~gate["is_passed"].astype(bool), "criterion"] if len(gate) else ["no criteria"]
    return _TEMPLATE.format(
        shortest="1.6",
        longest="100",
        races=len(races),
        athletes=races["athlete_id"].nunique(),
        first=f"{races['race_date'].min():%Y-%m-%d}",
        last=f"{races['race_date'].max():%Y-%m-%d}",
        gate=f"failed: {', '.join(failed)}" if len(failed) else "passed",
        distances=_table(_distances(races)),
        unused=", ".join(f"{number} {reason}" for reason, number in left_out.items()) or "nothing",
        evaluation=_table(_evaluation(evaluation)),
        criteria=_table(
            gate[["criterion", "metric_value", "at_least", "at_most", "is_passed", "why"]]
        ),
        importance=_table(importance[["feature_group", "effect_pct"]]),
        **facts,
    )


def _distances(races: pd.DataFrame) -> pd.DataFrame:
    by = races.groupby("distance_label", sort=True)
    return by.agg(races=("race_id", "size"), athletes=("athlete_id", "nunique")).reset_index()


def _evaluation(evaluation: pd.DataFrame) -> pd.DataFrame:
    baselines = [c for c in evaluation if c.endswith(_BASELINES) and c not in _LEADING]
    columns = [c for c in _LEADING if c in evaluation] + sorted(baselines)
    keys = [c for c in ("protocol", "scope") if c in columns]
    return evaluation[columns].sort_values(keys) if keys else evaluation[columns]


def _table(frame: pd.DataFrame) -> str:
    lines = [[str(column) for column in frame], ["---"] * frame.shape[1]]
    lines += [[_cell(value) for value in row] for row in frame.itertuples(index=False)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, float):
        return f"{value:.2f}"
    return str(value).replace("|", "/").replace("\n", " ")
