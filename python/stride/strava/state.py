"""Progress of each athlete's sync, in small files without secrets."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from stride.errors import StrideError
from stride.strava.atomic_write import write_private


@dataclass(frozen=True)
class State:
    """Progress of one athlete's sync."""

    strava_id: int | None = None
    """Strava's id of the athlete."""
    synced_to: datetime | None = None
    """Start of the last listing that landed completely."""
    compared_at: datetime | None = None
    """Start of the last full listing, which finds deleted activities."""
    details: bool = False
    streams: bool = False
    """Parts requested by the last sync; the next one requests the same."""
    refused: dict[str, str] = field(default_factory=dict)
    """Activities whose details Strava refused, with the hash of the row at that time."""


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
        """Return the connected athletes in alphabetical order."""
        return sorted(file.stem for file in self.folder.glob("*.json"))

    def read(self, athlete_id: str) -> State:
        """Read the athlete's state; a new athlete has an empty one."""
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
        """Write a state; it is on the disk on return."""
        write_private(self._file(athlete_id), json.dumps(asdict(state), default=str, indent=1))

    def delete(self, athlete_id: str) -> None:
        """Delete the state of an athlete."""
        self._file(athlete_id).unlink(missing_ok=True)

    def owner(self, strava_id: int) -> str | None:
        """Return the athlete that a Strava account is connected as."""
        return next((a for a in self.athletes() if self.read(a).strava_id == strava_id), None)

    def _file(self, athlete_id: str) -> Path:
        return self.folder / f"{athlete_id}.json"


def _time(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None
