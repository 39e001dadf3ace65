"""Reads the registry's SQLite file without MLflow, which takes seconds to import.

Scoring and monitoring only ask which versions there are, and read files beside them. Everything
that writes goes through MLflow (`stride.racetime.registry`).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

REVISION = "dc11669786a5"
"""Of the tables that are read here; MLflow is asked about a file of any other."""

ARTIFACTS = "mlflow-artifacts"
"""Folder of a home with the files of runs and versions."""


class RegistryFile:
    """The registry of a home, to read.

    Parameters
    ----------
    home : Path
    """

    def __init__(self, home: Path):
        self._home = home.resolve()
        self._file = self._home / "mlflow.db"

    def is_readable(self) -> bool:
        """Whether the file is there and its tables are those that are read here.

        Raises
        ------
        sqlite3.Error
            If it is damaged or held by somebody.
        """
        if not self._file.exists():
            return False
        try:
            return self._ask("select version_num from alembic_version") == [(REVISION,)]
        except sqlite3.OperationalError as problem:
            if "no such table" in str(problem):
                return False
            raise

    def by_alias(self, model_name: str, alias: str) -> tuple[str, str] | None:
        """Number and run of the version that an alias points at, or None."""
        found = self._ask(
            """select cast(versions.version as text), versions.run_id
            from registered_model_aliases as aliases
            join model_versions as versions using (name, version)
            where aliases.name = ? and aliases.alias = ?""",
            [model_name, alias],
        )
        return found[0] if found else None

    def numbers(self, model_name: str) -> list[str]:
        """Numbers of all versions, in order."""
        found = self._ask(
            "select cast(version as text) from model_versions where name = ? order by version",
            [model_name],
        )
        return [number for (number,) in found]

    def tags(self, model_name: str, number: str) -> dict[str, str]:
        """What is written on a version, with the prefixes that it was written with."""
        return dict(
            self._ask(
                "select key, value from model_version_tags where name = ? and version = ?",
                [model_name, int(number)],
            )
        )

    def version_files(self, model_name: str, number: str) -> Path | None:
        """Folder with a version's files, or None if there is no such version."""
        found = self._ask(
            """select coalesce(models.artifact_location, versions.storage_location, versions.source)
            from model_versions as versions
            left join logged_models as models on versions.source = 'models:/' || models.model_id
            where versions.name = ? and versions.version = ?""",
            [model_name, int(number)],
        )
        return self._here(found[0][0]) if found else None

    def run_file(self, run_id: str, name: str) -> Path | None:
        """A file that a run kept, or None if it kept none of that name."""
        found = self._ask("select artifact_uri from runs where run_uuid = ?", [run_id])
        file = self._here(found[0][0]) / name if found else None
        return file if file is not None and file.exists() else None

    def moved_from(self) -> str | None:
        """An address of files that are in this home now, if the home was moved."""
        for table, column in _ADDRESSES:
            for (address,) in self._ask(f"select distinct {column} from {table}"):
                if _moved(address, self._home / ARTIFACTS):
                    return address
        return None

    def _here(self, uri: str) -> Path:
        """Where a file is now: MLflow keeps absolute addresses, and a home can be moved."""
        path = url2pathname(urlsplit(uri).path) if uri.startswith("file:") else unquote(uri)
        parts = Path(path).parts
        if ARTIFACTS in parts:
            at = len(parts) - parts[::-1].index(ARTIFACTS)
            return self._home.joinpath(ARTIFACTS, *parts[at:])
        return Path(path)

    def _ask(self, sql: str, values=()) -> list[tuple]:
        with self._open() as connection:
            return connection.execute(sql, values).fetchall()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        # Read-only: neither a journal nor a lock is left behind.
        address = f"{self._file.as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=30)) as connection:
            yield connection


def mend(home: Path) -> int:
    """Give the registry of a home that was moved today's addresses; return how many changed.

    MLflow keeps absolute addresses of its files. Only those are changed that end below a folder
    ``mlflow-artifacts`` which is in this home.
    """
    file, folder = home / "mlflow.db", home.resolve() / ARTIFACTS
    if not file.exists() or not folder.is_dir():
        return 0
    changed = 0
    with closing(sqlite3.connect(file, timeout=30)) as connection, connection:
        for table, column in _ADDRESSES:
            rows = connection.execute(f"select distinct {column} from {table}").fetchall()
            for (old,) in rows:
                new = _moved(old, folder)
                if new:
                    changed += connection.execute(
                        f"update {table} set {column} = ? where {column} = ?", [new, old]
                    ).rowcount
    return changed


_ADDRESSES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "storage_location"),
)


def _moved(address: str | None, folder: Path) -> str | None:
    """The address below today's folder, or None where it is there already."""
    name = f"/{folder.name}"
    if not address or name not in address:
        return None
    rest = address[address.rindex(name) + len(name) :]
    new = folder.as_uri() + rest
    is_other = new != address and (not rest or rest[0] == "/")
    return new if is_other and (folder / rest.lstrip("/")).exists() else None
