"""What `stride update` does: bring in what is new, build the tables, and know when to do nothing.

Nothing here imports dbt, DuckDB or pandas before there is something to build.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from stride import paths, project
from stride.errors import StrideError
from stride.lock import take

_CODE = ("dbt_project.yml", "selectors.yml", "macros", "models", "seeds", "tests/generic")
"""What the tables are made by, beside this package."""


class Busy(StrideError):
    """Another update of the same home is at work."""


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold a home for one update.

    Parameters
    ----------
    home : Path
        Made if missing.

    Raises
    ------
    Busy
        If another update has it.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".update.lock").open("a+", encoding="utf-8") as lock:
        if not take(lock):
            lock.seek(0)
            raise Busy(
                f"Another update of {home} is at work{_since(lock.read())}: wait until it is over, "
                "then run this one again."
            )
        lock.truncate(0)
        lock.write(f"{os.getpid()} {datetime.now():%H:%M}")
        lock.flush()
        yield


def _since(text: str) -> str:
    pid, _, moment = text.partition(" ")
    return f" (process {pid}, since {moment})" if pid.isdigit() and moment else ""


# ---------------------------------------------------------------------------- nothing new


class State(NamedTuple):
    """What an update started from; an equal one has nothing to do."""

    code: str
    """Marks of the project and of this package."""
    landing: str
    database: str
    registry: str
    places: tuple[str, ...]
    """Settings of the environment that say where things are."""
    days: dict[str, str]
    """The day that the tables stand on, by the athletes' time zones."""


class Last(NamedTuple):
    """The last update that succeeded."""

    state: State
    at: datetime


def read_last(home: Path) -> Last | None:
    """Read what the last update left, or None if there was none."""
    try:
        kept = json.loads(_state_file(home).read_text(encoding="utf-8"))
        state = State(**kept["state"])
        return Last(state._replace(places=tuple(state.places)), datetime.fromisoformat(kept["at"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None  # none, or one of another release: build once more


def write_last(home: Path, state: State) -> None:
    """Keep what an update left."""
    part = _state_file(home).with_suffix(f".{os.getpid()}.part")
    kept = {"at": datetime.now().astimezone().isoformat(), "state": state._asdict()}
    part.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    part.replace(_state_file(home))


def forget_last(home: Path) -> None:
    """Forget the last update: what follows changes the tables."""
    _state_file(home).unlink(missing_ok=True)


def _state_file(home: Path) -> Path:
    return home / "update.json"


def state(home: Path, as_of: date | None, zones) -> State:
    """Describe a home as it is now.

    Parameters
    ----------
    home : Path
    as_of : date or None
        None: today, where each athlete lives.
    zones : iterable of str
        The athletes' time zones.

    Returns
    -------
    State
    """
    from zoneinfo import ZoneInfo

    now = datetime.now(UTC)
    days = {zone: str(as_of or now.astimezone(ZoneInfo(zone)).date()) for zone in zones}
    root = project.folder()
    names = ("STRIDE_TARGET", "STRIDE_LANDING", "MLFLOW_TRACKING_URI")
    return State(
        code=_marks([*(root / name for name in _CODE), Path(__file__).parent]),
        landing=_marks([paths.landing()]),
        database=_marks([home / "stride.duckdb"]),
        registry=_marks([home / "mlflow.db"]),
        places=(str(home.resolve()), *(os.environ.get(name, "") for name in names)),
        days=days,
    )


def _marks(places: list[Path]) -> str:
    from stride.sources import marks

    # What Python compiled beside the code is no change of it.
    found = [marks(place, lambda name: not name.endswith((".pyc", ".lock"))) for place in places]
    return hashlib.sha256(repr(found).encode()).hexdigest()


# ---------------------------------------------------------------------------- tables


class Progress:
    """Counts dbt's steps and tells how far it is.

    Parameters
    ----------
    tell : callable
        Called with steps done and steps in all.
    """

    def __init__(self, tell: Callable[[int, int], None]):
        self._tell = tell
        self._done, self._all = 0, 0

    def __call__(self, event) -> None:
        """Take an event of dbt."""
        if event.info.name == "LogStartLine":
            self._all = event.data.total
        elif event.info.name == "NodeFinished":
            self._done += 1
            self._tell(self._done, max(self._all, self._done))
        elif event.info.name == "CommandCompleted":
            self._done, self._all = 0, 0


def build(
    home: Path, last: State | None, now: State | None, dbt: project.Dbt
) -> Iterator[tuple[str, Callable]]:
    """Give the commands of dbt that a home needs now, one after the other.

    The next one depends on what the one before left, so run each before asking for the next.

    Parameters
    ----------
    home : Path
    last, now : State or None
        What the last update left, and the same as it is now; None before the first build.
    dbt : project.Dbt

    Yields
    ------
    str
        What the command makes.
    callable
        Runs it, and returns what dbt does.
    """
    # Unit tests are tests of the code, on rows of their own: they run where the code changes.
    lean = ("--exclude-resource-type", "unit_test")
    if last is None or now is None or now.code != last.code or not last.days:
        # Seeds and training too; the training of a first build is part of it.
        yield "Tables", lambda: dbt.run("build", *lean)
        return
    lean += ("--exclude-resource-type", "seed")
    yield "Tables", lambda: dbt.run("build", "--selector", "daily", *lean)
    if should_train(home):
        # Training and everything that is made of it; the day's tables are there already.
        yield "Model", lambda: dbt.run("build", "--select", "path:models/training+", *lean)
    elif now.registry != last.registry:
        # Somebody promoted a version or rolled one back.
        names = ("py_read_decisions+", "py_read_served+")
        yield "Model", lambda: dbt.run("build", "--select", *names, *lean)


def should_train(home: Path) -> bool:
    """Whether training is due after a build without it, as `training.int_training_due` says."""
    rows = _ask(
        home,
        """
        select decision.should_train or decision.standing_version is null
            or coalesce(erasures.erased_at > decision.last_trained_at, false)
        from monitoring.retraining_decision as decision
        cross join (select max(ingested_at) as erased_at from bronze.landed_erasures) as erasures
        where exists (from training.training_set where unused_reason is null)
        """,
    )
    return any(due for (due,) in rows or [])


def days_of(home: Path) -> dict[str, str]:
    """The day that the tables stand on, by the athletes' time zones; empty if nothing is built."""
    rows = _ask(home, "select distinct time_zone, cast(as_of_date as varchar) from silver.athletes")
    return dict(rows or [])


def _ask(home: Path, sql: str) -> list[tuple] | None:
    """Rows of a query; None where a table is not there yet."""
    import duckdb

    if not (home / "stride.duckdb").exists():
        return None
    # As dbt's own connection of this process is: DuckDB allows no second way of opening.
    with duckdb.connect(str(home / "stride.duckdb")) as connection:
        try:
            return connection.execute(sql).fetchall()
        except duckdb.CatalogException:
            return None


def failures(done) -> list[str]:
    """Say what failed in a command of dbt, a sentence each; empty if nothing did.

    Parameters
    ----------
    done : dbt.cli.main.dbtRunnerResult

    Returns
    -------
    list of str
    """
    if done.success:
        return []
    if done.result is None:
        return [project.one_line(done.exception)]
    found = []
    for result in done.result:
        if result.status in ("error", "fail", "runtime error"):
            found.append(f"{result.node.name}: {project.one_line(result.message)}")
    return found or ["dbt stopped without a reason."]
