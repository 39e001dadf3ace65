"""Which estimator judges which forecasts: the one that was kept beside their model version."""

import pandas as pd

from stride.monitoring.estimated_performance import ARTIFACT, COLUMNS, Estimator, estimate, load
from stride.racetime import registry


def estimate_by_version(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Estimate the error of forecasts by model version and week.

    Parameters
    ----------
    forecasts : DataFrame
        `monitoring.stg_recent_forecasts`.

    Returns
    -------
    DataFrame
        The columns of `estimated_performance.COLUMNS`. An estimator that can't be read or breaks
        is a row that says ``failed`` and why; it never stops the others.
    """
    parts = []
    for _, rows in forecasts.groupby("model_version"):
        run_id = rows["model_run_id"].iloc[0]
        try:
            part = estimate(_estimator(run_id), rows)
        except Exception as problem:
            # Whatever is wrong with the monitor has to be said: silence would read as good news.
            part = estimate(f"{type(problem).__name__}: {problem}", rows).assign(status="failed")
        parts.append(part)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def _estimator(run_id: str | None) -> Estimator | str:
    if pd.isna(run_id):
        return (
            "No champion stands: the fallback learned nothing, so nothing is known of its errors."
        )
    file = registry.download(registry.Version("", run_id), ARTIFACT)
    if file is None:
        return "No estimator was kept beside this version: it was trained before there were any."
    return load(file)
