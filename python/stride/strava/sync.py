"""Brings one athlete's activities: the list first, then what was asked for beyond it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from stride.errors import StrideError
from stride.ingest.athletes import zones
from stride.strava.client import Client, Refused
from stride.strava.known import DETAILS, STREAMS, Known, fingerprint, read_known, read_raw
from stride.strava.listing import MARGIN_S, activity_id, list_activities
from stride.strava.pile import Pile
from stride.strava.state import State, States

_COMPARE_EVERY = timedelta(days=7)
"""How often everything is listed: what is uploaded or deleted long after it was run is found so."""

_MOST_CHECKS = 100
"""Missing activities that one sync asks for."""


class Options(NamedTuple):
    """What to bring."""

    details: bool | None = None
    streams: bool | None = None
    """None: what was asked for last time."""
    overlap_days: int = 30
    """Days before the last sync that are listed again, for edits."""
    is_full: bool = False
    """List everything, even if that was done lately."""
    per_page: int = 200
    batch: int = 25
    """Activities with details that land together."""


class Synced(NamedTuple):
    """What a sync brought."""

    new: int
    changed: int
    gone: int
    completed: int
    """Activities whose details or streams came."""
    refused: tuple[str, ...]
    """What Strava did not give, each a sentence."""


def sync_athlete(
    client: Client,
    landing: Path,
    states: States,
    options: Options | None = None,
    now: datetime | None = None,
) -> Synced:
    """Land what is new, changed or gone since the last sync.

    Whatever stops it, what landed stays, and the next sync goes on: how far it came is written
    down only after the activities are on the disk, and what has landed is not landed again.

    Parameters
    ----------
    client : Client
    landing : Path
    states : States
    options : Options, optional
    now : datetime, optional

    Returns
    -------
    Synced

    Raises
    ------
    StrideError
        If Strava does not answer or does not let Stride in.
    """
    options, athlete_id = options or Options(), client.athlete_id
    now = now or datetime.now(UTC)
    if not zones(landing, athlete_id):
        raise StrideError(
            f"{athlete_id} is new: say where the athlete lives with "
            f"stride athlete add {athlete_id} --timezone Europe/Lisbon."
        )
    state = _asked(_identified(client, states.read(athlete_id), states), options)
    states.write(athlete_id, state)
    pile = Pile(landing, athlete_id, client.limits.sleep)
    try:
        state = _sync_list(client, state, options, now, pile)
        states.write(athlete_id, state)
        listed = pile.total
        state, refused = _complete(client, state, options, pile)
        states.write(athlete_id, state)
    except Exception:
        # What was read was paid for with requests: it lands before the sync stops.
        if len(pile):
            pile.land()
        raise
    completed = pile.total.rows - listed.rows
    return Synced(listed.new, listed.changed, listed.gone, completed, tuple(refused))


def _identified(client: Client, state: State, states: States) -> State:
    """The state, if the token is that of the account which was synced before."""
    athlete_id, strava_id = client.athlete_id, client.strava_id()
    owner = states.owner(strava_id)
    if (state.strava_id or strava_id) != strava_id or (owner or athlete_id) != athlete_id:
        raise StrideError(
            f"The token of {athlete_id} is that of another Strava account"
            f"{f', connected as {owner}' if owner else ''}: run stride strava logout --athlete "
            f"{athlete_id}, then login."
        )
    return replace(state, strava_id=strava_id)


def _asked(state: State, options: Options) -> State:
    said = {DETAILS: options.details, STREAMS: options.streams}
    return replace(state, **{part: wish for part, wish in said.items() if wish is not None})


# ---------------------------------------------------------------------------- the list


def _sync_list(client: Client, state: State, options: Options, now: datetime, pile: Pile) -> State:
    """Land what the list tells: new and changed activities, and those that are missing in it."""
    compared_at = state.compared_at
    is_full = options.is_full or not compared_at or not state.synced_to
    is_full = is_full or abs(now - compared_at) >= _COMPARE_EVERY
    overlap = timedelta(days=options.overlap_days)
    # A clock that was ahead once must not make the list begin in the future.
    since_s = 0 if is_full else int((min(state.synced_to, now) - overlap).timestamp())
    known = read_known(pile.landing, pile.athlete_id)
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
                pile.add(activity)
        if len(pile) >= options.per_page:
            pile.land()
    missing = sorted(
        key for key, row in known.items() if key not in seen and _is_within(row, since_s, now)
    )
    gone = [key for key in missing[:_MOST_CHECKS] if _is_gone(client, key)]
    pile.land(gone, refused)
    if len(missing) > _MOST_CHECKS:
        compared_at = None  # the next sync compares again, and asks for the rest
    elif is_full:
        compared_at = now
    return replace(state, synced_to=now, compared_at=compared_at)


def _is_within(row: Known, since_s: int, now: datetime) -> bool:
    """Whether the list would have told an activity, if it still existed."""
    if row.started_at is None:
        return since_s == 0
    start_s = row.started_at.timestamp()
    return since_s == 0 or since_s + MARGIN_S <= start_s <= now.timestamp()


def _is_gone(client: Client, key: str) -> bool:
    """Whether an activity is gone, and was not only passed over while the list changed."""
    try:
        client.activity(key)
    except Refused as refused:
        return refused.status == 404
    return False


# ---------------------------------------------------------------------------- beyond the list


def _complete(
    client: Client, state: State, options: Options, pile: Pile
) -> tuple[State, list[str]]:
    """Land what was asked for beyond the list, the newest activities first."""
    waiting = backlog(pile.landing, pile.athlete_id, state)
    refused: dict[str, str] = {}
    sentences = []
    for start in range(0, len(waiting), options.batch):
        batch = dict(waiting[start : start + options.batch])
        raw = read_raw(pile.landing, pile.athlete_id, set(batch))
        for key, row in batch.items():
            parts = row.parts | wanted(state)
            try:
                details = client.activity(key) if DETAILS in parts else None
                streams = client.streams(key) if STREAMS in parts else None
            except Refused as problem:
                refused[key] = row.row_hash
                sentences.append(str(problem))
                continue
            pile.add(raw[key], details, streams, parts=parts)
        if len(pile):
            pile.land(refused=sentences)
    # Asked for again when the activity changes, and not every day.
    return replace(state, refused=state.refused | refused), sentences


def backlog(landing: Path, athlete_id: str, state: State) -> list[tuple[str, Known]]:
    """Activities that lack what was asked for, the newest first."""
    found = [
        (key, row)
        for key, row in read_known(landing, athlete_id).items()
        if not wanted(state) <= row.parts and state.refused.get(key) != row.row_hash
    ]
    return sorted(found, key=lambda one: (str(one[1].started_at), one[0]), reverse=True)


def wanted(state: State) -> frozenset[str]:
    """What was asked for beyond the list."""
    return frozenset(part for part in (DETAILS, STREAMS) if getattr(state, part))
