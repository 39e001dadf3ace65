"""From a statement for Databricks to what the local Spark can run.

The list of rules below is all that is rewritten or emulated; every other statement goes to Spark
as dbt wrote it. Each use of a rule is noted in the workspace's log.
"""

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import dml
import tables
from names import NAME, QUOTED, beside, in_schema, to_physical
from streaming import StreamingTable
from unity import INFORMATION_SCHEMA, Unity, fields_of, information_schema, listing


@dataclass
class Result:
    """Rows of a statement: a Spark data frame, or a list with its schema."""

    frame: object = None
    rows: list[tuple] = field(default_factory=list)
    schema: object = "result string"


@dataclass
class Statements:
    """Runs statements for one workspace."""

    catalog: str
    volumes: Path
    unity: Unity
    has_delta: bool = False

    def run(self, spark, sql: str) -> tuple[Result, list[str]]:
        """Run one statement.

        Parameters
        ----------
        spark : SparkSession
            The caller's own session: temporary views and settings are not shared.
        sql : str
            The statement as it came over the wire.

        Returns
        -------
        tuple
            The result and the names of the rules that were used.
        """
        text = to_physical(_without_comments(sql), self.catalog)
        used = []
        for pattern, rule, only_parquet in RULES:
            found = pattern.search(text)
            if not found or (only_parquet and self.has_delta):
                continue
            used.append(rule.__name__.strip("_"))
            done = rule(self, spark, found)
            if isinstance(done, Result):
                return done, used
            text = done
        return Result(spark.sql(text)), used


Rule = Callable[[Statements, object, re.Match], "Result | str"]
RULES: list[tuple[re.Pattern, Rule, bool]] = []


def rule(pattern: str | re.Pattern, only_parquet: bool = False) -> Callable[[Rule], Rule]:
    """Add a rule: it returns the finished result, or the text for the rules after it.

    With `only_parquet` it falls away where Spark has Delta Lake, which does it natively.
    """

    def add(function: Rule) -> Rule:
        compiled = re.compile(pattern, re.I | re.S) if isinstance(pattern, str) else pattern
        RULES.append((compiled, function, only_parquet))
        return function

    return add


def _without_comments(sql: str) -> str:
    # A block comment may hold dbt's query comment, a line comment a model's explanation.
    kept = re.sub(rf"({QUOTED})|/\*.*?\*/|--[^\n]*", lambda m: m[1] or " ", sql, flags=re.S)
    return kept.strip().rstrip(";").strip()


# ---- Unity Catalog metadata -------------------------------------------------------------------


def _pairs(text: str) -> dict[str, str]:
    return dict(re.findall(r"'([^']*)'\s*=\s*'([^']*)'", text))


@rule(rf"^alter\s+(?:(?:streaming\s+)?table|view)\s+{NAME}\s+set\s+tags\s*\((.*)\)$")
def _set_tags(self, spark, found):
    self.unity.tags.setdefault(self.unity.key(found[1]), {}).update(_pairs(found[2]))
    return Result()


@rule(rf"^alter\s+table\s+{NAME}\s+alter\s+column\s+`?(\w+)`?\s+set\s+tags\s*\((.*)\)$")
def _set_column_tags(self, spark, found):
    column = (*self.unity.key(found[1]), found[2].lower())
    self.unity.column_tags.setdefault(column, {}).update(_pairs(found[3]))
    return Result()


@rule(rf"^alter\s+table\s+{NAME}\s+add\s+constraint\s+`?(\w+)`?\s+(.*)$")
def _add_constraint(self, spark, found):
    self.unity.add_constraint(spark, self.unity.key(found[1]), found[2], found[3])
    # Keys inform, in Unity Catalog too; a CHECK holds, by Delta.
    is_enforced = self.has_delta and found[3].lower().startswith("check")
    return found.string if is_enforced else Result()


@rule(rf"^alter\s+table\s+{NAME}\s+drop\s+constraint\s+(?:if\s+exists\s+)?`?(\w+)`?")
def _drop_constraint(self, spark, found):
    dropped = self.unity.constraints.get(self.unity.key(found[1]), {}).pop(found[2].lower(), None)
    is_key = dropped is not None and dropped["kind"] != "CHECK"
    return found.string if self.has_delta and not is_key else Result()


@rule(rf"^alter\s+table\s+{NAME}\s+(?:alter|change)\s+column\s+`?(\w+)`?\s+set\s+not\s+null$")
def _set_not_null(self, spark, found):
    if spark.sql(f"select 1 from {found[1]} where `{found[2]}` is null limit 1").collect():
        raise ValueError(f"[DELTA_NOT_NULL_CONSTRAINT_VIOLATED] {found[1]}: {found[2]}")
    column = (*self.unity.key(found[1]), found[2].lower())
    if column in self.unity.not_null:
        return Result()
    self.unity.not_null.add(column)
    # Delta takes NOT NULL with a new table only; on a table that stands, a CHECK holds as much.
    check = f"add constraint not_null_{column[3]} check (`{found[2]}` is not null)"
    return f"alter table {found[1]} {check}" if self.has_delta else Result()


