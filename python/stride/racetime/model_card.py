"""The model card: what a version learned from, how well it did, and what it is not for."""

import pandas as pd

from stride.plural import counted

_MEASURES = [
    "protocol",
    "scope",
    "races",
    "mae_s",
    "mape_pct",
    "bias_pct",
    "interval_coverage_pct",
    "interval_width_pct",
    "interval_score_pct",
    "skill_pct",
]
_KINDS = {
    "published": "stage 1 with published settings; only its intervals are learned",
    "fitted": "stage 1 with settings fitted to the races",
    "corrected": "stage 1 with fitted settings, and a correction by training",
}
_OF_THE_MODEL = ("race_time_s", "predicted_time_s", "baseline_time_s")
"""Times in a backtest that are no formula's; the last is Riegel's once more."""

_TEMPLATE = """\
# Race-time model

Forecasts the time of a running race over {shortest} to {longest} km, with an 80 % interval, from
the athlete's own earlier races and training up to the day before.

| | |
|---|---|
| Kind | {kind} |
| Trained on | {races}, {first} to {last} |
| Athletes | {athletes} |
| Stood on the day | {trained_on} |
| Why it was trained | {reasons} |
| Data | `{data_fingerprint}` (SHA-256 of what it learned from and its settings) |
| Code | `{code_commit}` |
| Gate | {gate} |

## Races trained on

{distances}

Left out: {unused}.

## How well it does

Every forecast below was made without knowing the race, by a model trained without it. Errors are
per cent of the race time (`mape_pct`) or seconds (`mae_s`). A distance with few races says little.

{evaluation}

The kinds of model that were compared, walking forward over all races. The simplest is taken that no
other beats beyond noise by error or interval score.

{candidates}

Beside the usual formulas, mean absolute error in per cent: the formula's, and in brackets the
model's on the races for which the formula has an answer.

{baselines}

## The gate

{criteria}

## What a forecast rests on

{importance}

Mean absolute Shapley value of a group of inputs, as per cent of the time.

## Limits

- It knows ordinary courses and days. Heat, hills, trails and wind are not in it.
- It knows races by the watch and by name. A race that was not run as fast as possible and does not
  say so makes it too slow.
- Few athletes are few kinds of runner. Others get stage 1, a published prior of some thousand
  recreational runners, and a wide interval or a refusal.
- From one athlete's history it learns habits of that athlete, and nothing about others.
- Estimated performance: {monitor}

## Use

For an athlete's own planning. Not for selecting, ranking, insuring or paying people; not medical
advice, and no statement on health. It uses sex and age only where the athlete gave them, and only
through published differences. It reads nothing of weight or health, and positions are never read.
Who is forecast may ask to be erased: the next training then learns without them, and their data
are in no artifact of this version but as numbers, and sex, without name and date.
"""


def model_card(
    races: pd.DataFrame,
    left_out: pd.Series,
    evaluation: pd.DataFrame,
    backtest: pd.DataFrame,
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
        `training.model_evaluation` of all candidates, `training.gate_results`.
    backtest : DataFrame
        The candidate's rows of `training.backtest_predictions`.
    importance : DataFrame
        What `explain.importance` returned.
    facts : dict
        ``candidate``, ``trained_on``, ``reasons``, ``data_fingerprint``, ``code_commit``,
        ``monitor``.

    Returns
    -------
    str
        Markdown.
    """
    failed = gate.loc[~gate["is_passed"].astype(bool), "criterion"].tolist()
    if gate.empty:
        failed = ["nothing was measured"]
    return _TEMPLATE.format(
        shortest="1.6",
        longest="100",
        races=counted(len(races), "race"),
        athletes=races["athlete_id"].nunique(),
        first=f"{races['race_date'].min():%Y-%m-%d}",
        last=f"{races['race_date'].max():%Y-%m-%d}",
        gate=f"failed: {', '.join(failed)}" if failed else "passed",
        distances=_table(_distances(races)),
        unused=", ".join(f"{number} {reason}" for reason, number in left_out.items()) or "nothing",
        kind=f"{facts['candidate']}: {_KINDS[facts['candidate']]}",
        evaluation=_table(_evaluation(evaluation[evaluation["candidate"] == facts["candidate"]])),
        candidates=_table(_candidates(evaluation)),
        baselines=_table(_baselines(backtest)),
        criteria=_table(
            gate[["criterion", "metric_value", "at_least", "at_most", "status", "detail", "why"]]
        ),
        importance=_table(importance[["feature_group", "effect_pct"]]),
        **facts,
    )


def _distances(races: pd.DataFrame) -> pd.DataFrame:
    by = races.groupby("distance_label", sort=True)
    return by.agg(races=("race_id", "size"), athletes=("athlete_id", "nunique")).reset_index()


def _evaluation(evaluation: pd.DataFrame) -> pd.DataFrame:
    columns = [column for column in _MEASURES if column in evaluation]
    keys = [column for column in ("protocol", "scope") if column in columns]
    return evaluation[columns].sort_values(keys)


def _candidates(evaluation: pd.DataFrame) -> pd.DataFrame:
    overall = evaluation[
        (evaluation["scope"] == "all") & (evaluation["protocol"] == "walk_forward")
    ]
    columns = ["candidate", *(c for c in _MEASURES[2:] if c in overall)]
    return overall[columns].sort_values("interval_score_pct")


def _baselines(backtest: pd.DataFrame) -> pd.DataFrame:
    """Each formula by distance: its error, and the model's on the same races."""
    names = [c for c in backtest if c.endswith("_time_s") and c not in _OF_THE_MODEL]
    names = names or [c for c in ("baseline_time_s",) if c in backtest]
    truth = backtest["race_time_s"].astype(float)
    errors = {n: 100 * (backtest[n] / truth - 1).abs() for n in ["predicted_time_s", *names]}
    keys = [c for c in ("protocol", "distance_label") if c in backtest]
    frame = pd.DataFrame(errors).join(backtest[keys])
    rows = []
    for of, races in frame.groupby(keys, sort=True) if keys else [((), frame)]:
        row = dict(zip(keys, of, strict=True)) | {"races": len(races)}
        for name in names:
            both = races.dropna(subset=[name, "predicted_time_s"])
            numbers = f"{both[name].mean():.2f} ({both['predicted_time_s'].mean():.2f})"
            row[name.removesuffix("_time_s")] = numbers if len(both) else ""
        rows.append(row)
    return pd.DataFrame(rows)


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
