"""MERGE, UPDATE and DELETE for the parquet tables of a plain Spark, by SELECT.

Each statement becomes a SELECT that Spark analyses and runs, so that every expression, name and
type in it is still checked in ANSI mode; the rows it yields then replace the table's. Delta's
rules are kept: values are cast to the target's types, and several source rows that would change
one target row are an error.
"""

import itertools
import re

import sqlglot
from sqlglot import exp

from names import beside

_number = itertools.count()


def run(spark, sql: str) -> None:
    """Run one MERGE, UPDATE or DELETE."""
    tree = sqlglot.parse_one(sql, read="databricks")
    {exp.Merge: _merge, exp.Update: _update, exp.Delete: _delete}[type(tree)](spark, tree)


def replace_rows(spark, table: str, select: str) -> None:
    """Put the rows of a query in the place of a table's; the query may read the table."""
    side = beside(table, f"__rows{next(_number)}")
    spark.sql(f"create table {side} using parquet as {select}")
    try:
        spark.sql(f"insert overwrite table {table} select * from {side}")
    finally:
        spark.sql(f"drop table {side}")


def _text(node: exp.Expression) -> str:
    return node.sql(dialect="databricks")


def _bare(table: exp.Table) -> str:
    copy = table.copy()
    copy.set("alias", None)
    return _text(copy)


def _types(spark, table: str) -> dict[str, str]:
    return {f.name: f.dataType.simpleString() for f in spark.table(table).schema}


def _condition(tree: exp.Expression) -> str:
    where = tree.args.get("where")
    return _text(where.this) if where else "true"


def _delete(spark, tree: exp.Delete) -> None:
    select = f"select * from {_text(tree.this)} where not coalesce({_condition(tree)}, false)"
    replace_rows(spark, _bare(tree.this), select)


def _update(spark, tree: exp.Update) -> None:
    table, where = _bare(tree.this), _condition(tree)
    new = {e.this.name.lower(): _text(e.expression) for e in tree.expressions}
    columns = ", ".join(
        f"case when {where} then cast({new[c.lower()]} as {t}) else `{c}` end as `{c}`"
        if c.lower() in new
        else f"`{c}`"
        for c, t in _types(spark, table).items()
    )
    replace_rows(spark, table, f"select {columns} from {_text(tree.this)}")


def _merge(spark, tree: exp.Merge) -> None:
    target, source = tree.this, tree.args["using"]
    table, t, s = _bare(target), target.alias_or_name, source.alias_or_name
    types = _types(spark, table)
    source_columns = {c.lower() for c in spark.sql(f"select * from {_bare(source)}").columns}

    # Every pair of rows gets the number of the first WHEN that fits, or 0.
    whens = [_When(w, t, s, types, source_columns) for w in tree.args["whens"].expressions]
    act = " ".join(f"when {w.condition} then {i}" for i, w in enumerate(whens, 1))
    outs = []
    for column, kind in types.items():
        values = " ".join(
            f"when {i} then cast({w.values[column]} as {kind})"
            for i, w in enumerate(whens, 1)
            if w.values
        )
        kept = f"{t}.`{column}`"
        value = f"case __act {values} else {kept} end" if values else kept
        outs.append(f"{value} as `{column}`")
    pairs = spark.sql(
        f"select __t, __s, case {act} else 0 end as __act, {', '.join(outs)}"
        f" from (select *, monotonically_increasing_id() as __t from {table}) as {t}"
        f" full outer join (select *, monotonically_increasing_id() as __s from {_bare(source)})"
        f" as {s} on {_text(tree.args['on'])}"
    ).cache()
    view = f"__merge{next(_number)}"
    try:
        _refuse_two_changes(pairs)
        pairs.createOrReplaceTempView(view)
        names = ", ".join(f"`{c}`" for c in types)
        deletes = [str(i) for i, w in enumerate(whens, 1) if not w.values]
        dropped = f" and __act not in ({', '.join(deletes)})" if deletes else ""
        # A target row that no WHEN touched stays, once, however many source rows it met.
        replace_rows(
            spark,
            table,
            f"""
            select {names} from {view} where __act > 0{dropped}
            union all
            select {names} from {view} where __t is not null
            qualify max(__act) over (partition by __t) = 0
                and row_number() over (partition by __t order by __s) = 1
        """,
        )
    finally:
        spark.catalog.dropTempView(view)
        pairs.unpersist()


def _refuse_two_changes(pairs) -> None:
    changed = pairs.where("__act > 0 and __t is not null and __s is not null")
    if changed.groupBy("__t").count().where("count > 1").limit(1).collect():
        raise ValueError(
            "[DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE] several source rows matched"
            " and attempted to change the same target row"
        )


class _When:
    """One WHEN clause: the condition on a pair of rows and the new values (none: delete)."""

    def __init__(self, when: exp.When, t: str, s: str, types: dict, source_columns: set):
        both = bool(when.args["matched"])
        by_source = bool(when.args.get("source"))
        self.condition = (
            "__t is not null and __s is not null"
            if both
            else "__s is null"
            if by_source
            else "__t is null"
        )
        if when.args.get("condition"):
            side = None if both else t if by_source else s
            self.condition += f" and ({_qualified(when.args['condition'], side)})"
        then, self.values = when.args["then"], None
        if isinstance(then, exp.Update):
            new = {c.lower(): f"{s}.`{c}`" for c in types if c.lower() in source_columns}
            if not _star(then.args.get("expressions")):
                new = {e.this.name.lower(): _text(e.expression) for e in then.expressions}
            self.values = {c: new.get(c.lower(), f"{t}.`{c}`") for c in types}
        elif isinstance(then, exp.Insert):
            new = {c.lower(): f"{s}.`{c}`" for c in types if c.lower() in source_columns}
            if not _star(then.this):
                new = {
                    n.name.lower(): _qualified(v, s)
                    for n, v in zip(then.this.expressions, then.expression.expressions, strict=True)
                }
            self.values = {c: new.get(c.lower(), "null") for c in types}


def _star(node) -> bool:
    parts = node if isinstance(node, list) else [node]
    return not any(parts) or any(isinstance(p, exp.Star) for p in parts)


def _qualified(node: exp.Expression, side: str | None) -> str:
    """A NOT MATCHED clause sees one side only: its bare columns belong to that side."""
    node = node.copy()
    if side:
        for column in list(node.find_all(exp.Column)):
            if not column.table:
                column.set("table", exp.to_identifier(side))
    return _text(node)


# The statements that `run` takes.
PATTERN = re.compile(r"^(merge\s+into|update|delete\s+from)\s", re.I)
