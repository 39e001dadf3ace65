"""Moves data between the engine (DuckDB or Spark) and pandas.

No other module depends on the engine. `read` converts a relation to pandas, `write` converts a
frame back, and `apply` does both, in batches on Spark. Types are declared, so both engines give the
same pandas dtypes and column types.
"""

from collections.abc import Callable, Iterator

import narwhals as nw
import pandas as pd
import pyarrow as pa

Columns = dict[str, str]
"""Column name to type word: string, int, bigint, double, boolean, date, timestamp."""


def read(relation) -> pd.DataFrame:
    """Collect what ``dbt.ref`` or ``dbt.source`` returned.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation or pyspark.sql.DataFrame

    Returns
    -------
    DataFrame
        Dates and timestamps are naive ``datetime64`` in UTC, decimals are float64.
    """
    frame = nw.from_native(relation)
    table = (
        frame.collect(backend="pyarrow") if isinstance(frame, nw.LazyFrame) else frame
    ).to_arrow()
    return _to_pandas(table)


def write(session, frame: pd.DataFrame, columns: Columns):
    """Convert a frame to a relation with exactly ``columns``, typed and in order.

    Parameters
    ----------
    session : duckdb.DuckDBPyConnection or pyspark.sql.SparkSession
    frame : DataFrame
        May be empty and may have more columns.
    columns : Columns

    Returns
    -------
    duckdb.DuckDBPyRelation or pyspark.sql.DataFrame

    Raises
    ------
    KeyError
        If ``frame`` lacks one of ``columns``.
    """
    table = _to_arrow(frame, columns)
    if hasattr(session, "createDataFrame"):  # Spark
        return session.createDataFrame(table, _ddl(columns))
    casts = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns.items())
    return session.from_arrow(table).project(casts)


def apply(session, relation, function: Callable, columns: Columns):
    """Apply a function to the rows of a relation, on Spark without collecting them.

    Spark calls the function on its workers for each batch of some thousand rows, DuckDB calls it
    once with all rows. So the result of a row must not depend on other rows.

    Parameters
    ----------
    session : duckdb.DuckDBPyConnection or pyspark.sql.SparkSession
    relation : duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        What ``dbt.ref`` returned.
    function : callable
        Takes a DataFrame as returned by `read`, returns one with ``columns``. Pickled on Spark.
    columns : Columns

    Returns
    -------
    duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
    """
    if not hasattr(relation, "mapInPandas"):
        return write(session, function(read(relation)), columns)

    def in_batches(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            answer = function(_to_pandas(pa.Table.from_pandas(batch, preserve_index=False)))
            yield _to_arrow(answer, columns).to_pandas(date_as_object=True)

    return relation.mapInPandas(in_batches, _ddl(columns))


def apply_by(session, relation, key: str, function: Callable, columns: Columns):
    """Like `apply`, but calls the function with all rows of each ``key``."""
    if not hasattr(relation, "mapInPandas"):
        return write(session, function(read(relation)), columns)

    def of_group(rows: pd.DataFrame) -> pd.DataFrame:
        answer = function(_to_pandas(pa.Table.from_pandas(rows, preserve_index=False)))
        return _to_arrow(answer, columns).to_pandas(date_as_object=True)

    return relation.groupBy(key).applyInPandas(of_group, _ddl(columns))


def versions(session, tables: list[str]) -> dict[str, int | None]:
    """Return the current version of each table, or None if the engine has no versions.

    Parameters
    ----------
    session : duckdb.DuckDBPyConnection or pyspark.sql.SparkSession
    tables : list of str
        ``catalog.schema.table``.

    Returns
    -------
    dict of str to int or None
    """
    if not hasattr(session, "createDataFrame"):
        return dict.fromkeys(tables)
    from pyspark.errors import AnalysisException

    found = {}
    for table in tables:
        try:
            found[table] = session.sql(f"describe history {table} limit 1").first()["version"]
        except AnalysisException:  # not a Delta table
            found[table] = None
    return found


_ARROW = {
    "string": pa.string(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}


def _to_arrow(frame: pd.DataFrame, columns: Columns) -> pa.Table:
    schema = pa.schema([(name, _ARROW[kind]) for name, kind in columns.items()])
    return pa.Table.from_pandas(frame[list(columns)], schema=schema, preserve_index=False)


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    plain = pa.schema([(field.name, _plain(field.type)) for field in table.schema])
    return table.cast(plain).to_pandas()


def _ddl(columns: Columns) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return pa.timestamp("us")
    if pa.types.is_decimal(kind):
        return pa.float64()
    if pa.types.is_null(kind):  # pandas loses the type of all-null columns in Spark batches
        return pa.string()
    return kind
