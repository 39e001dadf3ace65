"""Strava's rate limits: per 15 minutes and per day, for reads and for all requests.

Strava counts per application, so all athletes of a run share one `Limits`. The 15 minutes begin at
the full hour, days begin at midnight UTC, and the headers of each response contain the usage.
"""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from stride.errors import StrideError

_QUARTER = timedelta(minutes=15)
_MOST_REFUSALS = 4


class LimitReached(StrideError):
    """The application's limit is used up, for all athletes."""


class Limits:
    """Waits or stops when a limit is used up.

    Parameters
    ----------
    waits : bool
        Whether to wait for the next 15 minutes; otherwise that limit raises too.
    say : callable
        Called with a message before waiting.
    now, sleep : callable
        The clock.
    """

    def __init__(
        self,
        *,
        waits: bool = True,
        say: Callable[[str], object] = print,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], object] = lambda seconds: time.sleep(seconds),
    ):
        self.waits, self.say, self.now, self.sleep = waits, say, now, sleep
        self.until: datetime | None = None
        self.is_day = False
        self.refusals = 0

    def note(self, headers: Mapping[str, str], method: str = "GET") -> None:
        """Read the limits from the headers of a response; stravalib calls this after each."""
        # stravalib reads one pair of limits at a time: for GET the reads, otherwise all requests.
        from stravalib.util.limiter import get_rates_from_response_headers

        rates = []
        for kind in ("GET", "POST"):
            try:
                rate = get_rates_from_response_headers(dict(headers), kind)
            except (ValueError, KeyError, IndexError):  # unreadable headers are ignored
                continue
            rates += [rate] if rate else []
        self.is_day = any(rate.long_usage >= rate.long_limit for rate in rates)
        if self.is_day:
            self.until = next_day(self.now())
        elif any(rate.short_usage >= rate.short_limit for rate in rates):
            self.until = next_quarter(self.now())
        else:
            self.until = None

    def refused(self, headers: Mapping[str, str]) -> None:
        """Record a refused request (429)."""
        self.refusals += 1
        if self.refusals > _MOST_REFUSALS:
            self.is_day, self.until = True, next_day(self.now())
        if self.until is None:
            wait = headers.get("Retry-After", "")
            after = int(wait) if re.fullmatch(r"\d{1,4}", wait) else None
            self.until = (
                self.now() + timedelta(seconds=after) if after else next_quarter(self.now())
            )

    def accepted(self) -> None:
        """Record an answered request."""
        self.refusals = 0

    def hold(self) -> None:
        """Wait until the next request may be sent.

        Raises
        ------
        LimitReached
            If that is tomorrow, or if ``waits`` is false.
        """
        moment = self.now()
        if self.until is None or moment >= self.until:
            self.until = None
            return
        what = "a day" if self.is_day else "15 minutes"
        when = f"{self.until:%H:%M} UTC on {self.until:%d %b %Y}"
        if self.is_day or not self.waits:
            raise LimitReached(
                f"Strava's limit of requests in {what} is used up: run stride strava sync again "
                f"after {when}; what was downloaded is kept."
            )
        self.say(f"Strava's limit of requests in {what} is used up: continuing at {when}.")
        # One second more, because clocks differ.
        self.sleep((self.until - moment).total_seconds() + 1)
        self.until = None


def next_quarter(moment: datetime) -> datetime:
    """Return the next start of 15 minutes.

    Examples
    --------
    >>> next_quarter(datetime(2026, 11, 24, 23, 45, tzinfo=UTC)).isoformat()
    '2026-11-25T00:00:00+00:00'
    """
    start = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
    return start + _QUARTER


def next_day(moment: datetime) -> datetime:
    """Return the next midnight UTC.

    Examples
    --------
    >>> next_day(datetime(2026, 12, 31, 5, tzinfo=UTC)).isoformat()
    '2027-01-01T00:00:00+00:00'
    """
    start = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return start + timedelta(days=1)
