"""Which candidate forecasts now: the champion's kind, or published settings without a champion."""

import pandas as pd

from stride.racetime.model import PUBLISHED
from stride.racetime.registry import CHAMPION
from stride.racetime.score import voices

COLUMNS = {"candidate": "string", "model_version": "string", "model_role": "string"}


def served(model_name: str, specification: str | None = None) -> pd.DataFrame:
    """Say what kind of model scoring would use now.

    Parameters
    ----------
    model_name : str
        Name in the registry, ``catalog.schema.model``.
    specification : str, optional
        The var ``feature_specification`` as JSON.

    Returns
    -------
    DataFrame of one row
        The columns of `COLUMNS`. Without a champion that can be used it is the fallback, whose
        settings are the published ones.
    """
    first = voices(model_name, specification)[0]
    candidate = first.model.candidate if first.role == CHAMPION else PUBLISHED
    row = {"candidate": candidate, "model_version": first.version, "model_role": first.role}
    return pd.DataFrame([row])