@rule(rf"^alter\s+table\s+{NAME}\s+alter\s+column\s+`?(\w+)`?\s+drop\s+not\s+null$")
def _drop_not_null(self, spark, found):
    table, column = self.unity.key(found[1]), found[2].lower()
    for name, constraint in self.unity.constraints.get(table, {}).items():
        if constraint["kind"] == "PRIMARY KEY" and column in map(str.lower, constraint["columns"]):
            raise ValueError(f"[CANNOT_DROP_NOT_NULL] {found[2]} is part of the key {name}.")
    self.unity.not_null.discard((*table, column))
    if not self.has_delta:
        return Result()
    spark.sql(f"alter table {found[1]} drop constraint if exists not_null_{column}")
    return found.string


@rule(rf"^alter\s+table\s+{NAME}\s+cluster\s+by\s+(.*)$")
def _cluster_by(self, spark, found):
    self.unity.clustering[self.unity.key(found[1])] = found[2]
    is_native = self.has_delta and found[2].lower() != "auto"
    return found.string if is_native else Result()


@rule(rf"^alter\s+table\s+{NAME}\s+rename\s+to\s+{NAME}$")
def _rename(self, spark, found):
    spark.sql(f"alter table {found[1]} rename to {in_schema(found[2])}")
    self.unity.rename(self.unity.key(found[1]), self.unity.key(found[2]))
    return Result()


@rule(INFORMATION_SCHEMA)
def _information_schema(self, spark, found):
    return information_schema(spark, self.unity, found.string)


# ---- Delta's upkeep and comments --------------------------------------------------------------


@rule(r"^analyze\s")
@rule(r"^(optimize|vacuum)\s", only_parquet=True)
def _no_upkeep(self, spark, found):
    return Result()


@rule(rf"^comment\s+on\s+column\s+(.*)\.\s*(`[^`]+`|\w+)\s+is\s+({QUOTED})$")
def _comment_on_column(self, spark, found):
    return f"alter table {found[1]} alter column {found[2]} comment {found[3]}"


@rule(rf"^comment\s+on\s+view\s+{NAME}\s+is\s+({QUOTED})$")
def _comment_on_view(self, spark, found):
    return f"alter view {found[1]} set tblproperties ('comment' = {found[2]})"


# ---- Describing tables ------------------------------------------------------------------------


@rule(rf"^desc(?:ribe)?\s+(?:table\s+)?extended\s+{NAME}\s+as\s+json$")
def _describe_as_json(self, spark, found):
    table = self.unity.key(found[1])
    if self.has_delta and table[2] not in listing(spark, table[1])[1]:
        # Spark says it of a view on a Delta table, not of the table itself.
        spark.table(found[1]).createOrReplaceTempView("__described")
        facts = json.loads(spark.sql("describe extended __described as json").first()[0])
        facts |= {"schema_name": table[1], "table_name": table[2], "type": "MANAGED"}
    else:
        facts = json.loads(spark.sql(found.string).first()[0])
    facts |= {"catalog_name": self.catalog, "provider": "delta"}
    facts["table_constraints"] = self.unity.keys_as_text(table)
    for column in facts["columns"]:
        if (*table, column["name"].lower()) in self.unity.not_null:
            column["nullable"] = False
    return Result(rows=[(json.dumps(facts),)], schema="json_metadata string")


@rule(rf"^desc(?:ribe)?\s+(?:table\s+)?extended\s+{NAME}$")
def _describe_extended(self, spark, found):
    frame = spark.sql(found.string)
    rows = [(r[0], "delta", *r[2:]) if r[0] == "Provider" else tuple(r) for r in frame.collect()]
    clustering = self.unity.clustering.get(self.unity.key(found[1]), "")
    if stream := self.unity.streaming.get(self.unity.key(found[1])):
        rows = [(r[0], "STREAMING_TABLE", *r[2:]) if r[0] == "Type" else r for r in rows]
        rows += [("View Text", stream.query, ""), ("Refresh Schedule", "MANUAL", "")]
    # Delta prints the columns here, and dbt reads them.
    if clustering.startswith("(") and not self.has_delta:
        at = next((i for i, r in enumerate(rows) if r[0] == "" or r[0].startswith("# ")), len(rows))
        rows[at:at] = [
            ("# Clustering Information", "", ""),
            ("# col_name", "data_type", "comment"),
            *((c.strip(" `()"), "string", "") for c in clustering.split(",")),
        ]
    return Result(rows=rows, schema=frame.schema)


@rule(rf"^show\s+table\s+extended\s+in\s+{NAME}\s+like\s+'(.*)'$")
def _show_table_extended(self, spark, found):
    schema = found[1].split(".")[-1].strip("`")
    wanted = [re.compile(p.replace("*", ".*"), re.I) for p in found[2].split("|")]
    names, views = listing(spark, schema)
    rows = []
    for name in (n for n in names + views if any(p.fullmatch(n) for p in wanted)):
        fields = fields_of(spark, ("", schema, name))
        tree = "".join(
            f" |-- {f.name}: {f.dataType.simpleString()} (nullable = true)\n" for f in fields
        )
        kind = "VIEW" if name in views else "MANAGED"
        rows.append(
            (
                schema,
                name,
                False,
                f"Catalog: {self.catalog}\nDatabase: {schema}\n"
                f"Table: {name}\nOwner: local\nType: {kind}\nProvider: delta\n"
                f"Schema: root\n{tree}",
            )
        )
    return Result(
        rows=rows,
        schema="database string, tableName string, isTemporary boolean, information string",
    )


