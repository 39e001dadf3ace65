"""Groups of sports that share a colour."""

import pandas as pd

_SPORTS = {
    "Run": ["run", "run_indoor"],
    "Ride": ["ride", "ride_indoor"],
    "Swim": ["swim"],
    "Hike and walk": ["hike", "walk"],
    "Strength and yoga": ["strength", "yoga"],
}
_OTHER = "Other"


def family(sport: str) -> str:
    """Return the group of a sport.

    Examples
    --------
    >>> family("run_indoor"), family("curling")
    ('Run', 'Other')
    """
    return next((name for name, sports in _SPORTS.items() if sport in sports), _OTHER)


def sports_in(weeks: pd.DataFrame) -> list[str]:
    """Return the groups that occur, in the order of the legend."""
    found = set(weeks["sport"].map(family))
    return [name for name in [*_SPORTS, _OTHER] if name in found]


def css_name(sport: str) -> str:
    """Return the colour name of a group in the style sheet."""
    return "sport-" + sport.split()[0].lower()
