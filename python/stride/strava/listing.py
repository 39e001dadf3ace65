"""Lists an athlete's activities so that none slips through while the list changes."""

from collections.abc import Callable, Iterator
from datetime import datetime

from stride.errors import StrideError
from stride.ingest import dates

MARGIN_S = 26 * 3600
"""Strava does not say whether it compares the instant or the clock on the spot: up to 14 hours
apart, on either side of the date line. Whoever asks from a day earlier misses nothing."""

_MOST_BARREN = 20
"""Pages in a row that hold nothing new."""


def list_activities(
    page_of: Callable[[int, int, int], list], since_s: int, per_page: int
) -> Iterator[list[dict]]:
    """List everything that began after a moment, the oldest first.

    Pages are not counted through: if an activity is deleted meanwhile, all later ones move up, and
    one of them would slip over the edge to a page that was read. Instead the next request asks
    from the last start on, less a margin; what comes twice is left out.

    Parameters
    ----------
    page_of : callable
        From after, page and size to the activities of that page.
    since_s : int
        Seconds since 1970.
    per_page : int

    Yields
    ------
    list of dict
        Activities that were not listed yet.

    Raises
    ------
    StrideError
        If the list does not end.
    """
    seen: set[str | None] = set()
    after, page, barren = since_s, 1, 0
    # Only an empty page is the end: Strava may give fewer than asked for at any place.
    while listed := page_of(after, page, per_page):
        new = [one for one in listed if activity_id(one) not in seen]
        seen |= {activity_id(one) for one in new}
        if new:
            yield new
        barren = 0 if new else barren + 1
        if barren > _MOST_BARREN:
            raise StrideError("Strava's list of activities has no end: try again later.")
        last = _last_start(listed) - MARGIN_S
        after, page = (last, 1) if last > after else (after, page + 1)


def _last_start(listed: list) -> int:
    """The latest start of a page; 0 if the page is in no order, so that nothing is passed over."""
    latest = 0
    for start in filter(None, map(start_s, listed)):
        if start < latest - MARGIN_S:
            return 0
        latest = max(latest, start)
    return latest


def activity_id(activity: object) -> str | None:
    """Strava's id as text; None for what is no activity.

    Examples
    --------
    >>> activity_id({"id": 9007199254740993}), activity_id("nonsense")
    ('9007199254740993', None)
    """
    if not isinstance(activity, dict) or not isinstance(activity.get("id"), int | str):
        return None
    return str(activity["id"])


def start_s(activity: object) -> int:
    """Start in seconds since 1970; 0 where it can't be read."""
    text = activity.get("start_date") if isinstance(activity, dict) else None
    try:
        start: datetime | None = dates.instant(text) if isinstance(text, str) else None
    except ValueError:
        start = None
    return int(start.timestamp()) if start else 0
