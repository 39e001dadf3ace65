"""Reads one athlete's activities: renews tokens, keeps the rate limits and retries."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from stride.errors import StrideError
from stride.strava import api
from stride.strava.limits import Limits
from stride.strava.tokens import App, Token, Tokens

_ATTEMPTS = 6
_LONGEST_PAUSE_S = 60.0
_RENEW_BEFORE_S = 300
STREAMS = "time,distance,altitude,velocity_smooth,heartrate,cadence,watts"
"""Streams that are requested. Positions are not, as they reveal where the athlete lives."""


class Refused(StrideError):
    """Strava refuses one resource."""

    def __init__(self, status: int, what: str):
        super().__init__(f"Strava does not give {what} ({status}).")
        self.status = status


class ApplicationRefused(StrideError):
    """Strava refuses the application, for all athletes."""


class Client:
    """Reads one athlete's activities.

    Parameters
    ----------
    athlete_id : str
    tokens : Tokens
    app : App
    limits : Limits
        Shared by all athletes.
    server : str
    timeouts_s : (float, float)
        For connecting, and between two parts of a response.
    """

    def __init__(
        self,
        athlete_id: str,
        tokens: Tokens,
        app: App,
        limits: Limits,
        server: str = api.SERVER,
        timeouts_s: tuple[float, float] = (10, 60),
    ):
        self.athlete_id, self.tokens, self.app, self.limits = athlete_id, tokens, app, limits
        self.token: Token
        self.server = server
        self.api = api.connect(limits.note, server, timeouts_s)
        token = tokens.read(athlete_id)
        if token is None:
            raise StrideError(
                f"{athlete_id} is not connected: run stride strava login --athlete {athlete_id}."
            )
        self._use(token)

    def strava_id(self) -> int:
        """Return Strava's id of the athlete that the token belongs to."""
        if self.token.strava_id is not None:
            return self.token.strava_id
        strava_id = int(self._get("athlete", "the athlete", _has_id)["id"])
        token = replace(self.token, strava_id=strava_id)
        self.tokens.write(self.athlete_id, token)
        self.token = token
        return strava_id

    def activities(self, after: int, page: int, per_page: int) -> list:
        """Return one page of the activities that started after a moment, the oldest first."""
        return self._get(
            "athlete/activities",
            "the list of activities",
            lambda answer: isinstance(answer, list),
            after=after,
            page=page,
            per_page=per_page,
        )

    def activity(self, activity_id: str) -> dict:
        """Return one activity with all its details."""
        return self._get(
            "activities/{id}",
            f"activity {activity_id}",
            lambda answer: _has_id(answer) and str(answer["id"]) == activity_id,
            id=activity_id,
        )

    def streams(self, activity_id: str) -> dict | None:
        """Return the samples of an activity, or None if it has none (entered by hand)."""
        try:
            return self._get(
                "activities/{id}/streams",
                f"the streams of activity {activity_id}",
                lambda answer: isinstance(answer, dict | list),
                id=activity_id,
                keys=STREAMS,
                key_by_type="true",
            )
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def revoke(self) -> None:
        """Revoke the athlete's authorisation."""
        self._ask(
            lambda: self.api.post(f"{api.SERVER}/oauth/deauthorize"),
            "to end the connection",
            lambda _: True,
        )

    # ------------------------------------------------------------------ one request

    def _get(self, path: str, what: str, is_sound: Callable[[object], bool], **parameters):
        return self._ask(lambda: self.api.get(path, **parameters), what, is_sound)

    def _ask(self, send: Callable, what: str, is_sound: Callable[[object], bool]):
        if self.token.expires_at - time.time() < _RENEW_BEFORE_S:
            self._renew()
        kind, answer = self._with_retries(send, what, is_sound)
        if kind == "unauthorized":
            # The token may have been withdrawn early. A second refusal is final.
            self._renew()
            kind, answer = self._with_retries(send, what, is_sound)
        if kind == "unauthorized":
            raise self._not_connected()
        return answer

    def _with_retries(self, send, what, is_sound) -> tuple[str, Any]:
        """Send until there is a usable answer or the attempts are used up."""
        for attempt in range(1, _ATTEMPTS + 1):
            kind, answer = self._within_limits(send)
            if kind == "answer" and is_sound(answer):
                return kind, answer
            if kind == "inactive":
                raise ApplicationRefused(
                    "Strava reports the API application as inactive: its owner needs a "
                    "subscription (strava.com/settings/api)."
                )
            if kind == "unauthorized":
                return kind, None
            if kind == "refused":
                raise Refused(answer, what)
            if attempt < _ATTEMPTS:
                pause = min(_LONGEST_PAUSE_S, 2.0**attempt) * random.uniform(0.5, 1)
                self.limits.sleep(pause)
        raise StrideError(
            f"Strava gave no usable answer in {_ATTEMPTS} attempts: try again later; what was "
            "downloaded is kept."
        )

    def _within_limits(self, send) -> tuple[str, Any]:
        while True:
            self.limits.hold()
            kind, answer = outcome(send)
            if kind != "too_many":
                self.limits.accepted()
                return kind, answer
            self.limits.refused(answer)

    # ------------------------------------------------------------------ tokens

    def _use(self, token: Token) -> None:
        self.token = token
        self.api.access_token = token.access

    def _renew(self) -> None:
        """Get a new token and store it before it is used, as the old one may no longer be valid."""
        old = self.token
        try:
            _, info = self._with_retries(
                lambda: self.api.refresh_access_token(
                    self.app.client_id, self.app.secret, old.refresh
                ),
                "a new token",
                lambda answer: all(answer.values()) and isinstance(answer["expires_at"], int),
            )
        except Refused:
            info = None
        if info is None:
            raise self._not_connected()
        new = replace(
            old,
            access=info["access_token"],
            refresh=info["refresh_token"],
            expires_at=info["expires_at"],
        )
        self.tokens.write(self.athlete_id, new)
        self._use(new)

    def _not_connected(self) -> StrideError:
        return StrideError(
            f"Strava no longer accepts the connection of {self.athlete_id}: run stride strava "
            f"login --athlete {self.athlete_id}."
        )


def _has_id(answer: object) -> bool:
    return isinstance(answer, dict) and isinstance(answer.get("id"), int | str)


def outcome(send: Callable) -> tuple[str, Any]:
    """Send a request and classify its outcome.

    Exceptions are not passed on as context, because they contain the request and thus the token.
    """
    import requests
    from stravalib import exc

    try:
        return "answer", send()
    except exc.ApplicationInactive:
        return "inactive", None
    except exc.AccessUnauthorized:
        return "unauthorized", None
    except exc.Fault as fault:
        if fault.response is None:
            return "broken", None
        status = fault.response.status_code
        if status == 429:
            return "too_many", fault.response.headers
        # Below 400 an error arrived as a normal response; from 500 on it may be temporary.
        return ("refused", status) if 400 <= status < 500 else ("broken", None)
    except (requests.RequestException, ValueError, LookupError, TypeError):
        return "broken", None  # no connection, a timeout, an incomplete response or no JSON
