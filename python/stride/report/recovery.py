"""Where fitness and fatigue go if the athlete rests."""

import numpy as np
import pandas as pd

_CTL_DAYS, _ATL_DAYS = 42.0, 7.0


def rest(ctl: float, atl: float, days: int = 14) -> pd.DataFrame:
    r"""Let both averages fade without any load.

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
        One row per day of rest, ``day`` from 1; ``ctl`` and ``atl`` at its end, ``tsb`` with which
        it begins; load a day.

    Examples
    --------
    >>> rest(50, 70).query("day in [1, 7, 14]").round(1).to_dict("list")
    {'day': [1, 7, 14], 'ctl': [48.8, 42.3, 35.8], 'atl': [60.7, 25.8, 9.5], 'tsb': [-20.0, 13.6, 25.8]}
    """
    day = np.arange(days + 1)
    fitness, fatigue = ctl * np.exp(-day / _CTL_DAYS), atl * np.exp(-day / _ATL_DAYS)
    return pd.DataFrame(
        {"day": day[1:], "ctl": fitness[1:], "atl": fatigue[1:], "tsb": (fitness - fatigue)[:-1]}
    )
