"""From each format's words for a sport to Strava's, and what kind of movement that is.

The words of every language are those of ``seeds/sports.csv``, which is also what silver uses: a
word added there is known here.
"""

import csv
import re
import unicodedata
from functools import cache
from importlib.resources import files

FIT_SPORTS = {
    "running": "Run",
    "cycling": "Ride",
    "e_biking": "EBikeRide",
    "swimming": "Swim",
    "walking": "Walk",
    "hiking": "Hike",
    "mountaineering": "Hike",
    "training": "Workout",
    "fitness_equipment": "Workout",
    "hiit": "HighIntensityIntervalTraining",
    "rowing": "Rowing",
    "cross_country_skiing": "NordicSki",
    "alpine_skiing": "AlpineSki",
    "snowboarding": "Snowboard",
    "snowshoeing": "Snowshoe",
    "ice_skating": "IceSkate",
    "inline_skating": "InlineSkate",
    "paddling": "Canoeing",
    "kayaking": "Kayaking",
    "stand_up_paddleboarding": "StandUpPaddling",
    "surfing": "Surfing",
    "sailing": "Sail",
    "rock_climbing": "RockClimbing",
    "golf": "Golf",
    "soccer": "Soccer",
    "tennis": "Tennis",
}

FIT_SUB_SPORTS = {
    ("running", "trail"): "TrailRun",
    ("running", "virtual_activity"): "VirtualRun",
    ("cycling", "virtual_activity"): "VirtualRide",
    ("cycling", "mountain"): "MountainBikeRide",
    ("cycling", "gravel_cycling"): "GravelRide",
    ("cycling", "e_bike_fitness"): "EBikeRide",
    ("cycling", "e_bike_mountain"): "EMountainBikeRide",
    ("training", "strength_training"): "WeightTraining",
    ("training", "yoga"): "Yoga",
    ("training", "pilates"): "Pilates",
    ("fitness_equipment", "treadmill"): "Run",
    ("fitness_equipment", "indoor_running"): "Run",
    ("fitness_equipment", "indoor_cycling"): "Ride",
    ("fitness_equipment", "spin"): "Ride",
    ("fitness_equipment", "elliptical"): "Elliptical",
    ("fitness_equipment", "stair_climbing"): "StairStepper",
    ("fitness_equipment", "indoor_rowing"): "Rowing",
    ("fitness_equipment", "strength_training"): "WeightTraining",
    ("fitness_equipment", "yoga"): "Yoga",
    ("fitness_equipment", "pilates"): "Pilates",
}

INDOOR_SUB_SPORTS = {
    "treadmill",
    "indoor_running",
    "indoor_cycling",
    "indoor_rowing",
    "indoor_walking",
    "indoor_skiing",
    "spin",
    "virtual_activity",
    "elliptical",
    "stair_climbing",
    "strength_training",
    "cardio_training",
    "yoga",
    "pilates",
}

XML_SPORTS = {
    "running": "Run",
    "run": "Run",
    "trail running": "TrailRun",
    "trail_running": "TrailRun",
    "trailrun": "TrailRun",
    "track_running": "Run",
    "virtualrun": "VirtualRun",
    "virtual_running": "VirtualRun",
    "biking": "Ride",
    "cycling": "Ride",
    "bike": "Ride",
    "ride": "Ride",
    "road_biking": "Ride",
    "indoor_cycling": "Ride",
    "mountain_biking": "MountainBikeRide",
    "gravel_cycling": "GravelRide",
    "virtualride": "VirtualRide",
    "virtual_ride": "VirtualRide",
    "swimming": "Swim",
    "swim": "Swim",
    "open_water_swimming": "Swim",
    "lap_swimming": "Swim",
    "hiking": "Hike",
    "hike": "Hike",
    "walking": "Walk",
    "walk": "Walk",
    # Strava's own GPX exports name the sport by number.
    "1": "Ride",
    "9": "Run",
    "16": "Swim",
}

_VEHICLES = {
    *("horse", "horseback", "motor", "motorcycle", "motorbike", "moto", "snowmobile"),
    *("car", "auto", "boat", "train", "bus"),
}
"""Beside one of these a ride is no sport of an athlete's legs."""

SAYS_NOTHING = {
    "",
    "other",
    "others",
    "unknown",
    "generic",
    "default",
    "none",
    "null",
    "all",
    "activity",
    "uncategorized",
    "unspecified",
    "multisport",
    "sonstige",
    "andere",
    "autre",
    "otro",
    "altro",
    "outro",
}
"""Words of files that name no sport."""


@cache
def _known() -> dict[str, tuple[str, str]]:
    """Comparable form of every known word: the seed's spelling and Stride's sport."""
    known: dict[str, tuple[str, str]] = {}
    for word, sport in _words().items():
        known.setdefault(comparable(word), (word, sport))
    return known


@cache
def _words() -> dict[str, str]:
    """Every word of the seed to Stride's sport."""
    text = files("stride.ingest.device").joinpath("sports.csv").read_text(encoding="utf-8")
    return {row["sport_type"]: row["sport"] for row in csv.DictReader(text.splitlines())}


