"""Simulated fitness of an athlete by day, and the race times that follow from it.

The formulas deliberately differ from those of Stride's model. Race times follow a logarithmic speed
law (Emig & Peltonen, Nature Communications 11, 4936, 2020) instead of a power of distance, and
training has other time constants than CTL and ATL.
"""

import math
from datetime import date

import numpy as np

from stride.sample.athlete import SampleAthlete

_SLOW_DAYS, _FAST_DAYS = 50.0, 11.0
_DRIFT_DAYS, _DRIFT_SD = 120.0, 0.025
_HEALING_DAYS = 20.0


def race_seconds(metres: float, speed: float, endurance: float) -> float:
    """Compute the time of an even, maximal race on a good day.

    Solves ``metres = T * speed * (1 - endurance * ln(T / 360 s))`` for ``T``.

    Parameters
    ----------
    metres : float
        Race distance, m.
    speed : float
        Speed of a six-minute effort, m/s.
    endurance : float
        Share of that speed lost per e-fold of time.

    Returns
    -------
    float
        Race time, s.

    Examples
    --------
    >>> round(race_seconds(5000, 4.0, 0.07))
    1380
    """
    seconds = metres / speed
    for _ in range(60):
        seconds = metres / (speed * (1 - endurance * math.log(seconds / 360)))
    return seconds


class Fitness:
    """Day-by-day state of one athlete."""

    def __init__(self, athlete: SampleAthlete, rng: np.random.Generator):
        self.athlete, self._rng = athlete, rng
        minutes = athlete.weekly_km * 1000 / (0.72 * athlete.speed) / 60
        self._usual = 1.2 * 0.72 * minutes / 7
        self._slow = self._fast = self._usual
        self._drift = rng.normal(0, _DRIFT_SD)
        self._health = 0.0
        self._peak_day = rng.uniform(0, 365)
        self._trend = 0.010 - 0.0006 * (athlete.age - 20) + rng.normal(0, 0.004)
        self._days = 0

    def speed(self, day: date) -> float:
        """Speed of a six-minute effort today, m/s."""
        season = math.cos(2 * math.pi * (day.timetuple().tm_yday - self._peak_day) / 365.25)
        training = 0.11 * (self._slow / self._usual - 1) - 0.05 * (self._fast / self._usual - 1)
        log = self._drift + 0.012 * season + self._health + training
        return self.athlete.speed * math.exp(log + self._trend * self._days / 365.25)

    def endurance(self) -> float:
        """Today's endurance coefficient; it falls with months of volume."""
        volume = min(max(self._slow / self._usual, 0.5), 1.5)
        return self.athlete.endurance * (1 - 0.15 * (volume - 1))

    def live(self, dose: float, *, ill: bool, injured: bool) -> None:
        """Advance by one day.

        Parameters
        ----------
        dose : float
            Minutes times intensity of the day's training.
        ill, injured : bool
        """
        self._slow += (dose - self._slow) / _SLOW_DAYS
        self._fast += (dose - self._fast) / _FAST_DAYS
        shock = self._rng.normal(0, _DRIFT_SD * math.sqrt(2 / _DRIFT_DAYS))
        self._drift += shock - self._drift / _DRIFT_DAYS
        self._health -= self._health / _HEALING_DAYS + 0.005 * ill + 0.0015 * injured
        self._days += 1

    def race(self, metres: float, day: date, celsius: float) -> float:
        """Draw the time of a race today, s: fitness, heat and chance, sometimes a collapse."""
        ideal = race_seconds(metres, self.speed(day), self.endurance())
        length = math.log(metres / 5000) / math.log(42195 / 5000)
        heat = 0.003 * max(celsius - 14, 0) * min(ideal / 10800, 1.0)
        log = heat + self._rng.normal(0, 0.018 + 0.017 * length)
        blow_ups = {42195.0: (0.30, 0.07), 21097.0: (0.08, 0.03)}
        blow_up_chance, size = blow_ups.get(metres, (0.0, 0.0))
        wall = self._rng.random() < blow_up_chance
        return ideal * math.exp(log + (self._rng.exponential(size) if wall else 0.0))
