"""Strava's rate limits: a quarter of an hour and a day, for reading and for everything.

Strava counts per application, so all athletes of a run share one `Limits`. The quarters begin at
the full hour, the days at midnight UTC, and every answer says how much is used up.
"""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from stride.errors import StrideError

_QUARTER = timedelta(minutes=15)
_MOST_REFUSALS = 4


class LimitReached(StrideError):
    """No athlete can go on now: the application's limit is used up."""


class Limits:
    """Waits, or stops, where a limit is used up.

    Parameters
    ----------
    waits : bool
        Whether to sleep until the next quarter of an hour; else to stop there too.
    say : callable
        Told why nothing happens for a while.
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
        """Remember what an answer says of the limits; stravalib calls this after each."""
        # stravalib reads one pair of limits at a time: as GET that of reading, else that of all.
        from stravalib.util.limiter import get_rates_from_response_headers

        rates = []
        for kind in ("GET", "POST"):
            try:
                rates.append(get_rates_from_response_headers(headers, kind))
            except (ValueError, KeyError, IndexError):  # a header that can't be read says nothing
                continue
        rates = [rate for rate in rates if rate]
        self.is_day = any(rate.long_usage >= rate.long_limit for rate in rates)
        if self.is_day:
            self.until = next_day(self.now())
        elif any(rate.short_usage >= rate.short_limit for rate in rates):
            self.until = next_quarter(self.now())
        else:
            self.until = None

    def refused(self, headers: Mapping[str, str]) -> None:
        """Remember that a request was refused (429), whatever the counts say."""
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
        """Remember that a request was answered."""
        self.refusals = 0

    def hold(self) -> None:
        """Wait until the next request may be sent.

        Raises
        ------
        LimitReached
            If that is tomorrow, or nobody wants to wait.
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
                f"after {when}; what was read is kept."
            )
        self.say(f"Strava's limit of requests in {what} is used up: going on at {when}.")
        # A second more: clocks differ.
        self.sleep((self.until - moment).total_seconds() + 1)
        self.until = None


def next_quarter(moment: datetime) -> datetime:
    """The next full quarter of an hour.

    Examples
    --------
    >>> next_quarter(datetime(2026, 11, 24, 23, 45, tzinfo=UTC)).isoformat()
    '2026-11-25T00:00:00+00:00'
    """
    begun = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
    return begun + _QUARTER


def next_day(moment: datetime) -> datetime:
    """The next midnight UTC.

    Examples
    --------
    >>> next_day(datetime(2026, 12, 31, 5, tzinfo=UTC)).isoformat()
    '2027-01-01T00:00:00+00:00'
    """
    begun = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return begun + timedelta(days=1)
