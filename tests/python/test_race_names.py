"""Kinds of names in real logs, each within a year of ordinary training."""

import csv
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from conftest import Home

LABELS = ("--resource-type", "model", "--resource-type", "seed", "--select", "+race_results")
MAPPING = """platform = "diary"
athlete = "runner"
[columns]
activity_id = "id"
name = "name"
local_started_at = "start"
elapsed_time_s = "elapsed"
moving_time_s = "moving"
distance_m = "metres"
elevation_gain_m = "climb"
temperature_c = "temperature"
[constants]
sport_type = "Run"
"""
FIRST = date(2023, 1, 2)
SUNDAY, SATURDAY, WEDNESDAY = date(2024, 3, 3), date(2024, 3, 2), date(2024, 3, 6)

# Name, metres, seconds, day, start. The usual pace is 6:00 a km over 8 km.
RACES = {
    "a finish time behind a bare number, ten miles": (
        *("Lakeside 10 - 1:31:57", 16250, 5520, SUNDAY, "10:00"),
    ),
    "the same, slower than usual": ("Lakeside 10 - 1:48:03", 16250, 6490, WEDNESDAY, "18:40"),
    "a finish time behind half": ("Foo Half 1:58:12", 21280, 7095, SUNDAY, "09:10"),
    "a finish time in brackets": ("Berlin Marathon (4:08:10)", 42600, 14895, SUNDAY, "09:17"),
    "a finish time as hours and minutes": ("Hull 10k in 0h49", 10080, 2965, SUNDAY, "10:02"),
    "a French finish time": ("Semi de Lyon 1h52'31", 21200, 6755, SUNDAY, "09:22"),
    "a Spanish 10 km with its time": (
        "10 km Villa de Aranjuez 47:31",
        10090,
        2853,
        SUNDAY,
        "10:31",
    ),
    "a bare number of miles": ("Club 5", 8120, 2450, WEDNESDAY, "19:00"),
    "a bare number of kilometres": ("Lakeside 10", 10080, 3010, SUNDAY, "10:00"),
    "a trail ultra over no usual distance": ("Trail Ultra", 72000, 36000, SATURDAY, "06:10"),
    "an ultra over 50 km": ("Thames Path 50k", 50400, 19800, SATURDAY, "08:00"),
    "a Spanish ultra": ("Ultra Trail Sierra Norte", 61000, 33000, SATURDAY, "07:00"),
    "a German ultra": ("Rennsteig Ultramarathon", 73500, 30600, SATURDAY, "06:00"),
    "a Chinese ultra": ("大连百公里", 99800, 39600, SATURDAY, "05:00"),
    "a hundred miles on a Friday": ("Western 100 miles", 162000, 93600, date(2024, 3, 8), "05:13"),
    "an 8k": ("Shamrock 8K", 8120, 2400, SUNDAY, "09:01"),
    "a slow charity run": ("Charity 5 km", 5060, 2040, WEDNESDAY, "18:37"),
    "a slow parkrun": ("Bushy parkrun", 5030, 2100, SATURDAY, "09:00"),
    "a slow marathon": ("Rome Marathon", 42700, 18900, SUNDAY, "08:47"),
    "a day of a four-day challenge": (
        "4-Day Challenge: day 2, 5 miles",
        8100,
        3120,
        WEDNESDAY,
        "18:30",
    ),
    "a German charity run": ("Spendenlauf 10 km", 10060, 4100, WEDNESDAY, "17:33"),
}
SLOW = {
    "a slow charity run",
    "a slow parkrun",
    "a slow marathon",
    "a day of a four-day challenge",
    "a German charity run",
    "the same, slower than usual",
}
NO_RACES = {
    "repetitions": ("10x1:00", 10050, 3630, SUNDAY, "10:00"),
    "a tempo run of its own length": ("Tempo 30:07", 6400, 1807, SUNDAY, "10:00"),
    "a tempo run over ten": ("Tempo 10", 10050, 2950, SUNDAY, "10:00"),
    "an easy run with its time": ("Easy 5 - 49:12", 8100, 2952, SUNDAY, "10:00"),
    "an easy run over a distance with its time": (
        "10k in 1:02:10",
        10050,
        3730,
        WEDNESDAY,
        "18:12",
    ),
    "a time trial": ("5k time trial 23:12", 5010, 1392, SATURDAY, "09:00"),
    "a test": ("10k Test 47:31", 10020, 2851, SATURDAY, "09:00"),
    "a week's number": ("Week 10", 10050, 3200, SUNDAY, "10:00"),
    "minutes of a workout": ("Lakeside 10 min hard", 10050, 3500, WEDNESDAY, "19:00"),
    "a weekday and miles": ("Sunday 10", 16200, 5900, SUNDAY, "10:00"),
    "a planned pace": ("15KM @ 5:24", 15050, 4870, SUNDAY, "10:00"),
    "ultra as an adverb": ("Ultra humid", 10050, 3500, SUNDAY, "10:00"),
    "training for an ultra": ("Ultra training 50k", 50200, 21000, SATURDAY, "07:00"),
    "a warm-up": ("Lakeside 10 warm-up", 3000, 1100, SUNDAY, "09:20"),
    "a long run": ("Long run 20 miles", 32300, 11700, SUNDAY, "08:00"),
    "a loop far beyond the marathon": ("The Pemi Loop", 49246, 39855, SATURDAY, "06:10"),
    "a month's challenge": ("Strava 10k challenge", 10050, 3700, WEDNESDAY, "18:12"),
    "a Portuguese evening": ("Corrida da tarde", 10050, 3200, SUNDAY, "16:00"),
    "hills with their time": ("Hills 48:12", 8100, 2892, WEDNESDAY, "18:12"),
    "a parkrun that was watched": ("Volunteering at parkrun", 5030, 2100, SATURDAY, "09:00"),
    "Spanish series": ("Series 10x400", 8050, 2500, WEDNESDAY, "19:00"),
    "French intervals": ("VMA 10 x 400", 8050, 2500, WEDNESDAY, "19:00"),
}
CASES = {**RACES, **NO_RACES}


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """One runner a case: 14 months of training, and the run in question."""
    home = Home(tmp_path_factory.mktemp("names"))
    files = tmp_path_factory.mktemp("files")
    (files / "diary.toml").write_text(MAPPING, encoding="utf-8")
    random = np.random.default_rng(4)
    rows = []
    for runner, (name, metres, seconds, day, start) in enumerate(CASES.values()):
        for at in range(140):
            morning = datetime.combine(FIRST + timedelta(days=3 * at), datetime.min.time())
            length = random.choice([5200, 7300, 9100, 11300, 14000])
            time = round(360 * 8 * (length / 8000) ** 1.06 * random.normal(1, 0.06))
            clock = morning + timedelta(hours=17, minutes=int(random.integers(60)))
            rows.append([f"r{runner}", f"{runner}-{at}", "Afternoon Run", clock, time, length])
        clock = f"{day} {start}:00"
        rows.append([f"r{runner}", f"{runner}-x", name, clock, seconds, metres])
    header = [
        "runner",
        "id",
        "name",
        "start",
        "elapsed",
        "moving",
        "metres",
        "climb",
        "temperature",
    ]
    with (files / "runs.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for runner, number, name, clock, seconds, metres in rows:
            writer.writerow([runner, number, name, clock, seconds, seconds, metres, 55, 18])
    done = home.stride(
        "import",
        str(files / "runs.csv"),
        "--timezone",
        "Europe/London",
        "--mapping",
        str(files / "diary.toml"),
    )
    assert done.returncode == 0, done.stderr
    home.build(date(2024, 4, 1), *LABELS)
    return home


@pytest.fixture(scope="module")
def evidence(home) -> dict[str, dict]:
    frame = home.frame("from labels.race_evidence where activity_id like '%-x'")
    by_runner = {row["athlete_id"]: row for row in frame.to_dict("records")}
    return {case: by_runner.get(f"r{at}", {}) for at, case in enumerate(CASES)}


def told(row: dict) -> dict:
    return {key: value for key, value in row.items() if value}


@pytest.mark.parametrize("case", RACES)
def test_the_name_of_a_race_is_one(evidence, case):
    assert evidence[case].get("effort_class") == "race", told(evidence[case])
    if case in SLOW:
        assert not evidence[case]["is_maximal"]


@pytest.mark.parametrize("case", NO_RACES)
def test_the_name_of_training_is_no_race(evidence, case):
    assert evidence[case].get("effort_class") != "race", told(evidence[case])


def test_the_only_race_of_a_runner_is_the_named_one(home):
    assert home.ask(
        "select count(*) from labels.race_results where activity_id not like '%-x'"
    ) == [(0,)]


def test_a_race_has_the_distance_of_its_name_and_climb_and_temperature_of_the_day(home):
    rows = home.ask(
        """select race_name, distance_label, climb_m, temperature_c from labels.race_results
        where race_name in ('Lakeside 10 - 1:31:57', 'Club 5', 'Lakeside 10', 'Shamrock 8K',
            'Thames Path 50k', 'Western 100 miles') order by 1"""
    )
    assert rows == [
        ("Club 5", "5 miles", 55.0, 18.0),
        ("Lakeside 10", "10k", 55.0, 18.0),
        ("Lakeside 10 - 1:31:57", "10 miles", 55.0, 18.0),
        ("Shamrock 8K", "8k", 55.0, 18.0),
        ("Thames Path 50k", "50k", 55.0, 18.0),
        ("Western 100 miles", "100 miles", 55.0, 18.0),
    ]
