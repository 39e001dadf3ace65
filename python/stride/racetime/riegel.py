"""The baseline: one earlier race, scaled."""

import numpy as np

EXPONENT = 1.06


def riegel(time_s, from_m, to_m) -> np.ndarray:
    r"""Scale a race time to another distance.

    .. math:: t_2 = t_1 (d_2 / d_1)^{1.06}

    Parameters
    ----------
    time_s : array-like of shape (n,)
        Time of the earlier race, seconds; NaN where there is none.
    from_m, to_m : array-like of shape (n,)
        Distance of the earlier race and of the one asked for, metres.

    Returns
    -------
    ndarray of shape (n,)
        Seconds.

    References
    ----------
    Riegel (1981), Athletic records and human endurance, American Scientist 69, 285-290.

    Examples
    --------
    >>> riegel([1500.0], [5000.0], [10000.0]).round(1)
    array([3127.4])
    """
    time_s, from_m, to_m = (np.asarray(x, dtype=float) for x in (time_s, from_m, to_m))
    return time_s * (to_m / from_m) ** EXPONENT
