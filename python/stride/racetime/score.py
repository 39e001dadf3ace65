"""Forecast every athlete and distance: with the champion, in its shadow with the challenger.

Versions are resolved once, before the first row, and used by number. When no champion can speak,
stage 1 does, under that name and with the reason; never nothing, and never silently.
"""

import functools
import logging
from typing import NamedTuple

import pandas as pd

from stride.racetime import registry
from stride.racetime.model import FEATURES, RaceTimeModel
from stride.racetime.riegel import riegel
from stride.racetime.stored import CarriedModel

FALLBACK = "stage-1"
"""Model version and role when no champion can speak: the prior and the races, nothing learned."""

NO_CHAMPION, UNREACHABLE, UNUSABLE = "no_champion", "registry_unreachable", "model_unusable"
"""Why stage 1 speaks: nothing passed the gate yet; no registry; a version that can't be loaded."""

COLUMNS = {
    "athlete_id": "string",
    "prediction_date": "date",
    "distance_label": "string",
    "distance_m": "double",
    "predicted_time_s": "double",
    "lower_80_s": "double",
    "upper_80_s": "double",
    "baseline_time_s": "double",
    "support": "string",
    "refusal_reason": "string",
    "reason_1": "string",
    "reason_2": "string",
    "reason_3": "string",
    "feature_date": "date",
    "days_of_history": "bigint",
    "ctl": "double",
    "atl": "double",
    "tsb": "double",
    "acwr": "double",
    "run_distance_7d_m": "double",
    "run_distance_28d_m": "double",
    "run_distance_84d_m": "double",
    "longest_run_60d_m": "double",
    "races_before": "bigint",
    "last_race_distance_m": "double",
    "last_race_time_s": "double",
    "days_since_last_race": "bigint",
    "model_inputs": "string",
    "model_name": "string",
    "model_version": "string",
    "model_role": "string",
    "model_run_id": "string",
    "fallback_reason": "string",
    "fallback_detail": "string",
    "silent_challenger": "string",
    "is_carried_code": "boolean",
    "code_commit": "string",
}

_log = logging.getLogger(__name__)


class Voice(NamedTuple):
    """A model that speaks in a run, and in what role."""

    version: str
    role: str
    run_id: str | None
    model: RaceTimeModel | CarriedModel
    background: pd.DataFrame | None = None
    """Rows that a typical athlete is told from; without them no reasons are given."""
    fallback_reason: str | None = None
    fallback_detail: str | None = None
    """What went wrong and what to do, in a sentence; None where nothing did."""
    silent_challenger: str | None = None
    """Version that should speak in this one's shadow and can't be loaded."""


def scorer(
    model_name: str, specification: str | None = None, code_commit: str | None = None
) -> functools.partial:
    """Resolve who speaks today, and return the function that asks them.

    Parameters
    ----------
    model_name : str
        Name in the registry, ``catalog.schema.model``.
    specification : str, optional
        The var ``feature_specification`` as JSON: a version that carries another one is not asked.
    code_commit : str, optional
        Commit of the code, for the log.

    Returns
    -------
    callable
        `score` with all but the targets given. It holds the models, so it can be sent elsewhere.
    """
    return functools.partial(
        score,
        model_name=model_name,
        voices=voices(model_name, specification),
        code_commit=code_commit or "unknown",
    )


