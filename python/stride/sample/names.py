"""Names of activities: defaults, workouts, races and misleading names."""

from datetime import datetime

import numpy as np

from stride.sample.places import Place

_VERB = {
    "Weight Training": "Weight Training",
    "Yoga": "Yoga",
    "Trail Run": "Trail Run",
    "Virtual Run": "Run",
}

_WORKOUTS = {
    "en": {
        "long": (
            "Long run",
            "Sunday long one",
            "Long run with the club 🏃",
            "Marathon route recon",
        ),
        "interval": ("6x800m", "45 min Intervals Run", "10x400m 🔥", "5x1000 @ 5k effort"),
        "tempo": ("Tempo 8k", "Threshold 3x10 min", "20 min tempo", "Progression run"),
        "easy": ("Easy", "Shakeout", "Recovery 🐢", "Legs like lead", "Coffee run ☕"),
    },
    "pt": {
        "long": ("Treino longo", "Longão de domingo", "Rodagem longa 🏃"),
        "interval": ("Tiros 6x800m", "10x400m 🔥", "Intervalado na pista"),
        "tempo": ("Tempo 8k", "Ritmo 3x10 min", "Progressivo"),
        "easy": ("Rodagem leve", "Corrida leve 🐢", "Regenerativo", "Corridinha ☕"),
    },
    "de": {
        "long": ("Langer Lauf", "Langer Lauf um den See", "LaLa 🏃"),
        "interval": ("Intervalle 6x800m", "10x400m 🔥", "Bahntraining"),
        "tempo": ("Tempodauerlauf 8k", "Schwelle 3x10 min", "Steigerungslauf"),
        "easy": ("Lockerer Dauerlauf", "Regeneration 🐢", "Feierabendrunde", "Müde Beine"),
    },
    "ja": {
        "long": ("ロング走", "週末ロング 🏃", "LSD 120 min"),
        "interval": ("インターバル 6x800m", "10x400m 🔥", "トラック練習"),
        "tempo": ("ペース走 8k", "閾値走 3x10 min", "ビルドアップ走"),
        "easy": ("ジョグ", "皇居ラン", "疲労抜きジョグ 🐢", "朝ラン"),
    },
}

# Race words in names of runs that are not races, which a classifier by name alone gets wrong.
_MISLEADING = {
    "long": ("Marathon training long run", "Last long one before the marathon", "HM prep 20k"),
    "interval": ("Half marathon pace intervals", "5k pace 6x800m", "Race pace 1000s"),
    "tempo": ("Tempo at half marathon pace", "10k pace tempo, not a race", "Race week sharpener"),
    "easy": ("Easy before the 10K", "Parkrun volunteer jog home", "No race today, easy"),
}

_FIXED = {
    "warmup": ("5k warm up", "Warm up", "Race warm up"),
    "cooldown": ("Cool down after parkrun", "Cool down", "Cooldown with medal 🏅"),
    "pacing": ("Pacing Ana at the 10K", "Pacing Tom, City 10K", "10K as a pacer 🎈"),
    "recovery": ("Marathon recovery jog", "Post race shuffle", "marathon recovery jog #2"),
}

_RACES = {
    5000: ("Parkrun #{n}", "parkrun {town}", "{town} parkrun #{n} 🏃", "{season} 5K", "{town} 5k"),
    10000: ("{season} 10K", "{town} 10K", "{town} 10 km", "{season} 10k - PB attempt!"),
    15000: ("{town} 15K", "{season} 15k"),
    16093: ("{town} 10 Miles", "{season} 10 Miler"),
    21097: ("{town} Half Marathon", "{town} Half", "{season} Half Marathon 🏅", "{town} HM"),
    42195: ("{town} Marathon", "{town} Marathon 🏅", "{town} Marathon, what a day"),
}
_RACES_LOCAL = {
    ("pt", 15000): ("Corrida de São Silvestre 15K",),
    ("pt", 10000): ("Corrida da Ponte 10K", "{town} 10 km", "10k de {town}"),
    ("pt", 21097): ("Meia Maratona de {town}", "{town} Half Marathon"),
    ("pt", 42195): ("Maratona de {town}", "{town} Marathon"),
    ("de", 10000): ("10 km Volkslauf {town}", "{town} 10K", "Stadtlauf {town} 10 km"),
    ("de", 21097): ("{town} Halbmarathon", "Halbmarathon {town} 🏅"),
    ("ja", 21097): ("{town} ハーフマラソン", "{town} Half Marathon"),
    ("ja", 42195): ("{town} マラソン", "{town} Marathon"),
}
_NO_RACE_WORD = ("Full send", "Empty the tank 🔥", "Well, that hurt", "Morning Run")
_SEASONS = ("Winter", "Spring", "Summer", "Autumn")


def pick(rng: np.random.Generator, options):
    """Draw an element of a sequence, unchanged by numpy."""
    return options[int(rng.integers(len(options)))]


def default_name(sport: str, local: datetime) -> str:
    """Return Strava's default name of an activity.

    Examples
    --------
    >>> default_name("Ride", datetime(2025, 3, 1, 12, 30))
    'Lunch Ride'
    """
    parts = ((4, "Night"), (11, "Morning"), (14, "Lunch"), (17, "Afternoon"), (21, "Evening"))
    part = next((name for end, name in parts if local.hour < end), "Night")
    return f"{part} {_VERB.get(sport, sport)}"


def training_name(kind: str, sport: str, local: datetime, place: Place, rng) -> str:
    """Return the name of a training session, sometimes in the athlete's language."""
    if kind in _FIXED:
        return pick(rng, _FIXED[kind])
    chance = rng.random()
    if kind in _MISLEADING and chance < 0.05:
        return pick(rng, _MISLEADING[kind])
    if kind in _MISLEADING and chance < (0.30 if kind == "easy" else 0.65):
        language = place.language if rng.random() < 0.7 else "en"
        return pick(rng, _WORKOUTS[language][kind])
    return default_name(sport, local)


def race_name(metres: int, local: datetime, place: Place, number: int, rng) -> str:
    """Return the name of a race; about one in twenty contains no race word."""
    if rng.random() < 0.05:
        return pick(rng, _NO_RACE_WORD)
    if place.timezone.startswith("America/") and (metres, local.month) == (5000, 11):
        return "Turkey Trot 5K" if place.language == "en" else "Corrida Noturna 5K"
    shift = 0 if place.latitude > 0 else 2
    season = _SEASONS[(local.month % 12 // 3 + shift) % 4]
    options = _RACES_LOCAL.get((place.language, metres), _RACES[metres])
    return pick(rng, options).format(n=number, town=pick(rng, place.towns), season=season)
