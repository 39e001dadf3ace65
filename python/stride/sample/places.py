"""Homes of sample athletes: time zone, climate, language and race towns."""

import math
from datetime import date
from typing import NamedTuple


class Place(NamedTuple):
    """A home town."""

    timezone: str
    language: str
    latitude: float
    longitude: float
    mean_c: float
    """Mean temperature of the year, degrees Celsius."""
    swing_c: float
    """Difference of summer to the annual mean, degrees Celsius."""
    towns: tuple[str, ...]

    def temperature(self, day: date) -> float:
        """Mean temperature of a day, degrees Celsius; warmest four weeks after the solstice."""
        warmest = 200 if self.latitude > 0 else 17
        angle = 2 * math.pi * (day.timetuple().tm_yday - warmest) / 365.25
        return self.mean_c + self.swing_c * math.cos(angle)


PLACES = (
    Place("America/Sao_Paulo", "pt", -23.587, -46.657, 20, 4, ("São Paulo", "Rio", "Santos")),
    Place("Europe/Berlin", "de", 52.514, 13.350, 10, 10, ("Berlin", "Hamburg", "Dresden")),
    Place("America/Chicago", "en", 41.876, -87.619, 10, 14, ("Chicago", "Austin", "Madison")),
    Place("Asia/Tokyo", "ja", 35.671, 139.695, 16, 11, ("Tokyo", "Osaka", "Kobe")),
    Place("Australia/Sydney", "en", -33.896, 151.232, 18, 5, ("Sydney", "Canberra", "Newcastle")),
    Place("Europe/Lisbon", "pt", 38.728, -9.152, 17, 6, ("Lisbon", "Porto", "Cascais")),
    Place("Africa/Johannesburg", "en", -26.170, 28.030, 16, 5, ("Joburg", "Pretoria", "Durban")),
    Place("America/Los_Angeles", "en", 34.133, -118.290, 18, 4, ("LA", "San Diego", "Surf City")),
)
