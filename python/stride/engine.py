"""The border between an engine and pandas.

Nothing else in this package knows which engine is running. A relation comes in through `read`,
a frame goes out through `write`; both pass by declared types, so the two engines give the same
pandas dtypes and the same column types.
"""

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
    plain = pa.schema([(field.name, _plain(field.type)) for field in table.schema])
    return table.cast(plain).to_pandas()


def write(session, frame: pd.DataFrame, columns: Columns):
    """Hand ``frame`` back to the engine with exactly ``columns``, typed and in order.

    Parameters
    ----------
    session : duckdb.DuckDBPyConnection or pyspark.sql.SparkSession
    frame : DataFrame
        May be empty and may hold more columns.
    columns : Columns

    Returns
    -------
    duckdb.DuckDBPyRelation or pyspark.sql.DataFrame

    Raises
    ------
    KeyError
        If ``frame`` lacks one of ``columns``.
    """
    table = pa.Table.from_pandas(frame[list(columns)], schema=_arrow(columns), preserve_index=False)
    if hasattr(session, "createDataFrame"):  # Spark
        ddl = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        return session.createDataFrame(table, ddl)
    casts = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns.items())
    return session.from_arrow(table).project(casts)


_ARROW = {
    "string": pa.string(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}


def _arrow(columns: Columns) -> pa.Schema:
    return pa.schema([(name, _ARROW[kind]) for name, kind in columns.items()])


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return pa.timestamp("us")
    if pa.types.is_decimal(kind):
        return pa.float64()
    return kind
