"""Projects fitness and fatigue into the future."""

import numpy as np
import pandas as pd

CTL_DAYS, ATL_DAYS = 42.0, 7.0


def project(ctl: float, atl: float, loads) -> pd.DataFrame:
    r"""Project CTL and ATL over days with given loads.

    .. math:: C_d = C_{d-1} e^{-1/\tau} + L_d (1 - e^{-1/\tau})

    Parameters
    ----------
    ctl, atl : float
        At the end of the day before the first.
    loads : array-like of shape (n_days,)
        Training load of each day; 100 is one hour at threshold.

    Returns
    -------
    DataFrame of shape (n_days, 3)
        ``ctl`` and ``atl`` at the end of each day, ``tsb`` at its start.

    Examples
    --------
    >>> round(float(project(50.0, 50.0, [0.0] * 42)["ctl"].iloc[-1]), 3)
    18.394
    """
    loads = np.asarray(loads, dtype=float)
    n = np.arange(1, len(loads) + 1)
    state = {}
    for name, start, days in (("ctl", ctl, CTL_DAYS), ("atl", atl, ATL_DAYS)):
        fade = np.exp(-1.0 / days)
        values, value = np.empty(len(loads)), float(start)
        for day, load in enumerate(loads):
            value = value * fade + (1.0 - fade) * load
            values[day] = value
        state[name] = values
    frame = pd.DataFrame(state, index=n)
    frame["tsb"] = (frame["ctl"] - frame["atl"]).shift(1, fill_value=float(ctl) - float(atl))
    return frame


def recovery_look_ahead(ctl: float, atl: float, days: int = 14) -> pd.DataFrame:
    """Project fitness, fatigue and form over days without training.

    Parameters
    ----------
    ctl, atl : float
        At the end of today.
    days : int
        Days of rest.

    Returns
    -------
    DataFrame of shape (days, 4)
        Indexed by day of rest from 1. ``ctl``, ``atl`` and ``tsb`` at the end of each day,
        ``form_pct`` the form in percent of CTL, NaN if CTL is 0.

    Examples
    --------
    >>> rest = recovery_look_ahead(50.0, 70.0, days=7)
    >>> int((rest["form_pct"] > -10).idxmax())
    3
    """
    frame = project(ctl, atl, np.zeros(days))
    frame["tsb"] = frame["ctl"] - frame["atl"]
    frame["form_pct"] = 100.0 * frame["tsb"] / frame["ctl"].where(frame["ctl"] > 0)
    return frame
