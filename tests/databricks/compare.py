"""Compare one relation as two engines built it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

RELATIVE = 1e-9  # doubles: the engines add up in different orders
ABSOLUTE = 1e-12  # what is left where two sums cancel out
IGNORE = "ignore"
SHOWN = 5


@dataclass
class Comparison:
    """What came out: no problems means equal."""

    rows: int
    columns: int
    max_relative: float = 0.0
    problems: list[str] = field(default_factory=list)


def compare(
    left: pa.Table,
    right: pa.Table,
    grain: Sequence[str] = (),
    tolerances: Mapping[str, float | str] | None = None,
) -> Comparison:
    """Compare two tables row by row.

    Parameters
    ----------
    left, right : pyarrow.Table
        The same relation from both engines; the order of rows and columns does not count.
    grain : sequence of str
        Columns that name a row. Without them, or when one of them is to be ignored, the tables
        are compared as sorted sets of rows.
    tolerances : mapping
        Column to relative tolerance, or to ``"ignore"``.

    Returns
    -------
    Comparison
        With the first rows that differ, told in words.
    """
    tolerances = dict(tolerances or {})
    left, right = _plain(left), _plain(right)
    result = Comparison(left.num_rows, left.num_columns)
    if set(left.column_names) != set(right.column_names):
        result.problems.append(_only("column", left.column_names, right.column_names))
        return result
    names = [c for c in left.column_names if tolerances.get(c) != IGNORE]
    for name in names:
        kinds = [_kind(t.schema.field(name).type) for t in (left, right)]
        if kinds[0] != kinds[1]:
            result.problems.append(f"{name}: type {kinds[0]} | {kinds[1]}")
    if result.problems:
        return result
    left, right = left.select(names), right.select(names)
    grain = [g.lower() for g in grain]
    if grain and set(grain) <= set(names):
        left, right = _matched(left, right, grain, result)
    else:
        if left.num_rows != right.num_rows:
            result.problems.append(f"rows: {left.num_rows} | {right.num_rows}")
            return result
        left, right = left.take(_order(left)), right.take(_order(right))
    shown = grain if grain and set(grain) <= set(names) else names
    for name in names:
        _compare_column(left, right, name, tolerances.get(name), shown, result)
    return result


def _plain(table: pa.Table) -> pa.Table:
    """Lower-case names, one type for text and one for instants: as UTC without a zone."""
    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        kind = column.type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
            kind = pa.string()
        elif pa.types.is_timestamp(kind):
            kind = pa.timestamp("us")
        columns[name.lower()] = column if kind == column.type else column.cast(kind)
    return pa.table(columns)


def _kind(kind: pa.DataType) -> str:
    """A type's name, the same for the engines' different ways to hold lists and structs."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"list<{_kind(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return "struct<" + ", ".join(f"{f.name}: {_kind(f.type)}" for f in kind) + ">"
    if pa.types.is_timestamp(kind):
        return "timestamp"
    return "string" if pa.types.is_large_string(kind) else str(kind)


def _only(what: str, left, right) -> str:
    return (
        f"{what}s only on one side: {sorted(set(left) - set(right))} | "
        f"{sorted(set(right) - set(left))}"
    )


def _matched(left: pa.Table, right: pa.Table, grain: list[str], result: Comparison):
    """The rows that both have, in the same order; the others become problems."""
    keys = []
    for table, side in ((left, "left"), (right, "right")):
        key = table.select(grain).to_pandas()
        key[f"__{side}"] = np.arange(len(key))
        if key.duplicated(grain).any():
            result.problems.append(f"{grain} is not unique on the {side}")
        keys.append(key.drop_duplicates(grain))
    both = keys[0].merge(keys[1], on=grain, how="outer")
    for here, there, word in (("__left", "__right", "left"), ("__right", "__left", "right")):
        alone = both[both[there].isna() & both[here].notna()]
        if len(alone):
            result.problems.append(f"{len(alone)} rows only on the {word}")
            result.problems += [
                f"  {dict(zip(grain, row, strict=True))}"
                for row in alone[grain].head(SHOWN).itertuples(index=False)
            ]
    both = both.dropna(subset=["__left", "__right"])
    return tuple(
        t.take(pa.array(both[c].astype("int64"))) for t, c in ((left, "__left"), (right, "__right"))
    )


def _order(table: pa.Table) -> np.ndarray:
    """Row numbers in the order of all columns, doubles last and rounded."""
    frame = pd.DataFrame(index=range(table.num_rows))
    doubles = [n for n in table.column_names if pa.types.is_floating(table.schema.field(n).type)]
    for name in [n for n in table.column_names if n not in doubles]:
        frame[name] = [repr(v) for v in table[name].to_pylist()]
    for name in doubles:
        frame[name] = [f"{v:.6e}" if v is not None else "" for v in table[name].to_pylist()]
    return frame.sort_values(list(frame.columns), kind="stable").index.to_numpy()


def _compare_column(left, right, name, tolerance, shown, result) -> None:
    a, b = left[name].combine_chunks(), right[name].combine_chunks()
    if pa.types.is_nested(a.type):
        relative = np.array(
            [_nested(x, y) for x, y in zip(a.to_pylist(), b.to_pylist(), strict=True)], dtype=float
        )
        tolerance = RELATIVE if tolerance is None else float(tolerance)
    elif pa.types.is_floating(a.type) or tolerance is not None:
        relative = _relative(a, b)
        tolerance = RELATIVE if tolerance is None else float(tolerance)
    else:
        same = pc.or_kleene(
            pc.and_(pc.is_null(a), pc.is_null(b)), pc.fill_null(pc.equal(a, b), False)
        )
        relative = np.where(same.to_numpy(zero_copy_only=False), 0.0, math.inf)
        tolerance = 0.0
    if len(relative):
        result.max_relative = max(result.max_relative, float(relative.max()))
    bad = np.flatnonzero(relative > tolerance)
    if not len(bad):
        return
    result.problems.append(f"{name}: {len(bad)} rows differ, by up to {relative.max():.3g}")
    for row in bad[:SHOWN]:
        where = {c: left[c][row].as_py() for c in shown if c != name}
        result.problems.append(f"  {a[row].as_py()!r} | {b[row].as_py()!r}  at {where}")


def _relative(a: pa.Array, b: pa.Array) -> np.ndarray:
    """Relative difference; infinite where only one is null, NaN or an infinity."""
    nulls = [x.is_null().to_numpy(zero_copy_only=False) for x in (a, b)]
    x, y = (pc.fill_null(v.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False) for v in (a, b))
    with np.errstate(invalid="ignore", divide="ignore"):
        difference = np.abs(x - y)
        relative = difference / np.maximum(np.abs(x), np.abs(y))
        relative = np.where(difference <= ABSOLUTE, 0.0, relative)
    relative = np.where((x == y) | (np.isnan(x) & np.isnan(y)), 0.0, relative)
    odd = np.isnan(relative) | (nulls[0] != nulls[1])
    return np.where(odd, math.inf, relative)


def _nested(x, y) -> float:
    """Largest relative difference inside two lists, structs or values."""
    if isinstance(x, dict) and isinstance(y, dict) and x.keys() == y.keys():
        return max((_nested(x[k], y[k]) for k in x), default=0.0)
    if isinstance(x, (list, tuple)) and isinstance(y, (list, tuple)) and len(x) == len(y):
        return max((_nested(p, q) for p, q in zip(x, y, strict=True)), default=0.0)
    if isinstance(x, float) and isinstance(y, float):
        return float(_relative(pa.array([x]), pa.array([y]))[0])
    return 0.0 if x == y else math.inf
