"""Rewrites the DuckDB file without one athlete; the old file is replaced at the end."""

import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd

from stride.erase.traces import Traces, is_distinctive, texts_of
from stride.errors import StrideError
from stride.ingest.landing import put_on_disk

_NESTED = re.compile(r"VARCHAR|JSON|STRUCT|MAP|UNION|\[")
_WHOLE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$")


class Facts(NamedTuple):
    """Data of an athlete in the tables that other files may contain without the id."""

    athletes: frozenset[str]
    """All athletes in the tables."""
    own_words: str
    """Texts of the seeds in lower case, which are never personal."""
    texts: frozenset[str]
    """Texts of rows in bronze, and earlier races as text."""
    message_ids: frozenset[str]
    races: frozenset[tuple[float, float]]
    """Distance (m) and time (s) of the races."""


def read_facts(database: Path, athlete_id: str) -> Facts:
    """Read the data to search other files for.

    Parameters
    ----------
    database : Path
        May be missing.
    athlete_id : str

    Returns
    -------
    Facts
    """
    athletes, own, texts, messages, races = set(), set(), set(), set(), set()
    if database.exists():
        with _open(database) as connection:
            for schema, table in _tables(connection):
                columns = dict(_columns(connection, schema, table))
                source = f"{_name(schema)}.{_name(table)}"
                if schema == "reference":
                    for name in (name for name, kind in columns.items() if kind == "VARCHAR"):
                        own |= _first(connection, f"select distinct {_name(name)} from {source}")
                if "athlete_id" not in columns:
                    continue
                athletes |= _first(connection, f"select distinct athlete_id from {source}")
                mine = f"from {source} where athlete_id = {_text(athlete_id)}"
                if "message_id" in columns:
                    messages |= _first(connection, f"select message_id {mine}")
                if "earlier_races" in columns:
                    texts |= _first(connection, f"select distinct earlier_races {mine}")
                if {"distance_m", "race_time_s"} <= columns.keys():
                    rows = f"select distinct distance_m, race_time_s {mine}"
                    races |= set(connection.execute(rows).fetchall())
                if schema == "bronze":
                    texts |= texts_of(connection.sql(f"select * {mine}").to_arrow_table())
    own_words = "\n".join(sorted(text.casefold() for text in own - {None}))
    return Facts(
        frozenset(athletes - {None}),
        own_words,
        frozenset(texts - {None}),
        frozenset(messages - {None}),
        frozenset(races - {None}),
    )


def erase_tables(database: Path, traces: Traces) -> int:
    """Copy the tables without the athlete's rows to a new file that replaces the old one.

    A row belongs to the athlete by its ``athlete_id``. A row without one belongs to the athlete if
    a column contains the id, or a text or activity id that no other athlete has. Texts that also
    name other athletes are kept without the athlete's id.

    Parameters
    ----------
    database : Path
        May be missing.
    traces : Traces

    Returns
    -------
    int
        Number of rows removed.

    Raises
    ------
    StrideError
        If another process uses the file.
    """
    _remove_leftovers(database)
    if not database.exists():
        return 0
    fresh = database.with_suffix(f".{os.getpid()}.part")
    try:
        with _open(database) as connection:
            connection.execute("checkpoint")
            erased = _Copy(connection, fresh, traces).run()
        put_on_disk(fresh)
        fresh.replace(database)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    put_on_disk(database.parent)
    return erased


def _remove_leftovers(database: Path) -> None:
    """Remove incomplete copies and temporary files of killed processes."""
    for part in database.parent.glob(f"{database.stem}.*.part*"):
        part.unlink(missing_ok=True)
    shutil.rmtree(database.with_name(f"{database.name}.tmp"), ignore_errors=True)


