"""The training calendar: injuries, races, tapers and the sessions of each week."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from stride.sample.athlete import SampleAthlete

_WEEK = (0.95, 1.05, 1.12, 0.65)
_WEIGHT = {"long": 1.8, "interval": 1.1, "tempo": 1.1, "easy": 1.0, "recovery": 0.7, "pacing": 0.8}
_SHORT = ((5000, 0.55), (10000, 0.37), (15000, 0.04), (16093, 0.04))


@dataclass
class Season:
    """Planned races and sessions; illness is decided later, day by day."""

    races: dict[date, int] = field(default_factory=dict)
    """Race day to distance, m."""
    injured: list[tuple[date, date]] = field(default_factory=list)
    """First and last day of each gap."""
    days: dict[date, list[tuple[str, float]]] = field(default_factory=dict)
    """Day to sessions: a kind of run with its km, or another sport with 0."""

    def is_injured(self, day: date) -> bool:
        """Whether a day falls in a gap."""
        return any(first <= day <= last for first, last in self.injured)

    def weeks_to(self, monday: date, metres: int) -> int | None:
        """Weeks from this week to the nearest race at least this long; negative once run."""
        longer = [day for day, length in self.races.items() if length >= metres]
        weeks = [(day - monday).days // 7 for day in longer]
        return min(weeks, key=lambda week: (week < -1, abs(week)), default=None)


def plan_season(
    athlete: SampleAthlete, first: date, last: date, rng: np.random.Generator
) -> Season:
    """Plan every day from ``first`` to ``last``, both included.

    Parameters
    ----------
    athlete : SampleAthlete
    first, last : datetime.date
    rng : numpy.random.Generator

    Returns
    -------
    Season
    """
    season = Season()
    start = first
    while start <= last:
        end = min(start + timedelta(days=364), last)
        days = (end - start).days + 1
        if days > 250 and rng.random() < 0.5:
            gap = start + timedelta(days=int(rng.integers(30, days - 60)))
            season.injured.append((gap, gap + timedelta(days=int(rng.integers(14, 36)))))
        _plan_races(season, athlete, start, end, rng)
        start = end + timedelta(days=1)
    season.races = dict(sorted(season.races.items()))
    monday = first - timedelta(days=first.weekday())
    for number in range((last - monday).days // 7 + 1):
        for offset, session in _plan_week(season, athlete, monday, number, rng):
            day = monday + timedelta(days=offset)
            if first <= day <= last and not (season.is_injured(day) and session[1]):
                season.days.setdefault(day, []).append(session)
        monday += timedelta(days=7)
    return season


def _plan_races(season: Season, athlete: SampleAthlete, start: date, end: date, rng) -> None:
    share = ((end - start).days + 1) / 365
    total = max(round(rng.integers(4, 10) * share), int(share > 0.05))
    marathons = min(int(rng.poisson(athlete.marathons * share)), 2, total // 2)
    halves = min(int(rng.integers(1, 4) * share + 0.5), total - marathons)
    lengths, odds = zip(*_SHORT, strict=True)
    rest = [int(rng.choice(lengths, p=odds)) for _ in range(total - marathons - halves)]
    for metres in [42195] * marathons + [21097] * halves + rest:
        # Parkruns are on Saturdays, other races on Sundays; long races avoid hot months.
        weekday = 5 if metres == 5000 else 6
        clear = 21 if metres == 42195 else 6
        free, weights = [], []
        for offset in range((end - start).days + 1):
            day = start + timedelta(days=offset)
            if day.weekday() != weekday or season.is_injured(day - timedelta(days=10)):
                continue
            if season.is_injured(day) or any(
                abs((day - other).days) <= max(clear, 21 if length == 42195 else 6)
                for other, length in season.races.items()
            ):
                continue
            free.append(day)
            hot = athlete.place.temperature(day) > 19 and metres >= 21097
            weights.append(0.1 if hot else 1.0)
        if free:
            chosen = rng.choice(len(free), p=np.array(weights) / sum(weights))
            season.races[free[int(chosen)]] = metres


def _plan_week(season: Season, athlete: SampleAthlete, monday: date, number: int, rng):
    """Return the sessions of a week as (day of the week, (kind, km))."""
    sessions = int(np.clip(round(rng.normal(athlete.weekly_sessions, 0.7)), 3, 7))
    if season.is_injured(monday + timedelta(days=3)):
        other = [sport for sport in athlete.cross_sports if sport not in ("Walk", "Swim")]
        return [(int(day), (sport, 0.0)) for sport in other for day in rng.integers(0, 7, 1)]
    race_day = next((day for day in (5, 6) if monday + timedelta(days=day) in season.races), None)
    race_km = season.races[monday + timedelta(days=race_day)] / 1000 if race_day else 0.0
    to_marathon, to_half = season.weeks_to(monday, 42195), season.weeks_to(monday, 21097)
    building = to_marathon is not None and 3 <= to_marathon <= 12
    runs = min(max(3, round(0.7 * sessions)), sessions)
    kinds = _kinds(runs, number % 4 == 3, race_day, to_marathon, rng)
    volume = athlete.weekly_km * _WEEK[number % 4] * rng.lognormal(0, 0.08)
    if building:
        volume *= 1.15
    if to_marathon in (0, 1, -1):
        volume *= {0: 0.40, 1: 0.70, -1: 0.40}[to_marathon]
    elif to_half == 0:
        volume *= 0.70
    weights = [_WEIGHT[kind] * (1.4 if building and kind == "long" else 1) for _, kind in kinds]
    week = [(race_day, ("race", race_km))] if race_day else []
    for (day, kind), weight in zip(kinds, weights, strict=True):
        km = float(np.clip(volume * weight / sum(weights) * rng.lognormal(0, 0.1), 3, 36))
        week.append((day, (kind, 10.0 if kind == "pacing" else km)))
    for day in rng.permutation([0, 2, 4, 5])[: sessions - runs]:
        sport = athlete.cross_sports[int(rng.integers(len(athlete.cross_sports)))]
        if day != race_day:
            week.append((int(day), (sport, 0.0)))
    return sorted(week)


def _kinds(runs: int, rest_week: bool, race_day, to_marathon, rng) -> list[tuple[int, str]]:
    """Assign kinds of runs to days; the race itself is added separately."""
    if to_marathon == -1:
        return [(day, "recovery") for day in (3, 5, 6)[: max(runs - 1, 1)]]
    hard = "easy" if rest_week or rng.random() < 0.2 else "interval"
    steady = "easy" if rest_week or race_day or rng.random() < 0.2 else "tempo"
    long = "pacing" if not race_day and rng.random() < 0.03 else "long"
    order = [(6, long), (1, hard), (3, "easy"), (5, "easy"), (2, "easy"), (4, "easy"), (0, "easy")]
    if runs >= 4:
        order[2] = (3, steady)
    elif rng.random() < 0.5:
        order[1] = (1, steady)
    # A race replaces the long run; after a parkrun the long run stays on Sunday.
    taken = {race_day} | ({5, 6} if race_day == 6 else set())
    return sorted(slot for slot in order[:runs] if slot[0] not in taken)
