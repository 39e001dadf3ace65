"""A pace plan of even effort: slower uphill, faster downhill, the same effort throughout."""

from typing import NamedTuple

import numpy as np

from stride.errors import StrideError
from stride.ingest.device.grade import grade_factor
from stride.raceday.course import Course, climb

MILE_M = 1609.344
UNITS = {"km": 1000.0, "mi": MILE_M}
_SCALE_AT_MOST = 0.05
_MOST_SPLITS = 1000
_HARD = 0.03
"""A split this much slower than the mean pace needs patience."""


class Split(NamedTuple):
    """One kilometre, mile or lap of the plan."""

    number: int
    start_m: float
    end_m: float
    seconds: int
    """Of this split; all of them add up to the target."""
    clock_s: int
    """Since the start, at its end."""
    climb_m: float
    descent_m: float
    grade: float
    """Mean rise over run."""
    advice: str
    """Empty where there is nothing to say."""

    def pace_s(self, unit_m: float = 1000.0) -> float:
        """Seconds per kilometre, or per unit of another length."""
        return self.seconds / (self.end_m - self.start_m) * unit_m


def on_distance(course: Course, distance_m: float) -> Course:
    """Stretch a course to the official distance, which GPS and drawn routes miss by a little.

    Raises
    ------
    StrideError
        If the two differ by more than 5 %.
    """
    factor = distance_m / course.length_m
    if abs(np.log(factor)) > np.log1p(_SCALE_AT_MOST):
        raise StrideError(
            f"The course is {course.length_m / 1000:.2f} km long and the race "
            f"{distance_m / 1000:.2f} km: give the distance of this course, or another file."
        )
    return course._replace(distance_m=course.distance_m * factor)


def elapsed(course: Course, target_s: float) -> np.ndarray:
    """Time at every point of a course that is run at even effort.

    Parameters
    ----------
    course : Course
    target_s : float
        Time of the whole course, seconds.

    Returns
    -------
    ndarray of shape (n_points,)
        From 0 to ``target_s``.
    """
    cost = np.diff(course.distance_m) * grade_factor(course.grade)
    line = np.concatenate([[0.0], np.cumsum(cost)])
    return target_s * line / line[-1]


def pace_plan(course: Course, target_s: float, split_m: float = 1000.0) -> list[Split]:
    """Divide a time among the splits of a course so that the effort is even.

    Parameters
    ----------
    course : Course
        As long as the race; see `on_distance`.
    target_s : float
        Seconds, rounded to whole ones: the splits add up to exactly that.
    split_m : float
        Length of a split in metres; the last one is what is left.

    Returns
    -------
    list of Split

    Raises
    ------
    StrideError
        If there would be more than a thousand splits.

    Examples
    --------
    >>> distance = np.linspace(0.0, 10000.0, 501)
    >>> flat = Course("flat", distance, np.zeros(501), None, None, True)
    >>> plan = pace_plan(flat, 3000.4)
    >>> [split.seconds for split in plan], plan[-1].clock_s
    ([300, 300, 300, 300, 300, 300, 300, 300, 300, 300], 3000)
    """
    total_m = course.length_m
    count = int(np.ceil(total_m / split_m - 1e-3))
    if count > _MOST_SPLITS:
        raise StrideError(f"{count:,} splits are more than {_MOST_SPLITS:,}: make them longer.")
    edges = np.minimum(np.arange(count + 1) * split_m, total_m)
    edges[-1] = total_m
    target = round(target_s)
    clock = np.rint(np.interp(edges, course.distance_m, elapsed(course, target))).astype(int)
    heights = np.interp(edges, course.distance_m, course.altitude_m)
    mean_pace = target / total_m
    splits = []
    for at in range(count):
        start, end = float(edges[at]), float(edges[at + 1])
        inside = (course.distance_m > start) & (course.distance_m < end)
        line = np.concatenate([[heights[at]], course.altitude_m[inside], [heights[at + 1]]])
        seconds = int(clock[at + 1] - clock[at])
        slower = seconds / (end - start) / mean_pace - 1.0
        splits.append(
            Split(
                at + 1,
                start,
                end,
                seconds,
                int(clock[at + 1]),
                climb(line),
                climb(-line),
                float((heights[at + 1] - heights[at]) / (end - start)),
                _advice(slower, at == 0),
            )
        )
    return splits


def _advice(slower: float, is_first: bool) -> str:
    if slower > _HARD:
        return "hold back"
    if slower < -_HARD:
        return "let it roll"
    return "start easy" if is_first else ""


class CutOff(NamedTuple):
    """A time limit on the way."""

    distance_m: float
    limit_s: float
    expected_s: float
    late_s: float
    """If the race goes as slowly as the upper end of the interval."""


def cut_offs(course: Course, limits, target_s: float, late_s: float) -> list[CutOff]:
    """Compare time limits with the plan.

    Parameters
    ----------
    course : Course
    limits : iterable of (float, float)
        Metres and seconds since the start.
    target_s, late_s : float
        The forecast, and the upper end of its interval.

    Returns
    -------
    list of CutOff
        In order of distance.

    Raises
    ------
    StrideError
        If a limit lies beyond the course.
    """
    found = []
    for distance_m, limit_s in sorted(limits):
        if not 0.0 < distance_m <= course.length_m + 1.0:
            raise StrideError(
                f"The cut-off at {distance_m / 1000:g} km is not on the course of "
                f"{course.length_m / 1000:g} km."
            )
        expected, late = (
            float(np.interp(distance_m, course.distance_m, elapsed(course, total)))
            for total in (target_s, late_s)
        )
        found.append(CutOff(distance_m, limit_s, expected, late))
    return found
