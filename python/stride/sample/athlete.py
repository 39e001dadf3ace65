"""Abilities and habits of a sample athlete, from which all activities are generated."""

from dataclasses import dataclass

import numpy as np

from stride.sample.places import PLACES, Place


@dataclass(frozen=True)
class SampleAthlete:
    """One invented athlete, with abilities that the archive does not contain."""

    athlete_id: str
    place: Place
    speed: float
    """Speed of an even six-minute effort on the first day, m/s."""
    endurance: float
    """Share of that speed lost with each e-fold of race time beyond six minutes."""
    age: float
    max_hr: float
    rest_hr: float
    weight_kg: float
    weekly_km: float
    weekly_sessions: float
    cross_sports: tuple[str, ...]
    trail_share: float
    virtual_share: float
    late_share: float
    """Share of sessions that start around 23:00."""
    hills: float
    """Metres climbed per km."""
    no_hr: tuple[float, float]
    """Share of sessions without heart rate in the first and in the last year."""
    marathons: float
    """Chance of a marathon in a year."""

    @property
    def timezone(self) -> str:
        """IANA name of the athlete's time zone."""
        return self.place.timezone

    @property
    def archive(self) -> str:
        """File name of the athlete's archive."""
        return f"{self.athlete_id}.zip"


def draw_athlete(number: int, rng: np.random.Generator) -> SampleAthlete:
    """Invent athlete ``number`` (1, 2, ...).

    Parameters
    ----------
    number : int
    rng : numpy.random.Generator

    Returns
    -------
    SampleAthlete
    """
    speed = rng.uniform(3.1, 5.1)
    # Faster runners tend to train more and slow down less over distance, with random variation.
    endurance = np.clip(0.086 - 0.014 * (speed - 3.1) + rng.normal(0, 0.007), 0.05, 0.09)
    age = rng.uniform(21, 58)
    others = np.array(["Ride", "Swim", "Weight Training", "Walk", "Yoga"])
    cross = rng.permutation(others)[: int(rng.integers(2, 5))]
    return SampleAthlete(
        athlete_id=f"sample-{number}",
        place=PLACES[(number - 1) % len(PLACES)],
        speed=float(speed),
        endurance=float(endurance),
        age=float(age),
        max_hr=float(208 - 0.7 * age + rng.normal(0, 5)),
        rest_hr=float(rng.uniform(42, 60)),
        weight_kg=float(rng.uniform(52, 88)),
        weekly_km=float(np.clip(14 + 21 * (speed - 3.1) + rng.normal(8, 8), 18, 85)),
        weekly_sessions=float(np.clip(4 + 0.8 * (speed - 3.1) + rng.normal(0, 0.7), 3.5, 6.5)),
        # Every archive has a swim, whose distance is in metres instead of kilometres.
        cross_sports=("Swim", *(str(sport) for sport in cross if sport != "Swim")),
        trail_share=float(rng.uniform(0, 0.3)),
        virtual_share=float(rng.uniform(0, 0.2)),
        late_share=float(rng.uniform(0.03, 0.12)),
        hills=float(rng.uniform(3, 14)),
        no_hr=(float(rng.uniform(0.1, 0.6)), float(rng.uniform(0.1, 0.6))),
        marathons=float(rng.uniform(0.2, 1.3)) if speed > 3.4 else 0.0,
    )
