"""Frames keep their types through both engines."""

import os
import sys

import duckdb
import pandas as pd
import pytest

from stride.engine import apply, read, write

COLUMNS = {
    "name": "string",
    "n": "bigint",
    "x": "double",
    "ok": "boolean",
    "day": "date",
    "moment": "timestamp",
}


@pytest.fixture(scope="module", params=["duckdb", "spark"])
def session(request, tmp_path_factory):
    if request.param == "duckdb":
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            yield connection
        return
    from pyspark.sql import SparkSession

    from java import java_home

    os.environ["JAVA_HOME"] = java_home(tmp_path_factory.mktemp("java"))
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
        .getOrCreate()
    )
    yield spark
    spark.stop()


def test_round_trip_keeps_values_nulls_and_types(session):
    frame = pd.DataFrame(
        {
            "name": ["ana", None],
            "n": pd.array([2**60, None], dtype="Int64"),
            "x": [0.1, None],
            "ok": [True, None],
            "day": [pd.Timestamp("2024-02-29"), pd.NaT],
            "moment": [pd.Timestamp("2024-02-29 23:30", tz="UTC"), pd.NaT],
        }
    )
    back = read(write(session, frame, COLUMNS))
    assert list(back.columns) == list(COLUMNS)
    first, second = back.iloc[0], back.iloc[1]
    assert (first["name"], first["x"], first["ok"]) == ("ana", 0.1, True)
    assert first["day"] == pd.Timestamp("2024-02-29")
    assert first["moment"] == pd.Timestamp("2024-02-29 23:30")
    assert back["moment"].dtype.kind == "M" and back["moment"].dt.tz is None
    assert second.isna().all()


def test_write_survives_an_empty_frame(session):
    back = read(write(session, pd.DataFrame(columns=list(COLUMNS)), COLUMNS))
    assert list(back.columns) == list(COLUMNS) and back.empty


def test_write_names_a_missing_column(session):
    with pytest.raises(KeyError, match="moment"):
        write(session, pd.DataFrame(columns=["name"]), COLUMNS)


def test_apply_returns_the_result_of_the_function_with_declared_types(session):
    frame = pd.DataFrame(
        {
            "name": ["a", None, "c"],
            "n": pd.array([1, None, 3], dtype="Int64"),
            "x": [0.5, None, -1.5],
            "ok": pd.array([True, None, False], dtype="boolean"),
            "day": pd.to_datetime(["2024-02-29", None, "2024-03-01"]),
            "moment": pd.to_datetime(["2024-02-29 23:59:59", None, "2024-03-01 00:00:01"]),
        }
    )

    def twice(rows):
        assert rows["day"].dtype.kind == rows["moment"].dtype.kind == "M"
        return rows.assign(x=rows["x"] * 2, n=rows["n"].astype("Int64"))

    relation = write(session, frame, COLUMNS)
    back = read(apply(session, relation, twice, COLUMNS)).sort_values("name", ignore_index=True)
    straight = read(relation).sort_values("name", ignore_index=True)
    pd.testing.assert_frame_equal(back, straight.assign(x=straight["x"] * 2))


def test_apply_survives_an_empty_relation(session):
    relation = write(session, pd.DataFrame(columns=list(COLUMNS)), COLUMNS)
    assert len(read(apply(session, relation, lambda rows: rows, COLUMNS))) == 0


def test_apply_does_not_collect_where_the_engine_has_workers():
    class Frame:  # a Spark frame as far as `apply` may look
        def mapInPandas(self, function, ddl):
            batches = iter([pd.DataFrame({"x": [1.0, 2.0]}), pd.DataFrame({"x": [3.0]})])
            return [frame["x"].tolist() for frame in function(batches)], ddl

    answer = apply(None, Frame(), lambda rows: rows.assign(x=-rows["x"]), {"x": "double"})
    assert answer == ([[-1.0, -2.0], [-3.0]], "x double")
