"""Metadata of tables that Unity Catalog stores and plain Spark does not.

It is recorded here and served back through `information_schema`, so that dbt-databricks compares
a table's wanted configuration with the one it has, as it does in a real workspace.
"""

import re

from names import key, physical
from streaming import StreamingTable


class Unity:
    """Tags, constraints and clustering of one workspace's tables."""

    def __init__(self, catalog: str):
        self.catalog = catalog
        self.tags: dict[tuple, dict[str, str]] = {}
        self.column_tags: dict[tuple, dict[str, str]] = {}
        self.constraints: dict[tuple, dict[str, dict]] = {}
        self.clustering: dict[tuple, str] = {}
        self.not_null: set[tuple] = set()
        self.streaming: dict[tuple, StreamingTable] = {}

    def key(self, name: str) -> tuple[str, str, str]:
        """Key of a table by any spelling of its name."""
        return key(name, self.catalog)

    def kind(self, table: tuple) -> str:
        """Type of a table, as `information_schema.tables` names it."""
        return "STREAMING_TABLE" if table in self.streaming else "MANAGED"

    def forget(self, table: tuple) -> None:
        """Drop what goes with a table when it is replaced; tags stay, as in Unity Catalog."""
        self.constraints.pop(table, None)
        self.clustering.pop(table, None)
        self.streaming.pop(table, None)
        self.not_null = {c for c in self.not_null if c[:3] != table}

    def rename(self, old: tuple, new: tuple) -> None:
        """Keep what goes with a table when its name changes."""
        for kept in (self.tags, self.constraints, self.clustering):
            if old in kept:
                kept[new] = kept.pop(old)
        self.not_null = {(*new, c[3]) if c[:3] == old else c for c in self.not_null}
        self.column_tags = {
            (*new, c[3]) if c[:3] == old else c: tags for c, tags in self.column_tags.items()
        }

    def add_constraint(self, spark, table: tuple, name: str, text: str) -> None:
        """Record a constraint after the checks Unity Catalog makes."""
        found = re.match(r"\s*(primary key|foreign key|check)\s*\((.*?)\)", text, re.I | re.S)
        if not found:
            raise ValueError(f"[PARSE_SYNTAX_ERROR] constraint {text!r}")
        kind = found[1].upper()
        columns = [
            re.sub(r"(?i)\s+timeseries$", "", c.strip()).strip("`") for c in found[2].split(",")
        ]
        have = self.constraints.setdefault(table, {})
        if kind != "CHECK":
            fields = {f.name.lower(): f for f in spark.table(physical(table)).schema}
            for column in columns:
                if column.lower() not in fields:
                    raise ValueError(f"[COLUMN_NOT_FOUND] constraint column {column}")
                open_to_null = (
                    fields[column.lower()].nullable
                    and (*table, column.lower()) not in self.not_null
                )
                if kind == "PRIMARY KEY" and open_to_null:
                    raise ValueError(f"[CANNOT_CREATE_PRIMARY_KEY] {name}: {column} is nullable.")
        if kind == "PRIMARY KEY" and any(c["kind"] == kind for c in have.values()):
            raise ValueError(f"[PRIMARY_KEY_EXISTS] {'.'.join(table)} already has a primary key.")
        have[name.lower()] = {"kind": kind, "columns": columns}

    def keys_as_text(self, table: tuple) -> str:
        """Primary keys of a table, as DESCRIBE EXTENDED .. AS JSON shows them."""
        keys = [
            f"({name},{c['kind']} ({', '.join(f'`{column}`' for column in c['columns'])}))"
            for name, c in self.constraints.get(table, {}).items()
            if c["kind"] == "PRIMARY KEY"
        ]
        return f"[{', '.join(keys)}]" if keys else ""


INFORMATION_SCHEMA = re.compile(
    r"(?:`?\w+`?\s*\.\s*)?`?information_schema`?\s*\.\s*`?(\w+)`?", re.I
)

COLUMNS = {
    "tables": "table_catalog table_schema table_name table_type data_source_format table_owner"
    " last_altered",
    "views": "table_catalog table_schema table_name view_definition",
    "columns": "table_catalog table_schema table_name column_name ordinal_position is_nullable"
    " data_type full_data_type comment",
    "table_tags": "catalog_name schema_name table_name tag_name tag_value",
    "column_tags": "catalog_name schema_name table_name column_name tag_name tag_value",
    "table_constraints": "constraint_catalog constraint_schema constraint_name table_catalog"
    " table_schema table_name constraint_type",
    "key_column_usage": "table_catalog table_schema table_name constraint_catalog"
    " constraint_schema constraint_name column_name ordinal_position",
    "referential_constraints": "constraint_catalog constraint_schema constraint_name"
    " unique_constraint_catalog unique_constraint_schema"
    " unique_constraint_name",
    "column_masks": "table_catalog table_schema table_name column_name mask_name using_columns",
    "row_filters": "table_catalog table_schema table_name filter_name target_columns",
}


