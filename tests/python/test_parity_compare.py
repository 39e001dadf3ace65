"""The comparison of relations used by the parity build."""

import datetime

import pyarrow as pa
import pytest

from compare import IGNORE, compare

NAN = float("nan")


def table(**columns) -> pa.Table:
    return pa.table(columns)


def problems(left: pa.Table, right: pa.Table, grain=("id",), **tolerances) -> str:
    return "\n".join(compare(left, right, grain, tolerances).problems)


def test_order_of_rows_and_columns_does_not_count():
    left = table(id=[1, 2], km=[1.5, 2.5])
    right = table(KM=[2.5, 1.5], id=[2, 1])
    assert problems(left, right) == ""
    assert problems(left, right, grain=()) == ""


@pytest.mark.parametrize("grain", [("id",), ()])
def test_a_differing_value_is_shown(grain):
    found = problems(table(id=[1, 2], km=[1.0, 2.0]), table(id=[1, 2], km=[1.0, 2.1]), grain)
    assert "km: 1 rows differ" in found
    assert "2.0 | 2.1" in found


def test_rounding_of_doubles_is_let_through_and_measured():
    result = compare(table(id=[1], km=[1.0]), table(id=[1], km=[1.0 + 1e-12]), ["id"])
    assert not result.problems
    result = compare(table(id=[1], km=[1e6]), table(id=[1], km=[1e6 + 1e-4]), ["id"])
    assert not result.problems
    assert result.max_relative == pytest.approx(1e-10)


def test_the_remainder_of_cancelling_sums_counts_as_zero():
    assert problems(table(id=[1], form=[0.0]), table(id=[1], form=[3e-14])) == ""


def test_a_missing_row_is_named():
    found = problems(table(id=[1, 2], km=[1.0, 2.0]), table(id=[1], km=[1.0]))
    assert "1 rows only on the left" in found
    assert "{'id': 2}" in found
    assert "1 rows only on the right" in problems(table(id=[1]), table(id=[1, 2]))


def test_a_missing_row_without_a_grain():
    assert "rows: 2 | 1" in problems(table(id=[1, 2]), table(id=[1]), grain=())


def test_a_repeated_grain_is_refused():
    assert "not unique on the right" in problems(table(id=[1]), table(id=[1, 1]))


def test_a_missing_column_is_named():
    assert "column" in problems(table(id=[1], km=[1.0]), table(id=[1], m=[1.0]))


@pytest.mark.parametrize("other", [pa.int32(), pa.float64(), pa.string()])
def test_a_type_difference_is_named(other):
    left = table(id=[1], n=pa.array([3], pa.int64()))
    right = table(id=[1], n=pa.array([3]).cast(other))
    assert "n: type int64" in problems(left, right)


def test_both_engines_ways_to_hold_an_instant_and_text_are_one_type():
    noon = datetime.datetime(2024, 5, 1, 12)
    left = table(id=pa.array(["a"], pa.large_string()), at=pa.array([noon], pa.timestamp("us")))
    zoned = pa.array([noon], pa.timestamp("ns")).cast(pa.timestamp("ns", "UTC"))
    assert problems(left, table(id=["a"], at=zoned)) == ""


@pytest.mark.parametrize("grain", [("id",), ()])
@pytest.mark.parametrize("a, b", [(NAN, None), (None, NAN), (None, 0.0), (NAN, 0.0)])
def test_nan_null_and_zero_are_three_things(a, b, grain):
    left = table(id=[1], x=pa.array([a], pa.float64()))
    right = table(id=[1], x=pa.array([b], pa.float64()))
    assert "x: 1 rows differ" in problems(left, right, grain)
    assert problems(left, left, grain) == ""


def test_null_is_not_an_empty_text():
    left, right = table(id=[1], a=pa.array([None], pa.string())), table(id=[1], a=[""])
    assert "a: 1 rows differ" in problems(left, right)


def test_a_column_can_have_its_own_tolerance():
    left, right = table(id=[1], km=[100.0], n=[100]), table(id=[1], km=[101.0], n=[101])
    assert "km" in problems(left, right, n=0.02)
    assert "n" in problems(left, right, km=0.02)
    assert problems(left, right, km=0.02, n=0.02) == ""


def test_an_ignored_column_may_differ_even_in_type():
    left, right = table(id=[1], run=["a"]), table(id=[1], run=[7])
    assert problems(left, right, run=IGNORE) == ""


def test_a_grain_with_an_ignored_column_compares_sets_of_rows():
    left, right = table(id=[1, 2], at=[5, 6]), table(id=[2, 1], at=[7, 8])
    assert problems(left, right, grain=("id", "at"), at=IGNORE) == ""


def test_lists_are_compared_inside():
    left = table(id=[1], path=[[1.0, 2.0]])
    assert problems(left, table(id=[1], path=[[1.0, 2.0 + 1e-12]])) == ""
    assert "path: 1 rows differ" in problems(left, table(id=[1], path=[[1.0, 2.5]]))
    assert "path: 1 rows differ" in problems(left, table(id=[1], path=[[1.0]]))


def test_empty_tables_are_equal():
    empty = table(id=pa.array([], pa.int64()), km=pa.array([], pa.float64()))
    assert problems(empty, empty) == ""
    assert problems(empty, empty, grain=()) == ""
