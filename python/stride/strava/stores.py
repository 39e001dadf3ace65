"""Where secrets are kept: the system's keyring where there is one, else files of mode 0600."""

from pathlib import Path
from typing import Protocol

from stride.errors import StrideError
from stride.strava.durable import write_private

_SERVICE = "stride-strava"


class Store(Protocol):
    """Keeps texts by name."""

    label: str
    """For people: where the secrets are."""

    def read(self, name: str) -> str | None:
        """The text; None if there is none."""

    def write(self, name: str, text: str) -> None:
        """Keep a text; it is safe when this returns."""

    def delete(self, name: str) -> None:
        """Forget a text, if it is there."""


class Files:
    """One file of mode 0600 a name.

    Parameters
    ----------
    folder : Path
        Made with mode 0700 when something is kept.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.label = f"a file that only you may read, in {folder}"

    def read(self, name: str) -> str | None:
        file = self.folder / f"{name}.json"
        return file.read_text(encoding="utf-8") if file.exists() else None

    def write(self, name: str, text: str) -> None:
        write_private(self.folder / f"{name}.json", text)

    def delete(self, name: str) -> None:
        (self.folder / f"{name}.json").unlink(missing_ok=True)


class Keyring:
    """The system's keyring, through the package ``keyring``.

    Parameters
    ----------
    keyring : module
    folder : Path
        Part of every name, so that two homes on one machine don't share secrets.
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
        except Exception as raised:  # every backend has errors of its own
            problem = type(raised).__name__
        raise StrideError(f"The keyring of this system can't be used ({problem}): unlock it.")


def stores(folder: Path) -> list[Store]:
    """Stores that can be used here, the best first.

    Parameters
    ----------
    folder : Path
        For files.

    Returns
    -------
    list of Store
    """
    files = Files(folder)
    try:
        import keyring
    except ImportError:
        return [files]
    # Below 1 it is no real keyring: `fail` and `null` are such, on a machine without a desktop.
    return [Keyring(keyring, folder), files] if keyring.get_keyring().priority >= 1 else [files]
