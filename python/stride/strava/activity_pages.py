"""Pages through an athlete's activities by time, safe against changes of the list meanwhile."""

from collections.abc import Callable, Iterator
from datetime import datetime

from stride.errors import StrideError
from stride.ingest import dates

MARGIN_S = 26 * 3600
"""Overlap of requests. Strava does not document whether it compares UTC or local time, which differ
by up to 14 hours."""

_MOST_EMPTY = 20
"""Most consecutive pages without a new activity."""


def list_activities(
    page_of: Callable[[int, int, int], list], since_s: int, per_page: int
) -> Iterator[list[dict]]:
    """List all activities that started after a moment, the oldest first.

    Page numbers are not enough: if an activity is deleted meanwhile, all later ones move up by one,
    and one of them moves to a page that was already read. Instead, each request starts at the last
    start time minus a margin, and duplicates are dropped.

    Parameters
    ----------
    page_of : callable
        Takes after, page and size; returns the activities of that page.
    since_s : int
        Seconds since 1970.
    per_page : int

    Yields
    ------
    list of dict
        Activities not listed before.

    Raises
    ------
    StrideError
        If the list does not end.
    """
    seen: set[str | None] = set()
    after, page, without_new = since_s, 1, 0
    # Only an empty page marks the end: any page may have fewer activities than requested.
    while listed := page_of(after, page, per_page):
        new = [one for one in listed if activity_id(one) not in seen]
        seen |= {activity_id(one) for one in new}
        if new:
            yield new
        without_new = 0 if new else without_new + 1
        if without_new > _MOST_EMPTY:
            raise StrideError("Strava's list of activities has no end: try again later.")
        last = _last_start(listed) - MARGIN_S
        after, page = (last, 1) if last > after else (after, page + 1)


def _last_start(listed: list) -> int:
    """Return the latest start of a page, or 0 if the page is unordered, so that none is skipped."""
    latest = 0
    for start in filter(None, map(start_s, listed)):
        if start < latest - MARGIN_S:
            return 0
        latest = max(latest, start)
    return latest


def activity_id(activity: object) -> str | None:
    """Return Strava's id as text, or None if this is not an activity.

    Examples
    --------
    >>> activity_id({"id": 9007199254740993}), activity_id("nonsense")
    ('9007199254740993', None)
    """
    if not isinstance(activity, dict) or not isinstance(activity.get("id"), int | str):
        return None
    return str(activity["id"])


def start_s(activity: object) -> int:
    """Return the start in seconds since 1970, or 0 if it can't be read."""
    text = activity.get("start_date") if isinstance(activity, dict) else None
    try:
        start: datetime | None = dates.instant(text) if isinstance(text, str) else None
    except ValueError:
        start = None
    return int(start.timestamp()) if start else 0
