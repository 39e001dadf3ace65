"""From each format's words for a sport to Strava's, and what kind of movement that is."""

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
    "treadmill_running": "Run",
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

FOOT = {"Run", "TrailRun", "VirtualRun", "Walk", "Hike", "Snowshoe"}
RIDE = {
    "Ride",
    "VirtualRide",
    "MountainBikeRide",
    "GravelRide",
    "EBikeRide",
    "EMountainBikeRide",
}


def fit_sport(sport: str | None, sub_sport: str | None) -> str | None:
    """Translate FIT's sport.

    Examples
    --------
    >>> fit_sport("running", "trail"), fit_sport("running", None), fit_sport("generic", None)
    ('TrailRun', 'Run', None)
    """
    return FIT_SUB_SPORTS.get((sport, sub_sport)) or FIT_SPORTS.get(sport)


def xml_sport(text: str | None) -> str | None:
    """Translate the sport of a TCX or GPX file.

    Examples
    --------
    >>> xml_sport(" Biking "), xml_sport("9"), xml_sport("Other")
    ('Ride', 'Run', None)
    """
    return XML_SPORTS.get((text or "").strip().lower())


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
    if sport_type in FOOT:
        return 12.0
    if sport_type == "Swim":
        return 3.0
    return 35.0 if sport_type in RIDE else 60.0


def moving_mps(sport_type: str | None) -> float:
    """Speed below which an athlete stands."""
    if sport_type in FOOT:
        return 0.5
    return 1.0 if sport_type in RIDE else 0.2
