"""Stores for secrets: the system's keyring if there is one, otherwise files of mode 0600."""

from pathlib import Path
from typing import Protocol

from stride.errors import StrideError
from stride.strava.atomic_write import write_private

_SERVICE = "stride-strava"


class Store(Protocol):
    """Stores texts by name."""

    label: str
    """Location of the secrets, for messages."""

    def read(self, name: str) -> str | None:
        """Return the text, or None if there is none."""

    def write(self, name: str, text: str) -> None:
        """Write a text; it is on the disk on return."""

    def delete(self, name: str) -> None:
        """Delete a text if it exists."""


class FileStore:
    """Stores each text in a file of mode 0600.

    Parameters
    ----------
    folder : Path
        Created with mode 0700 on the first write.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.label = f"a file that only you can read, in {folder}"

    def read(self, name: str) -> str | None:
        file = self.folder / f"{name}.json"
        return file.read_text(encoding="utf-8") if file.exists() else None

    def write(self, name: str, text: str) -> None:
        write_private(self.folder / f"{name}.json", text)

    def delete(self, name: str) -> None:
        (self.folder / f"{name}.json").unlink(missing_ok=True)


class KeyringStore:
    """The system's keyring, through the package ``keyring``.

    Parameters
    ----------
    keyring : module
    folder : Path
        Part of every name, so that two homes on one computer don't share secrets.
    """

    label = "the keyring of this system"

    def __init__(self, keyring, folder: Path):
        self.keyring = keyring
        self.folder = folder.resolve()

    def read(self, name: str) -> str | None:
        return self._call("get_password", name)

    def write(self, name: str, text: str) -> None:
        self._call("set_password", name, text)

    def delete(self, name: str) -> None:
        if self.read(name) is not None:
            self._call("delete_password", name)

    def _call(self, function: str, name: str, *text: str):
        problem = None
        try:
            return getattr(self.keyring, function)(_SERVICE, f"{self.folder}:{name}", *text)
        except Exception as raised:  # each backend raises its own exceptions
            problem = type(raised).__name__
        raise StrideError(f"The keyring of this system can't be used ({problem}): unlock it.")


def stores(folder: Path) -> list[Store]:
    """Return the available stores, the preferred one first.

    Parameters
    ----------
    folder : Path
        For files.

    Returns
    -------
    list of Store
    """
    files = FileStore(folder)
    try:
        import keyring
    except ImportError:
        return [files]
    # Backends below 1 (`fail`, `null`) store nothing; computers without a desktop have these.
    return (
        [KeyringStore(keyring, folder), files] if keyring.get_keyring().priority >= 1 else [files]
    )
