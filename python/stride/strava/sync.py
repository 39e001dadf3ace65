"""Syncs one athlete's activities: first the list, then details and streams if requested."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from stride.errors import StrideError
from stride.ingest.athletes import zones
from stride.strava.activity_pages import MARGIN_S, activity_id, list_activities
from stride.strava.client import Client, Refused
from stride.strava.landed_activities import (
    DETAILS,
    STREAMS,
    LandedActivity,
    fingerprint,
    read_landed,
    read_raw,
)
from stride.strava.landing_buffer import LandingBuffer
from stride.strava.state import State, States

_COMPARE_EVERY = timedelta(days=7)
"""Interval of full listings, which find late uploads and deletions."""

_MOST_CHECKS = 100
"""Most missing activities that one sync looks up."""


class Options(NamedTuple):
    """What to sync."""

    details: bool | None = None
    streams: bool | None = None
    """None: the same as the last sync."""
    overlap_days: int = 30
    """Days before the last sync that are listed again to find edits."""
    is_full: bool = False
    """List all activities, even if the last full listing is recent."""
    per_page: int = 200
    batch: int = 25
    """Activities with details that land together."""


class SyncResult(NamedTuple):
    """Result of a sync."""

    new: int
    changed: int
    gone: int
    completed: int
    """Activities that received details or streams."""
    refused: tuple[str, ...]
    """A sentence for each resource that Strava refused."""


def sync_athlete(
    client: Client,
    landing: Path,
    states: States,
    options: Options | None = None,
    now: datetime | None = None,
) -> SyncResult:
    """Land activities that are new, changed or deleted since the last sync.

    A sync can be interrupted at any time; the next one continues. The progress is stored only after
    the activities are on the disk, and landed activities do not land again.

    Parameters
    ----------
    client : Client
    landing : Path
    states : States
    options : Options, optional
    now : datetime, optional

    Returns
    -------
    SyncResult

    Raises
    ------
    StrideError
        If Strava does not answer or refuses access.
    """
    options, athlete_id = options or Options(), client.athlete_id
    now = now or datetime.now(UTC)
    if not zones(landing, athlete_id):
        raise StrideError(
            f"{athlete_id} is new: set the athlete's time zone with "
            f"stride athlete add {athlete_id} --timezone Europe/Lisbon."
        )
    state = _requested(_identified(client, states.read(athlete_id), states), options)
    states.write(athlete_id, state)
    buffer = LandingBuffer(landing, athlete_id, client.limits.sleep)
    try:
        state = _sync_list(client, state, options, now, buffer)
        states.write(athlete_id, state)
        listed = buffer.total
        state, refused = _complete(client, state, options, buffer)
        states.write(athlete_id, state)
    except Exception:
        # Downloads count against the rate limit, so they land before the sync stops.
        if len(buffer):
            buffer.land()
        raise
    completed = buffer.total.rows - listed.rows
    return SyncResult(listed.new, listed.changed, listed.gone, completed, tuple(refused))


def _identified(client: Client, state: State, states: States) -> State:
    """Check that the token belongs to the account synced before, and return the state."""
    athlete_id, strava_id = client.athlete_id, client.strava_id()
    owner = states.owner(strava_id)
    if (state.strava_id or strava_id) != strava_id or (owner or athlete_id) != athlete_id:
        raise StrideError(
            f"The token of {athlete_id} belongs to another Strava account"
            f"{f', connected as {owner}' if owner else ''}: run stride strava logout --athlete "
            f"{athlete_id}, then login."
        )
    return replace(state, strava_id=strava_id)


def _requested(state: State, options: Options) -> State:
    return replace(
        state,
        details=state.details if options.details is None else options.details,
        streams=state.streams if options.streams is None else options.streams,
    )


# ---------------------------------------------------------------------------- the list


def _sync_list(
    client: Client, state: State, options: Options, now: datetime, buffer: LandingBuffer
) -> State:
    """Land new, changed and deleted activities by comparing the list with landed activities."""
    compared_at = state.compared_at
    is_full, since_s = True, 0
    if not options.is_full and compared_at and state.synced_to:
        is_full = abs(now - compared_at) >= _COMPARE_EVERY
    if not is_full and state.synced_to:
        # If the clock was ahead once, the list must still not begin in the future.
        since = min(state.synced_to, now) - timedelta(days=options.overlap_days)
        since_s = int(since.timestamp())
    known = read_landed(buffer.landing, buffer.athlete_id)
    seen, refused = set(), []
    for page in list_activities(client.activities, since_s, options.per_page):
        for activity in page:
            key = activity_id(activity)
            if key is None:
                refused.append("An entry in the list of activities has no id.")
                continue
            seen.add(key)
            before = known.get(key)
            if not before or before.row_hash != fingerprint(activity, before.parts):
                buffer.add(activity)
        if len(buffer) >= options.per_page:
            buffer.land()
    missing = sorted(
        key for key, row in known.items() if key not in seen and _is_within(row, since_s, now)
    )
    gone = [key for key in missing[:_MOST_CHECKS] if _is_gone(client, key)]
    buffer.land(gone, refused)
    if len(missing) > _MOST_CHECKS:
        compared_at = None  # the next sync compares again and looks up the rest
    elif is_full:
        compared_at = now
    return replace(state, synced_to=now, compared_at=compared_at)


def _is_within(row: LandedActivity, since_s: int, now: datetime) -> bool:
    """Whether the list would contain an activity if it still existed."""
    if row.started_at is None:
        return since_s == 0
    start_s = row.started_at.timestamp()
    return since_s == 0 or since_s + MARGIN_S <= start_s <= now.timestamp()


def _is_gone(client: Client, key: str) -> bool:
    """Whether an activity is deleted, and not just missed while the list changed."""
    try:
        client.activity(key)
    except Refused as refused:
        return refused.status == 404
    return False


# ---------------------------------------------------------------------------- beyond the list


def _complete(
    client: Client, state: State, options: Options, buffer: LandingBuffer
) -> tuple[State, list[str]]:
    """Land requested details and streams, the newest activities first."""
    waiting = backlog(buffer.landing, buffer.athlete_id, state)
    refused: dict[str, str] = {}
    sentences = []
    for start in range(0, len(waiting), options.batch):
        batch = dict(waiting[start : start + options.batch])
        raw = read_raw(buffer.landing, buffer.athlete_id, set(batch))
        for key, row in batch.items():
            parts = row.parts | wanted(state)
            try:
                details = client.activity(key) if DETAILS in parts else None
                streams = client.streams(key) if STREAMS in parts else None
            except Refused as problem:
                refused[key] = row.row_hash
                sentences.append(str(problem))
                continue
            buffer.add(raw[key], details, streams, parts=parts)
        if len(buffer):
            buffer.land(refused=sentences)
    # Refused activities are requested again only when they change.
    return replace(state, refused=state.refused | refused), sentences


def backlog(landing: Path, athlete_id: str, state: State) -> list[tuple[str, LandedActivity]]:
    """Return activities without the requested parts, the newest first."""
    found = [
        (key, row)
        for key, row in read_landed(landing, athlete_id).items()
        if not wanted(state) <= row.parts and state.refused.get(key) != row.row_hash
    ]
    return sorted(found, key=lambda one: (str(one[1].started_at), one[0]), reverse=True)


def wanted(state: State) -> frozenset[str]:
    """Return the requested parts beyond the list."""
    return frozenset(part for part in (DETAILS, STREAMS) if getattr(state, part))
