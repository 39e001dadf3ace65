"""Projects fitness and fatigue over days of rest."""

import numpy as np
import pandas as pd

_CTL_DAYS, _ATL_DAYS = 42.0, 7.0


def rest(ctl: float, atl: float, days: int = 14) -> pd.DataFrame:
    r"""Project both averages over days without load.

    .. math:: CTL_n = CTL_0 \, e^{-n/42}, \quad ATL_n = ATL_0 \, e^{-n/7}, \quad
              TSB_n = CTL_{n-1} - ATL_{n-1}

    Parameters
    ----------
    ctl, atl : float
        State at the end of the last day, load a day.
    days : int
        Days of rest.

    Returns
    -------
    DataFrame
        One row per day of rest, ``day`` from 1; ``ctl`` and ``atl`` at its end, ``tsb`` at its
        start; load a day.

    Examples
    --------
    >>> print(rest(50, 70).query("day in [1, 7, 14]").round(1).to_string(index=False))
     day  ctl  atl   tsb
       1 48.8 60.7 -20.0
       7 42.3 25.8  13.6
      14 35.8  9.5  25.8
    """
    day = np.arange(days + 1)
    fitness, fatigue = ctl * np.exp(-day / _CTL_DAYS), atl * np.exp(-day / _ATL_DAYS)
    return pd.DataFrame(
        {"day": day[1:], "ctl": fitness[1:], "atl": fatigue[1:], "tsb": (fitness - fatigue)[:-1]}
    )
