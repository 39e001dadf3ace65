"""Cost of slopes for runners."""

import numpy as np

STEEPEST = 0.34
"""Where the fit of the grade factor ends."""

_FACTOR = [
    -2.6628107325930747e-9,
    -3.686186584867523e-7,
    4.0662425671715924e-7,
    0.0018083953212790634,
    0.029290920646623777,
    1.0,
]
HALF_WINDOW_S = 15


def grade_factor(grade):
    """Speed on the flat that costs what speed on this slope costs, as a factor.

    Strava's grade adjustment of 2017, fitted to heart rates of about 240,000 athletes, as the
    fifth-order polynomial published with Elevate. It grants downhills less than Minetti's
    laboratory cost does.

    Parameters
    ----------
    grade : float or ndarray
        Rise over run; beyond +-0.34 it counts as 0.34.

    Examples
    --------
    >>> [round(float(grade_factor(g)), 4) for g in (-0.10, 0.0, 0.05, 0.20)]
    [0.8841, 1.0, 1.1915, 2.2449]
    """
    return np.polyval(_FACTOR, 100 * np.clip(grade, -STEEPEST, STEEPEST))


def running_cost(grade):
    """Energy of running on a slope, J per kg and metre.

    Minetti et al. (2002), Energy cost of walking and running at extreme uphill and downhill slopes,
    J Appl Physiol 93(3); valid to +-0.45. The alternative to `grade_factor`: divide by 3.6.

    Examples
    --------
    >>> [round(float(running_cost(g)), 4) for g in (-0.20, 0.0, 0.10)]
    [1.8, 3.6, 5.9682]
    """
    return np.polyval([155.4, -30.4, -43.3, 46.3, 19.5, 3.6], np.clip(grade, -0.45, 0.45))


def local_line(x, y, least_spread: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Straight line of least squares through the 31 points around each point.

    It smooths and, unlike an average, is right up to the ends of a steady slope.

    Parameters
    ----------
    x, y : ndarray of shape (n,)
        One point a second.
    least_spread : float
        Where the variance of x is smaller, the slope is 0.

    Returns
    -------
    level, slope : ndarray of shape (n,)
        The line's height and slope at each point.

    Examples
    --------
    >>> level, slope = local_line(np.arange(5.0), 3 + 2 * np.arange(5.0))
    >>> level.round(6), slope.round(6)
    (array([ 3.,  5.,  7.,  9., 11.]), array([2., 2., 2., 2., 2.]))
    """
    n = len(x)
    low = np.maximum(np.arange(n) - HALF_WINDOW_S, 0)
    high = np.minimum(np.arange(n) + HALF_WINDOW_S + 1, n)
    count = high - low

    def window(values):
        total = np.concatenate([[0.0], np.cumsum(values)])
        return (total[high] - total[low]) / count

    # Centred on the whole first: sums of squares of large numbers lose their small differences.
    centre = np.mean(y)
    x, y = x - np.mean(x), y - centre
    mean_x, mean_y = window(x), window(y)
    spread = window(x * x) - mean_x**2
    together = window(x * y) - mean_x * mean_y
    enough = spread > max(least_spread, 1e-6)
    slope = np.where(enough, together / np.where(enough, spread, 1.0), 0.0)
    return centre + mean_y + slope * (x - mean_x), slope


def slopes(line_m, altitude_m) -> np.ndarray:
    """Grade at every second: see `local_line`.

    Parameters
    ----------
    line_m, altitude_m : ndarray of shape (n,)
        Distance and altitude, each second.

    Returns
    -------
    ndarray of shape (n,)
        Rise over run; 0 where less than about 10 m were covered in the window.

    Examples
    --------
    >>> line = np.arange(0.0, 300, 3)
    >>> slopes(line, 100 + 0.05 * line).round(6)[[0, 50, 99]]
    array([0.05, 0.05, 0.05])
    """
    # 10 m covered evenly have a variance of 100 / 12.
    return local_line(line_m, altitude_m, least_spread=100 / 12)[1]