# ---- Streaming tables -------------------------------------------------------------------------


@rule(rf"^create\s+(or\s+refresh\s+)?streaming\s+table\s+{NAME}")
def _create_streaming_table(self, spark, found):
    wanted = tables.parse(found.string[found.end() :], self.has_delta)
    query = re.sub(r"^\s*as\s+", "", wanted.query, flags=re.I)
    name, table = found[2], self.unity.key(found[2])
    if found[1] and table in self.unity.streaming:
        # Another query, from now on: what was read stays, as do the files that were seen.
        self.unity.streaming[table].query = query
        self.unity.streaming[table].fill(spark, name, self.volumes)
        return Result()
    spark.sql(f"create table {name} {wanted.body.removesuffix(wanted.query)}")
    self.unity.forget(table)
    stream = self.unity.streaming[table] = StreamingTable(query)
    if wanted.clustering:
        self.unity.clustering[table] = wanted.clustering
    stream.fill(spark, name, self.volumes)
    return Result()


@rule(rf"^refresh\s+streaming\s+table\s+{NAME}$")
def _refresh_streaming_table(self, spark, found):
    self.unity.streaming[self.unity.key(found[1])].fill(spark, found[1], self.volumes)
    return Result()


# ---- Reading files ----------------------------------------------------------------------------


READ_FILES = re.compile(rf"\bread_files\s*\(\s*({QUOTED})((?:[^()']|{QUOTED})*)\)", re.I)


@rule(READ_FILES)
def _read_files(self, spark, found):
    return READ_FILES.sub(lambda m: _files(self, spark, m[1].strip("'"), m[2]), found.string)


def _files(self, spark, path: str, options_text: str) -> str:
    """Name of a temporary view on the files below a path in /Volumes."""
    if not path.startswith("/Volumes/"):
        raise ValueError(f"[UNSUPPORTED] read_files outside of /Volumes: {path}")
    options = {
        name.lower(): value.strip("'")
        for name, value in re.findall(rf"(\w+)\s*=>\s*({QUOTED}|\w+)", options_text)
    }
    reader = spark.read.format(options.pop("format"))
    rescues = options.pop("schemaevolutionmode", "").lower() != "none"
    if "schema" in options:
        reader, rescues = reader.schema(options.pop("schema")), False
    # Databricks looks into subfolders, and adds a column for what did not fit the schema.
    frame = reader.options(recursiveFileLookup="true", **options).load(
        str(self.volumes / path.removeprefix("/Volumes/"))
    )
    if rescues and "_rescued_data" not in frame.columns:
        frame = frame.selectExpr("*", "cast(null as string) as _rescued_data")
    view = f"__files_{uuid.uuid4().hex}"
    frame.createOrReplaceTempView(view)
    return view


# ---- Making and filling tables ----------------------------------------------------------------


@rule(rf"^create\s+(or\s+replace\s+)?table\s+(?:if\s+not\s+exists\s+)?{NAME}")
def _create_table(self, spark, found):
    wanted = tables.parse(found.string[found.end() :], self.has_delta)
    name, table = found[2], self.unity.key(found[2])
    exists = bool(found[1]) and not self.has_delta and spark.catalog.tableExists(name)
    # The query may read the table that it replaces.
    place = beside(name, "__new") if exists else name
    replace = found[1] if found[1] and self.has_delta else ""
    spark.sql(f"create {replace} table {place} {wanted.body}")
    if exists:
        kind = "view" if table[2] in listing(spark, table[1])[1] else "table"
        spark.sql(f"drop {kind} {name}")
        spark.sql(f"alter table {place} rename to {in_schema(name)}")
    self.unity.forget(table)
    self.unity.not_null |= {(*table, c) for c in wanted.not_null}
    for constraint, text in wanted.constraints:
        self.unity.add_constraint(spark, table, constraint, text)
        if self.has_delta and text.lower().startswith("check"):
            spark.sql(f"alter table {name} add constraint {constraint} {text}")
    if wanted.clustering:
        self.unity.clustering[table] = wanted.clustering
    return Result()


@rule(rf"^insert\s+(into|overwrite)\s+(?:table\s+)?{NAME}\s+values\s*(.*)$", only_parquet=True)
def _cast_inserted_values(self, spark, found):
    # dbt writes a seed's values as quoted text: Databricks casts it, a plain Spark refuses.
    casts = ", ".join(
        f"cast(col{i} as {f.dataType.simpleString()})"
        for i, f in enumerate(spark.table(found[2]).schema, 1)
    )
    return f"insert {found[1]} {found[2]} select {casts} from values {found[3]}"


@rule(dml.PATTERN, only_parquet=True)
def _change_rows(self, spark, found):
    dml.run(spark, found.string)
    return Result()
