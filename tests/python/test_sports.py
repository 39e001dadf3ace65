"""The seed of sports contains Strava's names in all spellings and languages."""

import csv
import re

import pytest
from conftest import ROOT

from stride.ingest import headers

# SportType of Strava's API.
SPORT_TYPES = """
AlpineSki BackcountrySki Badminton Canoeing Crossfit EBikeRide Elliptical EMountainBikeRide Golf
GravelRide Handcycle HighIntensityIntervalTraining Hike IceSkate InlineSkate Kayaking Kitesurf
MountainBikeRide NordicSki Padel Pickleball Pilates Racquetball Ride RockClimbing RollerSki Rowing
Run Sail Skateboard Snowboard Snowshoe Soccer Squash StairStepper StandUpPaddling Surfing Swim
TableTennis Tennis TrailRun Velomobile VirtualRide VirtualRow VirtualRun Walk WeightTraining
Wheelchair Windsurf Workout Yoga
"""


@pytest.fixture(scope="module")
def sports() -> dict[str, str]:
    """Sport type in lower case to Stride's sport."""
    with (ROOT / "seeds" / "sports.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = [row["sport_type"].strip().lower() for row in rows]
    assert len(names) == len(set(names))
    assert all(row["sport_type"] == row["sport_type"].strip() for row in rows)
    assert all(0 < float(row["load_per_hour"]) <= 60 for row in rows)
    return dict(zip(names, (row["sport"] for row in rows), strict=True))


def test_stride_has_ten_sports(sports):
    assert set(sports.values()) == {"run", "run_indoor", "ride", "ride_indoor", "swim"} | {
        "hike",
        "walk",
        "strength",
        "yoga",
        "other",
    }


@pytest.mark.parametrize("sport_type", SPORT_TYPES.split())
def test_both_spellings_of_a_sport_type_are_known_and_mean_the_same(sports, sport_type):
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", sport_type).replace("EMountain", "E-Mountain")
    spaced = spaced.replace("EBike", "E-Bike").lower()
    assert sports[sport_type.lower()] == sports[spaced]


def test_importer_and_seed_have_the_same_swim_types(sports):
    for name, sport in sports.items():
        assert headers.is_swim(name) == (sport == "swim"), name


@pytest.mark.parametrize(
    ("names", "sport"),
    [
        ("Lauf|Course à pied|Carrera|Corrida|Corsa|Hardloopsessie|Bieganie", "run"),
        ("Radfahrt|Vélo|Pedalada|Fietsrit|Jazda", "ride"),
        ("Virtuelle Radfahrt|Vélo virtuel|Virtuele fietsrit", "ride_indoor"),
        ("Wanderung|Randonnée|Senderismo|Hiken", "hike"),
        ("Krafttraining|Entraînement aux poids|Entrenamiento con pesas", "strength"),
    ],
)
def test_other_languages_run_and_ride_too(sports, names, sport):
    assert {sports.get(name.lower()) for name in names.split("|")} == {sport}