def voices(model_name: str, specification: str | None = None) -> list[Voice]:
    """Load the champion, and the challenger where it is another version.

    Parameters
    ----------
    model_name : str
    specification : str, optional

    Returns
    -------
    list of Voice
        The champion first; in its place stage 1 if there is none or it can't be loaded. It names
        the challenger if that can't be loaded.
    """
    try:
        client = registry.connect_to_read(model_name)
        champion, challenger = (
            registry.by_alias(client, model_name, alias)
            for alias in (registry.CHAMPION, registry.CHALLENGER)
        )
    except Exception as problem:  # whatever a database, a network or a proxy can raise
        _log.warning("The registry can't be reached, stage 1 forecasts alone: %s", problem)
        known = isinstance(problem, registry.RegistryError)
        return [_stage_1(UNREACHABLE, str(problem) if known else None)]

    def load(version: registry.Version, role: str) -> Voice:
        try:
            model = registry.load(model_name, version.number, specification)
        except registry.RegistryError as problem:
            _log.warning("Version %s (%s) can't be loaded: %s", version.number, role, problem)
            raise
        return Voice(version.number, role, version.run_id, model, _background(version))

    try:
        first = load(champion, registry.CHAMPION) if champion else _stage_1(NO_CHAMPION)
    except registry.RegistryError as problem:
        first = _stage_1(UNUSABLE, str(problem))
    if challenger is None or challenger == champion:
        return [first]
    try:
        return [first, load(challenger, registry.CHALLENGER)]
    except registry.RegistryError:
        return [first._replace(silent_challenger=challenger.number)]


def _background(version: registry.Version) -> pd.DataFrame | None:
    try:
        return registry.background(version)
    except Exception as problem:  # reasons are worth less than the forecast that they are of
        _log.warning("Version %s keeps no rows to compare with: %s", version.number, problem)
        return None


def stage_1() -> RaceTimeModel:
    """The fallback: the prior and the races, nothing learned."""
    return RaceTimeModel().fit(pd.DataFrame(columns=FEATURES), [])


def _stage_1(reason: str, detail: str | None = None) -> Voice:
    return Voice(
        FALLBACK, FALLBACK, None, stage_1(), fallback_reason=reason, fallback_detail=detail
    )


def score(
    targets: pd.DataFrame, *, model_name: str, voices: list[Voice], code_commit: str
) -> pd.DataFrame:
    """Predict race times for one prediction date.

    Parameters
    ----------
    targets : DataFrame
        `point_in_time.forecast_features`: one row per athlete and distance.
    model_name : str
    voices : list of Voice
    code_commit : str

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`, one row per row of ``targets`` and voice. A refused forecast is
        a row without a time and with its reason.
    """
    targets = targets.reset_index(drop=True)
    scores = pd.concat([_ask(voice, targets) for voice in voices], ignore_index=True)
    scores["model_name"], scores["code_commit"] = model_name, code_commit
    for column in ("days_of_history", "races_before", "days_since_last_race"):
        scores[column] = scores[column].astype("Int64")
    return scores[list(COLUMNS)]


def _ask(voice: Voice, targets: pd.DataFrame) -> pd.DataFrame:
    answer = pd.concat([targets, voice.model.predict_interval(targets)], axis="columns")
    answer["baseline_time_s"] = riegel(
        targets["last_race_time_s"], targets["last_race_distance_m"], targets["distance_m"]
    )
    answer["model_inputs"] = _as_json(targets.reindex(columns=FEATURES))
    return answer.assign(
        **_reasons(voice, targets),
        model_version=voice.version,
        model_role=voice.role,
        model_run_id=voice.run_id,
        fallback_reason=voice.fallback_reason,
        fallback_detail=voice.fallback_detail,
        silent_challenger=voice.silent_challenger,
        is_carried_code=isinstance(voice.model, CarriedModel),
    )


def _reasons(voice: Voice, targets: pd.DataFrame) -> pd.DataFrame:
    """The reasons of each forecast; nulls where they can't be told, for a forecast counts more."""
    columns = ["reason_1", "reason_2", "reason_3"]
    nothing = pd.DataFrame(None, index=targets.index, columns=columns, dtype=object)
    if voice.background is None or targets.empty:
        return nothing
    try:
        from stride.racetime.explain import top_reasons

        return top_reasons(voice.model, targets, voice.background)[columns]
    except Exception as problem:
        _log.warning("Version %s gave no reasons: %s", voice.version, problem)
        return nothing


def _as_json(inputs: pd.DataFrame) -> list[str]:
    lines = inputs.to_json(orient="records", lines=True, double_precision=15, date_format="iso")
    return lines.splitlines()
