"""Fitness and fatigue of days to come."""

import numpy as np
import pandas as pd

CTL_DAYS, ATL_DAYS = 42.0, 7.0


def project(ctl: float, atl: float, loads) -> pd.DataFrame:
    r"""Carry CTL and ATL on over days with given loads.

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
        ``ctl``, ``atl`` at the end of each day, and ``tsb``: the form with which it begins.

    Examples
    --------
    >>> project(50.0, 50.0, [0.0] * 42)["ctl"].iloc[-1].round(3)
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
    """What days without any training would do to fitness, fatigue and form.

    Parameters
    ----------
    ctl, atl : float
        At the end of today.
    days : int
        Days of rest.

    Returns
    -------
    DataFrame of shape (days, 4)
        Indexed by days of rest from 1. ``ctl`` and ``atl`` at the end of each, ``tsb`` the form
        at the end of it, ``form_pct`` that form in per cent of CTL; NaN without any CTL.

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