def information_schema(spark, unity: Unity, sql: str) -> str:
    """Put temporary views in the place of `information_schema` and return the statement on them."""
    only = re.search(r"table_schema\s*=\s*'(\w+)'", sql, re.I)
    for name in {m[1].lower() for m in INFORMATION_SCHEMA.finditer(sql)}:
        if name not in COLUMNS:
            raise ValueError(f"[TABLE_OR_VIEW_NOT_FOUND] no information_schema.{name} here")
        _view(spark, name, _rows(spark, unity, name, only[1].lower() if only else None))
    return INFORMATION_SCHEMA.sub(lambda m: f"__information_{m[1].lower()}", sql)


def listing(spark, schema: str) -> tuple[list[str], list[str]]:
    """Names of the tables and of the views of a schema."""
    from pyspark.errors import AnalysisException

    place = physical(("", schema, ""))[:-3]
    try:
        views = {
            r.viewName for r in spark.sql(f"show views in {place}").collect() if not r.isTemporary
        }
        names = {
            r.tableName for r in spark.sql(f"show tables in {place}").collect() if not r.isTemporary
        }
    except AnalysisException:  # no such schema
        return [], []
    return sorted(names - views), sorted(views)


def fields_of(spark, table: tuple):
    """Columns of a table or view; none if another thread has just dropped or renamed it."""
    from pyspark.errors import AnalysisException

    try:
        return list(spark.table(physical(table)).schema)
    except AnalysisException:
        return []


def _rows(spark, unity: Unity, name: str, only: str | None) -> list[tuple]:
    catalog = unity.catalog
    if name in ("tables", "views", "columns"):
        schemas = [only] if only else [r[0] for r in spark.sql("show schemas").collect()]
        rows = []
        for schema in schemas:
            tables, views = listing(spark, schema)
            if name == "views":
                rows += [(catalog, schema, v, "") for v in views]
            elif name == "tables":
                rows += [
                    (
                        catalog,
                        schema,
                        t,
                        unity.kind((catalog, schema, t)),
                        "DELTA",
                        "local",
                        "2024-01-01",
                    )
                    for t in tables
                ]
                rows += [
                    (
                        catalog,
                        schema,
                        v,
                        "VIEW",
                        "UNKNOWN_DATA_SOURCE_FORMAT",
                        "local",
                        "2024-01-01",
                    )
                    for v in views
                ]
            else:
                rows += [row for t in tables for row in _columns(spark, unity, schema, t)]
        return rows
    if name == "table_tags":
        return [(*t, k, v) for t, d in unity.tags.items() for k, v in d.items()]
    if name == "column_tags":
        return [(*c, k, v) for c, d in unity.column_tags.items() for k, v in d.items()]
    constraints = [(t, n, c) for t, d in unity.constraints.items() for n, c in d.items()]
    if name == "table_constraints":
        return [(catalog, t[1], n, *t, c["kind"]) for t, n, c in constraints]
    if name == "key_column_usage":
        return [
            (*t, catalog, t[1], n, column, i)
            for t, n, c in constraints
            if c["kind"] != "CHECK"
            for i, column in enumerate(c["columns"], 1)
        ]
    return []


def _columns(spark, unity: Unity, schema: str, name: str) -> list[tuple]:
    table = (unity.catalog, schema, name)
    return [
        (
            *table,
            f.name,
            i,
            "NO" if (*table, f.name.lower()) in unity.not_null else "YES",
            f.dataType.simpleString(),
            f.dataType.simpleString(),
            f.metadata.get("comment"),
        )
        for i, f in enumerate(fields_of(spark, table))
    ]


def _view(spark, name: str, rows: list[tuple]) -> None:
    columns = COLUMNS[name].split()
    values = ", ".join("(" + ", ".join(map(_literal, r)) + ")" for r in rows)
    # Without rows the types still have to be right: one row of nulls that is filtered away.
    empty = ", ".join(["cast(null as string)"] * len(columns))
    spark.sql(
        f"create or replace temp view __information_{name} as "
        f"select * from values {values or f'({empty})'} as t({', '.join(columns)})"
        + ("" if rows else " where false")
    )


def _literal(value) -> str:
    if value is None:
        return "cast(null as string)"
    if isinstance(value, int):
        return str(value)
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
