"""Recordings of runs as Garmin TCX files, as in a Strava export."""

from datetime import timedelta

import numpy as np

from stride.sample.athlete import SampleAthlete
from stride.sample.sessions import Session

_STEP_S = 3
# Files in real exports begin with ten blanks before the XML declaration, which strict parsers
# refuse; the sample reproduces that.
_HEAD = (
    '          <?xml version="1.0" encoding="UTF-8"?>\n'
    '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"'
    ' xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2">\n'
    ' <Activities>\n  <Activity Sport="Running">\n   <Id>{start}</Id>\n'
    '   <Lap StartTime="{start}">\n    <TotalTimeSeconds>{seconds:.1f}</TotalTimeSeconds>\n'
    "    <DistanceMeters>{metres:.2f}</DistanceMeters>\n    <Intensity>Active</Intensity>\n"
    "    <TriggerMethod>Manual</TriggerMethod>\n    <Track>\n"
)
_TAIL = "    </Track>\n   </Lap>\n  </Activity>\n </Activities>\n</TrainingCenterDatabase>\n"
_POINT = (
    "     <Trackpoint><Time>{time}</Time><Position><LatitudeDegrees>{lat:.6f}</LatitudeDegrees>"
    "<LongitudeDegrees>{lon:.6f}</LongitudeDegrees></Position>"
    "<AltitudeMeters>{alt:.1f}</AltitudeMeters><DistanceMeters>{dist:.2f}</DistanceMeters>"
    "{heart}<Extensions><ns3:TPX><ns3:Speed>{speed:.3f}</ns3:Speed></ns3:TPX></Extensions>"
    "</Trackpoint>\n"
)
_HEART = "<HeartRateBpm><Value>{:d}</Value></HeartRateBpm>"


def tcx(session: Session, athlete: SampleAthlete, rng: np.random.Generator) -> str:
    """Record a run point by point, every three seconds.

    The last point has the session's elapsed time and distance; the mean heart rate over the
    points is near the session's. The course is laps of a park in the athlete's town.

    Parameters
    ----------
    session : Session
        A run with a distance.
    athlete : SampleAthlete
    rng : numpy.random.Generator

    Returns
    -------
    str
        TCX, with the blanks real exports begin with.
    """
    seconds = np.append(np.arange(0, session.elapsed_s, _STEP_S), session.elapsed_s)
    effort = _effort(session, seconds, rng)
    pace = np.where(_standing(session, seconds), 0.0, effort)
    step = np.diff(seconds, prepend=0) * pace
    step[1:] = np.maximum(step[1:], 0)
    distance = np.cumsum(step) * session.metres / step.sum()
    gaps = np.maximum(np.diff(seconds, prepend=-_STEP_S), 1)
    speed = np.diff(distance, prepend=0) / gaps
    # Heart rate follows effort with a delay of half a minute.
    lag = np.exp(-np.arange(40) * _STEP_S / 30)
    late = np.convolve(effort, lag / lag.sum())[: len(effort)]
    late[:40] = np.maximum(late[:40], 0.8 * effort.mean())
    heart = (session.mean_hr or 0) + 60 * (late - late.mean()) / effort.mean()
    heart = np.clip(heart, 50, session.max_hr).astype(int) if session.mean_hr else None
    place = athlete.place
    angle = distance / 420 + rng.uniform(0, 6)
    north = 420 * np.sin(angle) + rng.normal(0, 0.4, len(angle))
    east = 420 * np.cos(angle) + rng.normal(0, 0.4, len(angle))
    climb = 0.5 * session.climb_m / max(session.metres / (2 * np.pi * 420), 1)
    latitude = place.latitude + north / 111_320
    longitude = place.longitude + east / (111_320 * np.cos(np.radians(place.latitude)))
    altitude = 40 + climb * np.sin(angle)
    head = _HEAD.format(start=_stamp(session, 0), seconds=session.elapsed_s, metres=session.metres)
    points = (
        _POINT.format(
            time=_stamp(session, int(seconds[i])),
            lat=latitude[i],
            lon=longitude[i],
            alt=altitude[i],
            dist=distance[i],
            speed=speed[i],
            heart="" if heart is None else _HEART.format(heart[i]),
        )
        for i in range(len(seconds))
    )
    return head + "".join(points) + _TAIL


def _effort(session: Session, seconds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the relative speed over the run: even, or a warm-up and intervals."""
    wobble = np.convolve(rng.normal(0, 0.15, len(seconds)), np.ones(15) / 15, "same")
    effort = 1 + wobble
    if session.kind == "interval":
        inside = (seconds > 900) & (seconds < session.elapsed_s - 600)
        effort = np.where(inside, np.where(seconds % 330 < 210, 1.25, 0.65), 0.9) + wobble
    return effort


def _standing(session: Session, seconds: np.ndarray) -> np.ndarray:
    """Mark one stop, as long as the difference of elapsed and moving time."""
    stop = session.elapsed_s - session.moving_s
    begin = session.elapsed_s * 0.6
    return (seconds > begin) & (seconds <= begin + stop)


def _stamp(session: Session, seconds: int) -> str:
    return (session.start + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
