"""Simulates the calendar: turns the plan and the athlete's fitness into recorded sessions."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from stride.sample.athlete import SampleAthlete
from stride.sample.fitness import Fitness
from stride.sample.names import pick, race_name, training_name
from stride.sample.season import Season

# Speed of each kind of run as a share of the six-minute speed, for an endurance of 0.07.
_RUNS = {
    "easy": 0.69, "long": 0.67, "tempo": 0.79, "interval": 0.75, "recovery": 0.61,
    "warmup": 0.63, "cooldown": 0.60, "pacing": 0.70,
}  # fmt: skip
# Minutes, speed in m/s and intensity (share of the heart-rate reserve) of everything else.
_OTHERS = {
    "Ride": ((45, 170), (6.0, 8.6), 0.55),
    "Swim": ((25, 60), (0.70, 1.05), 0.55),
    "Weight Training": ((25, 60), None, 0.35),
    "Walk": ((25, 90), (1.3, 1.6), 0.25),
    "Yoga": ((20, 60), None, 0.15),
}


@dataclass
class Session:
    """One activity as recorded."""

    start: datetime
    """UTC."""
    local: datetime
    sport: str
    kind: str
    name: str
    metres: float
    elapsed_s: int
    moving_s: int
    mean_hr: float | None
    max_hr: float | None
    climb_m: float
    celsius: float
    intensity: float
    """Share of the six-minute speed; for other sports, of the heart-rate reserve."""
    description: str = ""
    race_m: int | None = None
    """True distance, of a race."""

    @property
    def end(self) -> datetime:
        """UTC."""
        return self.start + timedelta(seconds=self.elapsed_s)


def live(
    athlete: SampleAthlete, season: Season, first: date, last: date, rng: np.random.Generator
) -> list[Session]:
    """Simulate all sessions of an athlete from ``first`` to ``last``.

    Parameters
    ----------
    athlete : SampleAthlete
    season : Season
    first, last : datetime.date
        Local days, both included.
    rng : numpy.random.Generator

    Returns
    -------
    list of Session
        In order of time, without overlaps.
    """
    watch = _Watch(athlete, Fitness(athlete, rng), first, last, rng)
    ill_days = 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if rng.random() < 1 / 180:
            ill_days = int(rng.integers(4, 10))
        ill = ill_days > 0
        ill_days -= ill
        before = len(watch.sessions)
        planned = season.days.get(day, [])
        for number, (kind, km) in enumerate(planned):
            if kind == "race":
                watch.race_day(day, season.races[day])
            elif not ill or rng.random() < 0.3:
                watch.train(day, number, kind, km, alone=len(planned) == 1)
        new = watch.sessions[before:]
        dose = sum(session.moving_s / 60 * session.intensity for session in new)
        watch.fitness.live(dose, ill=ill, injured=season.is_injured(day))
    return watch.sessions


class _Watch:
    def __init__(self, athlete, fitness, first, last, rng):
        self.athlete, self.fitness, self.rng = athlete, fitness, rng
        self.first, self.last = first, last
        self.zone = ZoneInfo(athlete.timezone)
        self.sessions: list[Session] = []
        self._races = int(rng.integers(1, 60))

    def race_day(self, day: date, metres: int) -> None:
        rng = self.rng
        parkrun_hour = 9 if self.athlete.place.language == "en" else 8
        clock = parkrun_hour * 60 if metres == 5000 else 480 + 15 * int(rng.integers(0, 9))
        start = self._local(day, clock)
        celsius = self._celsius(start)
        seconds = self.fitness.race(metres, day, celsius)
        if metres <= 21097 and rng.random() < 0.35:
            self._run(self._local(day, clock - 35), "warmup", rng.uniform(1.5, 2.8))
        self._races += 1
        # GPS overestimates a measured course because of corners, crowds and noise.
        recorded = metres * float(np.clip(1.012 * rng.lognormal(0, 0.010), 0.99, 1.06))
        session = self._add(
            start,
            "Run",
            "race",
            recorded,
            seconds * (1 - min(rng.exponential(0.003), 0.02)),
            elapsed=seconds,
            share=metres / seconds / self.fitness.speed(day),
            name=race_name(metres, start, self.athlete.place, self._races, rng),
        )
        session.race_m = metres
        if metres <= 21097 and rng.random() < 0.3:
            after = session.local + timedelta(seconds=session.elapsed_s + 600)
            self._run(after, "cooldown", rng.uniform(1, 3))

    def train(self, day: date, number: int, kind: str, km: float, *, alone: bool) -> None:
        start = self._local(day, self._clock(day, number, alone))
        if kind in _RUNS:
            if kind == "pacing":
                start = self._local(day, 555)
            self._run(start, kind, km)
            return
        minutes, speeds, intensity = _OTHERS[kind]
        seconds = 60 * self.rng.uniform(*minutes)
        metres = seconds * self.rng.uniform(*speeds) if speeds else 0.0
        if kind == "Swim":
            metres = 25.0 * round(metres / 25)
        self._add(start, kind, kind, metres, seconds, share=intensity)

    def _run(self, start: datetime, kind: str, km: float) -> None:
        athlete, rng = self.athlete, self.rng
        sport = "Run"
        if kind in ("easy", "long") and rng.random() < athlete.trail_share:
            sport = "Trail Run"
        elif kind in ("easy", "tempo", "interval") and rng.random() < athlete.virtual_share:
            sport = "Virtual Run"
        share = _RUNS[kind] + 2 * (0.07 - athlete.endurance) + rng.normal(0, 0.02)
        speed = share * self.fitness.speed(start.date()) * (0.86 if sport == "Trail Run" else 1)
        self._add(start, sport, kind, km * 1000, km * 1000 / speed, share=share)

    def _add(self, start, sport, kind, metres, moving, *, share, elapsed=None, name=None):
        athlete, rng = self.athlete, self.rng
        if self.sessions and start.astimezone(UTC) < self.sessions[-1].end:
            start = (self.sessions[-1].end + timedelta(minutes=10)).astimezone(self.zone)
        if elapsed is None:
            elapsed = moving * (1 + min(rng.exponential(0.10 if kind == "interval" else 0.03), 0.5))
        celsius = self._celsius(start)
        mean_hr, max_hr = self._heart(start, sport, kind, share, celsius)
        climb = athlete.hills * (3.0 if sport == "Trail Run" else 1.0) * rng.lognormal(0, 0.4)
        flat = sport in ("Virtual Run", "Swim") or not metres
        place = athlete.place
        session = Session(
            start=start.astimezone(UTC),
            local=start,
            sport=sport,
            kind=kind,
            name=name or training_name(kind, sport, start, place, rng),
            metres=round(float(metres), 2),
            elapsed_s=max(round(elapsed), round(moving)),
            moving_s=round(moving),
            mean_hr=mean_hr,
            max_hr=max_hr,
            climb_m=0.0 if flat else float(round(climb * metres / 1000)),
            celsius=celsius,
            intensity=float(share),
        )
        self.sessions.append(session)
        return session

    def _heart(self, start, sport, kind, share, celsius):
        athlete, rng = self.athlete, self.rng
        passed = (start.date() - self.first).days / max((self.last - self.first).days, 1)
        early, late = athlete.no_hr
        gone = rng.random() < early + (late - early) * passed
        running = sport.endswith("Run")
        reserve = 0.12 + 0.84 * share + (0.05 if kind == "race" else 0) if running else share
        reserve += 0.002 * max(celsius - 18, 0) + rng.normal(0, 0.02)
        reserve = min(max(reserve, 0.1), 0.97)
        mean = athlete.rest_hr + (athlete.max_hr - athlete.rest_hr) * reserve
        top = min(mean + rng.uniform(5, 26), athlete.max_hr + 2)
        return (None, None) if gone else (float(mean), float(round(max(top, mean + 1))))

    def _celsius(self, start: datetime) -> float:
        swing = -4 if start.hour < 9 else 3 if start.hour < 19 else 0
        mean = self.athlete.place.temperature(start.date())
        return float(round(mean + swing + self.rng.normal(0, 3)))

    def _local(self, day: date, minutes: float) -> datetime:
        clock = datetime.combine(day, time(), tzinfo=self.zone) + timedelta(minutes=minutes)
        return clock + timedelta(seconds=int(self.rng.integers(0, 60)))

    def _clock(self, day: date, number: int, alone: bool) -> float:
        """Start of a training session, minutes after local midnight."""
        rng = self.rng
        if number:
            return rng.uniform(1050, 1140)
        if alone and rng.random() < self.athlete.late_share:
            # Around midnight, where the UTC day and the local day can differ.
            return rng.uniform(1380, 1425) if rng.random() < 0.85 else rng.uniform(5, 40)
        if day.weekday() >= 5:
            return rng.uniform(390, 600)
        return rng.uniform(*pick(rng, ((330, 480), (330, 480), (695, 770), (1050, 1200))))
