"""Tokens and the application's secret, from the environment or a store."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from stride.errors import StrideError
from stride.strava.stores import Store, stores

VARIABLE = "STRAVA_REFRESH_TOKENS"
"""Environment variable: a JSON object, athlete to refresh token."""

_APP = "application"
_APP_VARIABLES = ("STRAVA_CLIENT_ID", "STRAVA_CLIENT_SECRET")


@dataclass(frozen=True)
class App:
    """The API application (strava.com/settings/api) that sends the requests."""

    client_id: int
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Token:
    """Access to one athlete's activities. Its repr does not contain the secrets."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: int
    """Seconds since 1970."""
    strava_id: int | None = None
    """Strava's id of the athlete; None until Strava has returned it."""
    seed: str | None = field(default=None, repr=False)
    """SHA-256 of the environment's token that this one was renewed from."""


class Tokens:
    """The tokens of all athletes.

    Strava may replace the refresh token at each renewal. So a token from the environment is stored
    after its first renewal, and used until the environment contains a different one.

    Parameters
    ----------
    folder : Path
        For token files, if there is no keyring.
    environment : mapping of str to str, optional
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] = os.environ):
        self.stores: list[Store] = stores(folder)
        self.environment = environment

    def read(self, athlete_id: str) -> Token | None:
        """Return the athlete's token, or None if there is none.

        Raises
        ------
        StrideError
            If the environment or the store has invalid content.
        """
        stored = self._stored(athlete_id)
        given = self.given().get(athlete_id)
        if given is None:
            return None if stored and stored.seed else stored
        seed = hashlib.sha256(given.encode()).hexdigest()
        if stored and stored.seed == seed:
            return stored
        return Token("", given, 0, None, seed)

    def write(self, athlete_id: str, token: Token) -> None:
        """Write a token; it is on the disk on return."""
        best, *others = self.stores
        best.write(_name(athlete_id), json.dumps(asdict(token)))
        for store in others:
            store.delete(_name(athlete_id))

    def delete(self, athlete_id: str) -> None:
        """Delete a token."""
        for store in self.stores:
            store.delete(_name(athlete_id))

    def where(self, athlete_id: str) -> str | None:
        """Return the location of the token for messages, or None if there is none."""
        if athlete_id in self.given():
            return f"the environment ({VARIABLE})"
        if self.read(athlete_id) is None:
            return None
        return next(s.label for s in self.stores if s.read(_name(athlete_id)) is not None)

    def given(self) -> dict[str, str]:
        """Return the refresh tokens of the environment by athlete."""
        text = self.environment.get(VARIABLE, "").strip()
        if not text:
            return {}
        try:
            given = json.loads(text)
        except ValueError:
            given = None
        if not isinstance(given, dict) or not all(isinstance(v, str) and v for v in given.values()):
            raise StrideError(
                f'{VARIABLE} can\'t be used: write it as {{"ana": "refresh token", ...}}.'
            )
        return given

    def app(self) -> App | None:
        """Return the application, or None if it is not configured."""
        client_id, secret = (self.environment.get(name, "").strip() for name in _APP_VARIABLES)
        if not client_id and not secret:
            for store in self.stores:
                if text := store.read(_APP):
                    return App(**_object(text, {"client_id", "secret"}))
            return None
        if not client_id.isascii() or not client_id.isdigit() or not secret:
            raise StrideError(
                f"{_APP_VARIABLES[0]} and {_APP_VARIABLES[1]} belong together, and the first is a "
                "number: see strava.com/settings/api."
            )
        return App(int(client_id), secret)

    def write_app(self, app: App) -> None:
        """Write the application."""
        self.stores[0].write(_APP, json.dumps(asdict(app)))

    def _stored(self, athlete_id: str) -> Token | None:
        for store in self.stores:
            if text := store.read(_name(athlete_id)):
                return Token(**_object(text, {"access", "refresh", "expires_at"}))
        return None


def _name(athlete_id: str) -> str:
    return f"athlete-{athlete_id}"


def _object(text: str, needed: set[str]) -> dict:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not needed <= set(found):
        raise StrideError("A stored token can't be read: run stride strava login again.")
    return found