class _Copy:
    """Copies all tables."""

    def __init__(self, connection, fresh: Path, traces: Traces):
        self.connection, self.traces = connection, traces
        ((self.source,),) = connection.execute("select current_database()").fetchall()
        connection.execute(f"attach {_text(str(fresh))} as fresh")
        connection.execute(f"copy from database {_name(self.source)} to fresh (schema)")
        texts, long = list(traces.texts), set(traces.distinctive)
        is_long = [text in long for text in texts]
        self._register("athlete_texts", {"text": texts, "is_long": is_long})
        self._register("import_texts", {"text": list(traces.all_texts)})
        self._register("athletes", {"text": [traces.athlete_id, *traces.others]})

    def run(self) -> int:
        """Copy every table and return the number of rows removed."""
        erased = sum(self._copy(*table) for table in _tables(self.connection))
        self.connection.execute("detach fresh")
        return erased

    def _register(self, name: str, columns: dict) -> None:
        frame = pd.DataFrame(columns).astype({"text": object})
        self.connection.register("frame", frame)
        typed = "cast(text as varchar) as text" + ", is_long" * ("is_long" in columns)
        self.connection.execute(f"create temp table {name} as select {typed} from frame")

    def _copy(self, schema: str, table: str) -> int:
        columns = _columns(self.connection, schema, table)
        source = f"{_name(self.source)}.{_name(schema)}.{_name(table)}"
        has_owner = "athlete_id" in {name for name, _ in columns}
        ownerless = "source.athlete_id is null" if has_owner else "true"
        changes: dict[str, list[dict]] = {}
        if schema != "reference":
            for name, kind in columns:
                if _NESTED.search(kind) or _WHOLE.match(kind):
                    found = self._changes(source, name, ownerless)
                    changes |= {name: found} if found else {}
        select, joins, is_found = self._statement(columns, changes, ownerless)
        if has_owner:
            is_found = f"(source.athlete_id = {_text(self.traces.athlete_id)} or {is_found})"
        self.connection.execute(
            f"insert into fresh.{_name(schema)}.{_name(table)} select {select} "
            f"from {source} as source {joins} where not coalesce({is_found}, false)"
        )
        count = "select (select count(*) from {}) - (select count(*) from fresh.{}.{})"
        return self.connection.execute(
            count.format(source, _name(schema), _name(table))
        ).fetchall()[0][0]

    def _statement(self, columns, changes: dict, ownerless: str) -> tuple[str, str, str]:
        """Return columns, joins and the condition of rows to remove."""
        select, joins, found = [], [], []
        for at, (name, kind) in enumerate(columns):
            select.append(f"source.{_name(name)}")
            if name not in changes:
                continue
            table = f"change_{at}"
            self.connection.register("frame", pd.DataFrame(changes[name], dtype=object))
            self.connection.execute(
                f"create or replace temp table {table} as select cast(old as varchar) as old, "
                "cast(new as varchar) as new, cast(is_found as boolean) as is_found from frame"
            )
            is_old = f"{ownerless} and cast(source.{_name(name)} as varchar) = {table}.old"
            joins.append(f"left join {table} on {is_old}")
            found.append(f"coalesce({table}.is_found, false)")
            if _NESTED.search(kind):
                changed = f"cast({table}.new as {kind})"
                select[-1] = f"case when {table}.old is null then {select[-1]} else {changed} end"
        if not found:
            return ", ".join(select), "", "false"
        condition = f"({' or '.join(found)})"
        if self.traces.others:
            condition += f" and not ({self._names_another(columns)})"
        return ", ".join(select), " ".join(joins), f"({condition})"

    def _names_another(self, columns) -> str:
        """Return a condition for rows that contain another athlete's id."""
        names = "|".join(map(re.escape, sorted(self.traces.others)))
        pattern = _text(rf'(^|[^A-Za-z0-9_-])({names})(:\S|")|^({names})$')
        texts = [name for name, kind in columns if _NESTED.search(kind)]
        cells = [f"cast(source.{_name(name)} as varchar)" for name in texts]
        named = [f"coalesce(regexp_matches({cell}, {pattern}), false)" for cell in cells]
        return " or ".join(named) or "false"

    def _changes(self, source: str, column: str, ownerless: str) -> list[dict]:
        """Return the distinct cells of a column that identify the athlete, and their new values."""
        cell = f"cast(source.{_name(column)} as varchar)"
        rows = f"select distinct {cell} as cell from {source} as source where {ownerless}"
        found = _first(
            self.connection,
            f"""with cells as ({rows}) select cell from cells
            where contains(cell, {_text(self.traces.athlete_id)})
                or cell in (select text from athlete_texts)
                or regexp_matches(cell, '[\\s"\\[{{]') and exists (
                    select 1 from athlete_texts where is_long and contains(cell, text))""",
        ) - {None}
        if not found:
            return []
        # A word that Stride also uses counts as an id or text only in columns of ids or texts.
        holds_ids, holds_texts = (
            self.connection.execute(
                f"select count(*) = 0 from ({rows}) where cell not in (select text from {known})"
            ).fetchall()[0][0]
            for known in ("athletes", "import_texts")
        )
        judged = [self._judge(cell, holds_ids, holds_texts) for cell in sorted(found)]
        return [change for change in judged if change["is_found"] or change["new"] != change["old"]]

    def _judge(self, cell: str, holds_ids: bool, holds_texts: bool) -> dict:
        traces = self.traces
        is_text = cell in traces.texts and (holds_texts or is_distinctive(cell))
        is_id = cell == traces.athlete_id and (holds_ids or traces.is_word)
        # A text of another athlete stays, even if it equals the id of this one.
        if cell in traces.others_texts and not (is_id and holds_ids):
            return {"old": cell, "new": cell, "is_found": False}
        is_inside = cell[:1] in ("{", "[") and any(text in cell for text in traces.distinctive)
        is_found = is_id or is_inside or traces.composite.search(cell) is not None
        is_found = is_text or (is_found and not traces.names_another(cell))
        return {"old": cell, "new": traces.without(cell), "is_found": is_found}


def _open(database: Path):
    try:
        connection = duckdb.connect(str(database))
    except duckdb.IOException as problem:
        if "lock" in str(problem).lower():
            raise StrideError(
                f"{database} is in use: wait for the build, close programs that read it, and try "
                "again."
            ) from None
        raise
    return connection


def _tables(connection) -> list[tuple[str, str]]:
    return connection.execute(
        """select schema_name, table_name from duckdb_tables()
        where database_name = current_database() and not internal and not temporary order by all"""
    ).fetchall()


def _columns(connection, schema: str, table: str) -> list[tuple[str, str]]:
    return connection.execute(
        """select column_name, data_type from duckdb_columns()
        where database_name = current_database() and schema_name = ? and table_name = ?
        order by column_index""",
        [schema, table],
    ).fetchall()


def _first(connection, query: str) -> set:
    return {value for (value,) in connection.execute(query).fetchall()}


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
