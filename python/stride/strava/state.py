"""How far each athlete's sync has come: small files without secrets."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from stride.errors import StrideError
from stride.strava.durable import write_private


@dataclass(frozen=True)
class State:
    """What a sync remembers of one athlete."""

    strava_id: int | None = None
    """Strava's number of the athlete."""
    synced_to: datetime | None = None
    """Start of the last listing that landed whole: what was edited later has not been seen."""
    compared_at: datetime | None = None
    """Start of the last listing of everything, by which what is gone was found."""
    details: bool = False
    streams: bool = False
    """What was asked for last; the next sync asks for the same."""
    refused: dict[str, str] = field(default_factory=dict)
    """Activities whose details Strava does not give, with the row they were asked for."""


class States:
    """The connected athletes.

    Parameters
    ----------
    folder : Path
        One file an athlete.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def athletes(self) -> list[str]:
        """Everybody who is connected, in alphabetical order."""
        return sorted(file.stem for file in self.folder.glob("*.json"))

    def read(self, athlete_id: str) -> State:
        """The athlete's state; an empty one for a new athlete."""
        file = self._file(athlete_id)
        if not file.exists():
            return State()
        try:
            found = State(**json.loads(file.read_text(encoding="utf-8")))
            return replace(
                found, synced_to=_time(found.synced_to), compared_at=_time(found.compared_at)
            )
        except (ValueError, TypeError):
            raise StrideError(
                f"{file} can't be read: delete it, and the next sync compares everything."
            ) from None

    def write(self, athlete_id: str, state: State) -> None:
        """Keep a state; it is safe when this returns."""
        write_private(self._file(athlete_id), json.dumps(asdict(state), default=str, indent=1))

    def delete(self, athlete_id: str) -> None:
        """Forget an athlete."""
        self._file(athlete_id).unlink(missing_ok=True)

    def owner(self, strava_id: int) -> str | None:
        """Which athlete a Strava account is connected as."""
        return next((a for a in self.athletes() if self.read(a).strava_id == strava_id), None)

    def _file(self, athlete_id: str) -> Path:
        return self.folder / f"{athlete_id}.json"


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