def comparable(word: str) -> str:
    """Letters and digits of a word, without case: ``Trail_Running`` is ``trail running``.

    Examples
    --------
    >>> comparable(" E-Bike Ride "), comparable("lap_swimming")
    ('ebikeride', 'lapswimming')
    """
    text = unicodedata.normalize("NFKD", word).casefold()
    # Accents apart; what belongs to a letter of other scripts stays.
    text = "".join(c for c in text if not "\u0300" <= c <= "\u036f")
    text = unicodedata.normalize("NFKC", text)
    return "".join(character for character in text if character.isalnum())


def family(sport_type: str | None) -> str | None:
    """Stride's sport of a word, indoors or not; None for a word that the seed lacks.

    Examples
    --------
    >>> family("Laufen"), family("VirtualRide"), family("Quidditch")
    ('run', 'ride', None)
    """
    found = _found(sport_type or "")
    return found and found[1].removesuffix("_indoor")


@cache
def _found(word: str) -> tuple[str, str] | None:
    """What the seed says of a word: of one in parts what all parts that it knows agree on."""
    known = _known()
    if found := known.get(comparable(word)):
        return found
    parts = [comparable(part) for part in re.findall(r"[^\W\d_]+", word)]
    if len(parts) < 2 or _VEHICLES.intersection(parts):
        return None
    if len(parts) == 2 and (found := known.get(parts[1] + parts[0])):
        return found
    agreed = {
        known[part][1].removesuffix("_indoor"): known[part] for part in parts if part in known
    }
    return next(iter(agreed.values())) if len(agreed) == 1 else None


def spelled(word: str | None) -> str | None:
    """A word as `seeds/sports.csv` spells it, where silver would not know it as it is.

    Examples
    --------
    >>> spelled("RUN"), spelled("trail-run"), spelled("Running/Trail"), spelled("Quidditch")
    ('RUN', 'Trail Run', 'Trail running', 'Quidditch')
    """
    if not word or word.strip().lower() in _spellings():
        return word
    found = _found(word)
    return found[0] if found else word


@cache
def _spellings() -> frozenset[str]:
    """The seed's words as silver compares them."""
    return frozenset(word.lower() for word in _words())


def known(word: str) -> str | None:
    """The seed's spelling of a word; None for a word that the seed lacks.

    Examples
    --------
    >>> known("running"), known("TRAIL-RUN"), known("Quidditch")
    ('Run', 'Trail Run', None)
    """
    return xml_sport(word) if family(word) else None


def on_foot(sport_type: str | None) -> bool:
    """Whether it is running, walking or hiking."""
    return family(sport_type) in ("run", "walk", "hike") or sport_type == "Snowshoe"


def riding(sport_type: str | None) -> bool:
    """Whether it is cycling."""
    return family(sport_type) == "ride"


def fit_sport(sport: str | None, sub_sport: str | None) -> str | None:
    """Translate FIT's sport.

    Examples
    --------
    >>> fit_sport("running", "trail"), fit_sport("running", None), fit_sport("generic", None)
    ('TrailRun', 'Run', None)
    >>> fit_sport("boxing", "generic")
    'Boxing'
    """
    known = FIT_SUB_SPORTS.get((sport, sub_sport)) or FIT_SPORTS.get(sport)
    if known or not isinstance(sport, str):
        return known
    return xml_sport(sport.replace("_", " "))


def xml_sport(text: str | None) -> str | None:
    """Translate the sport of a TCX or GPX file; a word that is not known stays as it is.

    Examples
    --------
    >>> xml_sport(" Biking "), xml_sport("9"), xml_sport("Other")
    ('Ride', 'Run', None)
    >>> xml_sport("laufen"), xml_sport("trail-run"), xml_sport("Quidditch")
    ('Laufen', 'Trail Run', 'Quidditch')
    """
    word = " ".join("".join(c if c.isprintable() else " " for c in text or "").split())[:60]
    if word.lower() in SAYS_NOTHING:
        return None
    known = _found(word)
    return XML_SPORTS.get(word.lower()) or (known[0] if known else word)


def virtual(sport_type: str | None, device: str | None) -> str | None:
    """Call what Zwift recorded by its name, since its TCX files say no more than "Biking".

    Examples
    --------
    >>> virtual("Ride", "Zwift Run"), virtual("Ride", "Garmin Edge 530")
    ('VirtualRide', 'Ride')
    """
    if (device or "").lower().startswith("zwift") and sport_type in ("Run", "Ride"):
        return f"Virtual{sport_type}"
    return sport_type


def fastest_mps(sport_type: str | None) -> float:
    """Speed beyond which a step is the sensor's error: no runner reaches 12 m/s for a second."""
    if on_foot(sport_type):
        return 12.0
    if family(sport_type) == "swim":
        return 3.0
    return 35.0 if riding(sport_type) else 60.0


def moving_mps(sport_type: str | None) -> float:
    """Speed below which an athlete stands."""
    if on_foot(sport_type):
        return 0.5
    return 1.0 if riding(sport_type) else 0.2
