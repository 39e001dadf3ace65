"""Random training histories as silver tables, and changes that can happen to them."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

LAST_DAY = date(2025, 12, 31)

ACTIVITIES = """
    athlete_id string, activity_id string, landed_row_id string, recording_row_id string,
    sampled_row_id string, sampled_value_flags string, name string, sport string, sport_type string,
    is_race_flagged boolean, started_at timestamp,
    local_started_at timestamp, time_zone string, time_zone_source string, activity_date date,
    elapsed_time_s double, moving_time_s double, distance_m double, elevation_gain_m double,
    avg_hr_bpm double, max_hr_bpm double, avg_power_w double, weighted_power_w double,
    graded_distance_m double, graded_speed_mps double, graded_speed_4th_mps double,
    decoupling_pct double, temperature_c double, weight_kg double, perceived_exertion double,
    relative_effort double, value_flags string, is_api_only boolean, first_known_at timestamp,
    ingested_at timestamp"""
TABLES = {
    "activities": ACTIVITIES,
    "athletes": """athlete_id string, time_zone string, sex string, birth_year int,
        as_of_date date, ingested_at timestamp""",
    "athlete_settings": """athlete_id string, setting string, value double, value_text string,
        valid_from date, valid_until date, ingested_at timestamp""",
    "activity_corrections": "athlete_id string, activity_id string, training_load double",
    "heart_rate_seconds": "athlete_id string, activity_id string, bpm int, seconds double",
    "best_efforts": """athlete_id string, activity_id string, activity_date date,
        effort_kind string, target double, value double""",
    "intake_checks": "athlete_id string, is_held boolean",
}
SPORTS = {"run": "Run", "ride": "Ride", "swim": "Swim", "walk": "Walk"}
FOREVER = date(9999, 12, 31)


class ActivityFactory:
    """Generates athletes with activities and settings from one seed."""

    def __init__(self, seed: int, years: list[float]):
        self.random = np.random.default_rng(seed)
        self.as_of = LAST_DAY
        self.number = 0
        self.activities: dict[str, dict] = {}
        self.settings: dict[tuple, float | None] = {}
        self.overrides: dict[str, float] = {}
        self.samples: dict[str, int] = {}
        """Landed rows with samples, and the difference of their heart rates from the mean."""
        self.sex = {f"athlete-{n}": self.random.choice(["f", "m", ""]) for n in range(len(years))}
        for athlete, length in zip(self.sex, years, strict=True):
            days = int(365 * length)
            share = self.random.uniform(0.2, 0.9)
            for day in range(days):
                if day == 0 or self.random.random() < share:
                    self.add(athlete, LAST_DAY - timedelta(days=days - 1 - day))
            if self.random.random() < 0.5:
                self.change_setting(athlete)
            if self.random.random() < 0.5:
                self.new_form(athlete)
            for activity in self.random.permutation(self.of(athlete))[:2]:
                self.overrides[str(activity)] = float(self.random.uniform(10, 200))

    def add(self, athlete: str, day: date) -> None:
        """Add an activity on a day."""
        self.number += 1
        pick, uniform = self.random.choice, self.random.uniform
        sport = str(pick(list(SPORTS), p=[0.7, 0.15, 0.05, 0.1]))
        moving, heart = float(uniform(600, 9000)), self.random.random() < 0.7
        speed = {"run": uniform(2.2, 4.5), "ride": uniform(5, 10), "swim": uniform(0.7, 1.3)}
        self.activities[str(self.number)] = {
            "athlete_id": athlete,
            "activity_id": str(self.number),
            "sport": sport,
            "sport_type": SPORTS[sport],
            "activity_date": day,
            "elapsed_time_s": moving * 1.05,
            "moving_time_s": moving if self.random.random() < 0.9 else None,
            "distance_m": moving * float(speed.get(sport, 1.4)),
            "elevation_gain_m": float(uniform(0, 600)),
            "avg_hr_bpm": float(uniform(100, 175)) if heart else None,
            "max_hr_bpm": float(uniform(150, 195)) if heart else None,
            "weighted_power_w": float(uniform(100, 280)) if sport == "ride" else None,
            "graded_speed_mps": float(uniform(2.2, 4.5)) if sport == "run" and heart else None,
            "perceived_exertion": float(pick([np.nan, 2, 5, 7.5, 9])),
            "landed_row_id": f"l{self.number}",
            "recording_row_id": None,
        }
        if self.random.random() < 0.3:
            self.activities[str(self.number)]["recording_row_id"] = f"r{self.number}"
            self.samples[f"r{self.number}"] = 0

    def of(self, athlete: str) -> list[str]:
        """Return the athlete's activities by day."""
        mine = [i for i, a in self.activities.items() if a["athlete_id"] == athlete]
        return sorted(mine, key=lambda i: (self.activities[i]["activity_date"], int(i)))

    def some_day(self, athlete: str) -> date:
        """Draw a day of the athlete's history, both ends included."""
        days = [self.activities[i]["activity_date"] for i in self.of(athlete)] or [self.as_of]
        return days[0] + timedelta(days=int(self.random.integers((self.as_of - days[0]).days + 1)))

    # ---- changes; each returns the first day it may affect, or None ----

    def late_upload(self, athlete: str) -> date:
        day = self.some_day(athlete)
        if self.random.random() < 0.2:  # before the first activity
            day -= timedelta(days=400)
        self.add(athlete, day)
        return day

    def edit(self, athlete: str) -> date | None:
        if not self.of(athlete):
            return None
        activity = self.activities[str(self.random.choice(self.of(athlete)))]
        day = activity["activity_date"]
        activity["distance_m"] *= 1.3
        if self.random.random() < 0.3:  # moves to another day
            activity["activity_date"] -= timedelta(days=int(self.random.integers(1, 40)))
        return min(day, activity["activity_date"])

    def deletion(self, athlete: str) -> date | None:
        mine = self.of(athlete)
        if not mine:
            return None
        gone = [mine[0], mine[-1], str(self.random.choice(mine))][self.random.integers(3)]
        return self.activities.pop(gone)["activity_date"]

    def all_deleted(self, athlete: str) -> date | None:
        gone = [self.activities.pop(i)["activity_date"] for i in self.of(athlete)]
        return min(gone, default=None)

    def change_setting(self, athlete: str) -> date:
        setting, low, high = [
            ("max_hr_bpm", 180, 200),
            ("resting_hr_bpm", 40, 60),
            ("lthr_bpm", 150, 175),
            ("threshold_pace_s_per_km", 220, 330),
            ("ftp_w", 150, 300),
            ("css_s_per_100m", 80, 120),
        ][self.random.integers(6)]
        always = self.random.random() < 0.2
        day = date(1900, 1, 1) if always else self.some_day(athlete)
        withdrawn = self.random.random() < 0.2
        self.settings[athlete, setting, day] = (
            None if withdrawn else float(self.random.uniform(low, high))
        )
        return day

    def new_form(self, athlete: str) -> date:
        """Set two values of one threshold, valid from different days."""
        setting, low, high = [("max_hr_bpm", 180, 200), ("threshold_pace_s_per_km", 220, 330)][
            self.random.integers(2)
        ]
        days = {self.some_day(athlete), self.some_day(athlete)}
        for day in days:
            self.settings[athlete, setting, day] = float(self.random.uniform(low, high))
        return min(days)

    def _set_repeatedly(self, athlete: str) -> list[tuple]:
        """Return keys of thresholds that were set more than once, by setting and day."""
        mine = sorted(key for key in self.settings if key[0] == athlete)
        return [key for key in mine if [k[1] for k in mine].count(key[1]) > 1]

    def values_swapped(self, athlete: str) -> date | None:
        """Swap two values of a threshold between their days."""
        said = self._set_repeatedly(athlete)
        if not said:
            return None
        one, other = said[:2]
        self.settings[one], self.settings[other] = self.settings[other], self.settings[one]
        return one[2]

    def value_restated(self, athlete: str) -> date:
        """Set the same value twice at once."""
        days = {self.some_day(athlete), self.some_day(athlete)}
        setting, low, high = [("css_s_per_100m", 80, 120), ("resting_hr_bpm", 40, 60)][
            self.random.integers(2)
        ]
        value = float(self.random.uniform(low, high))
        self.settings |= {(athlete, setting, day): value for day in days}
        return min(days)

    def value_moved(self, athlete: str) -> date | None:
        """Move the first day of a threshold."""
        mine = sorted(key for key in self.settings if key[0] == athlete)
        if not mine:
            return None
        key = mine[self.random.integers(len(mine))]
        day = self.some_day(athlete)
        self.settings[athlete, key[1], day] = self.settings.pop(key)
        return min(day, key[2])

    def override(self, athlete: str) -> date | None:
        if not self.of(athlete):
            return None
        activity = str(self.random.choice(self.of(athlete)))
        self.overrides[activity] = float(self.random.uniform(10, 200))
        return self.activities[activity]["activity_date"]

    def overrides_swapped(self, athlete: str) -> date | None:
        mine = [activity for activity in self.of(athlete) if activity in self.overrides]
        if len(mine) < 2:
            return None
        one, other = mine[:2]
        self.overrides[one], self.overrides[other] = self.overrides[other], self.overrides[one]
        return self.activities[one]["activity_date"]

    def samples_arrive(self, athlete: str) -> date | None:
        """Add samples to a row without a recording, which lands again as in a sync."""
        mine = [i for i in self.of(athlete) if not self.activities[i]["recording_row_id"]]
        if not mine:
            return None
        activity = self.activities[str(self.random.choice(mine))]
        activity["landed_row_id"] += "+"
        self.samples[activity["landed_row_id"]] = int(self.random.integers(-10, 10))
        return activity["activity_date"]

    def sport_corrected(self, athlete: str) -> date | None:
        """Change the sport of an activity."""
        if not self.of(athlete):
            return None
        activity = self.activities[str(self.random.choice(self.of(athlete)))]
        sport = str(self.random.choice([s for s in SPORTS if s != activity["sport"]]))
        activity |= {"sport": sport, "sport_type": SPORTS[sport]}
        return activity["activity_date"]

    def zone_moved(self, athlete: str) -> date | None:
        """Change the home time zone, which moves activities near midnight to another day."""
        moved = [self.activities[i] for i in self.of(athlete) if self.random.random() < 0.2]
        step = timedelta(days=int(self.random.choice([-1, 1])))
        days = [activity["activity_date"] for activity in moved]
        for activity in moved:
            activity["activity_date"] += step
        return min(days, default=None) and min(days) + min(step, timedelta())

    def nothing(self, athlete: str) -> None:
        return None

    EVENTS = (
        late_upload,
        edit,
        deletion,
        change_setting,
        values_swapped,
        value_restated,
        value_moved,
        override,
        overrides_swapped,
        samples_arrive,
        sport_corrected,
        zone_moved,
        nothing,
    )

    # ---- the tables ----

    def write(self, database: Path) -> None:
        """Write the silver tables."""
        with duckdb.connect(str(database)) as connection:
            connection.execute("set TimeZone = 'UTC'; create schema if not exists silver")
            for name, columns in TABLES.items():
                connection.execute(f"create or replace table silver.{name} ({columns})")
                rows = pd.DataFrame(getattr(self, f"_{name}")())
                if len(rows):
                    connection.register("rows", rows)
                    connection.execute(f"insert into silver.{name} by name from rows")
                    connection.unregister("rows")

    def _activities(self) -> list[dict]:
        return [a | {"sampled_row_id": _sampled(a)} for a in self.activities.values()]

    def _athletes(self) -> list[dict]:
        return [
            {"athlete_id": athlete, "sex": sex or None, "as_of_date": self.as_of}
            for athlete, sex in self.sex.items()
        ]

    def _intake_checks(self) -> list[dict]:
        return [{"athlete_id": athlete, "is_held": False} for athlete in self.sex]

    def _athlete_settings(self) -> list[dict]:
        rows = []
        for (athlete, setting, day), value in self.settings.items():
            later = [d for a, s, d in self.settings if (a, s) == (athlete, setting) and d > day]
            rows.append(
                {
                    "athlete_id": athlete,
                    "setting": setting,
                    "value": value,
                    "valid_from": day,
                    "valid_until": min(later, default=FOREVER),
                    "ingested_at": pd.Timestamp(self.as_of),
                }
            )
        return rows

    def _activity_corrections(self) -> list[dict]:
        return [
            {
                "athlete_id": self.activities[activity]["athlete_id"],
                "activity_id": activity,
                "training_load": load,
            }
            for activity, load in self.overrides.items()
            if activity in self.activities
        ]

    def _recorded(self) -> list[dict]:
        return [a for a in self.activities.values() if _sampled(a) in self.samples]

    def _heart_rate_seconds(self) -> list[dict]:
        return [
            {
                "athlete_id": a["athlete_id"],
                "activity_id": a["activity_id"],
                "bpm": int(a["avg_hr_bpm"]) + self.samples[_sampled(a)] + step,
                "seconds": a["elapsed_time_s"] / 3,
            }
            for a in self._recorded()
            if a["avg_hr_bpm"]
            for step in (-10, 0, 10)
        ]

    def _best_efforts(self) -> list[dict]:
        return [
            {
                "athlete_id": a["athlete_id"],
                "activity_id": a["activity_id"],
                "activity_date": a["activity_date"],
                "effort_kind": "distance",
                "target": target,
                "value": target / a["distance_m"] * a["elapsed_time_s"] * share,
            }
            for a in self._recorded()
            if a["sport"] == "run"
            for target, share in ((1000.0, 0.85), (5000.0, 0.95))
        ]


def _sampled(activity: dict) -> str | None:
    """Return the landed row of the samples, if there are any."""
    return activity.get("recording_row_id") or activity.get("landed_row_id")
