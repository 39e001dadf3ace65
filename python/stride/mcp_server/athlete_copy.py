"""The public tables of one athlete, copied to memory: all that an assistant can query."""

import threading
from pathlib import Path

import duckdb

from stride.database import athletes_of, reading
from stride.errors import StrideError

MOST_ROWS = 500
MOST_SECONDS = 10.0
_MOST_CHARACTERS = 60_000
_SCHEMAS = ("silver", "features", "labels", "point_in_time", "inference", "monitoring", "gold")
_LEFT_OUT = ("athletes", "athlete_settings", "outbox", "quarantine")
"""Settings hold the mail address; rows in quarantine hold raw text."""


class AthleteCopy:
    """Tables of one athlete in a database of its own, renewed when a build wrote a new one.

    The copy has no other athlete's rows, no access to files or the network, and accepts single
    ``select`` statements with a limit of rows and time.

    Parameters
    ----------
    database : Path
        The DuckDB file of the build.
    athlete_id : str or None
        None: the only athlete there is.

    Raises
    ------
    StrideError
        If there is no build, no such athlete, or more than one to choose from.
    """

    def __init__(self, database: Path, athlete_id: str | None):
        self.database = database
        with reading(database) as connection:
            known = athletes_of(connection, athlete_id)
        if len(known) != 1:
            raise StrideError(
                f"The build has {len(known)} athletes: choose one with --athlete ID."
                if known
                else "There is no athlete yet: import an export and build first."
            )
        (self.athlete_id,) = known
        self._copied_at = None
        self._connection = None

    def tables(self) -> list[dict]:
        """List the tables with their columns.

        Returns
        -------
        list of dict
            ``table`` and ``columns``, each ``name type``.
        """
        rows = self._current().execute(
            """select table_schema || '.' || table_name,
                list(column_name || ' ' || lower(data_type) order by ordinal_position)
            from information_schema.columns group by all order by all"""
        )
        return [{"table": name, "columns": columns} for name, columns in rows.fetchall()]

    def query(self, sql: str, parameters: list | None = None) -> dict:
        """Run one ``select``.

        Parameters
        ----------
        sql : str
        parameters : list, optional
            Values of its question marks.

        Returns
        -------
        dict
            ``columns``, ``rows`` (values as JSON has them) and ``is_cut``: whether there were more
            rows than `MOST_ROWS`.

        Raises
        ------
        StrideError
            If it is no single ``select``, it fails, or it takes longer than `MOST_SECONDS`.
        """
        connection = self._current().cursor()  # tools may run in several threads
        try:
            statements = connection.extract_statements(sql)
        except duckdb.Error as problem:
            raise StrideError(_first_line(problem)) from None
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise StrideError("Only one select statement at a time is accepted.")
        timer = threading.Timer(MOST_SECONDS, connection.interrupt)
        timer.start()
        try:
            result = connection.execute(sql, parameters or [])
            columns = [column[0] for column in result.description]
            rows = result.fetchmany(MOST_ROWS + 1)
        except duckdb.InterruptException:
            raise StrideError(f"The query took longer than {MOST_SECONDS:g} seconds.") from None
        except duckdb.Error as problem:
            raise StrideError(_first_line(problem)) from None
        finally:
            timer.cancel()
        found = [[_plain(value) for value in row] for row in rows[:MOST_ROWS]]
        size, kept = 0, []
        for row in found:
            size += sum(len(str(value)) for value in row)
            if size > _MOST_CHARACTERS:
                break
            kept.append(row)
        return {"columns": columns, "rows": kept, "is_cut": len(kept) < len(rows)}

    def records(self, sql: str, parameters: list | None = None) -> list[dict]:
        """Run one ``select`` and return each row by column name."""
        found = self.query(sql, parameters)
        return [dict(zip(found["columns"], row, strict=True)) for row in found["rows"]]

    def _current(self) -> duckdb.DuckDBPyConnection:
        """The copy of the newest build; the last one while a build is running."""
        written_at = self.database.stat().st_mtime_ns if self.database.is_file() else None
        if self._connection is None or written_at not in (None, self._copied_at):
            try:
                self._connection = self._copy()
                self._copied_at = written_at
            except StrideError:
                if self._connection is None:
                    raise
        return self._connection

    def _copy(self) -> duckdb.DuckDBPyConnection:
        with reading(self.database) as source:
            names = source.execute(
                """select table_schema, table_name from information_schema.columns
                where column_name = 'athlete_id' and list_contains(?, table_schema)
                    and not list_contains(?, table_name)
                    and not starts_with(table_name, 'stg_')
                    and not starts_with(table_name, 'int_')
                    and not starts_with(table_name, 'py_')
                order by all""",
                [list(_SCHEMAS), list(_LEFT_OUT)],
            ).fetchall()
            tables = {
                (schema, table): source.sql(
                    f'select * from "{schema}"."{table}" where athlete_id = ?',
                    params=[self.athlete_id],
                ).to_arrow_table()
                for schema, table in names
            }
        copy = duckdb.connect(":memory:", config={"python_enable_replacements": "false"})
        copy.execute("set TimeZone = 'UTC'")
        for (schema, table), rows in tables.items():
            copy.execute(f'create schema if not exists "{schema}"')
            copy.register("rows_to_copy", rows)
            copy.execute(f'create table "{schema}"."{table}" as select * from rows_to_copy')
            copy.unregister("rows_to_copy")
        copy.execute("set memory_limit = '1GB'")
        copy.execute("set enable_external_access = false")
        copy.execute("set lock_configuration = true")
        return copy


def _plain(value):
    """A value as JSON has it: dates and decimals as text, numbers without noise."""
    if isinstance(value, float):
        return None if value != value else round(value, 6)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    return str(value)


def _first_line(problem: duckdb.Error) -> str:
    return str(problem).strip().splitlines()[0][:300]
