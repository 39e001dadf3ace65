"""The queries of the Databricks dashboard run unchanged on the tables of the project."""

import json
import re
from itertools import combinations

import pytest
import sqlglot
from conftest import ROOT
from sqlglot import exp

import bundle

DASHBOARD = json.loads(
    (ROOT / "resources" / "dashboards" / "stride.lvdash.json").read_text(encoding="utf-8")
)
QUERIES = {each["name"]: "".join(each["queryLines"]) for each in DASHBOARD["datasets"]}
WIDGETS = [each for page in DASHBOARD["pages"] for each in page["layout"]]
NAMES = re.compile(r"`([^`]+)`")
# What Databricks knows besides the columns of a data set.
BUILT_IN = {"associative_filter_predicate_group"}


def relations(sql):
    """Tables that a query reads, as ``schema.name``."""
    return {
        f"{table.db}.{table.name}"
        for table in sqlglot.parse_one(sql, dialect="databricks").find_all(exp.Table)
        if table.db
    }


def built(home):
    """Tables and views of a home."""
    return {
        f"{schema}.{name}"
        for schema, name in home.ask(
            "select distinct schema_name, table_name from duckdb_columns()"
        )
    }


@pytest.mark.parametrize("name", QUERIES)
def test_query_is_two_part_named_sql_of_databricks(name):
    """The bundle sets the catalog (`dataset_catalog`); the schema is the layer."""
    found = relations(QUERIES[name])
    assert found
    (statement,) = sqlglot.parse(QUERIES[name], dialect="databricks")
    assert isinstance(statement, exp.Select)
    for table in statement.find_all(exp.Table):
        assert not table.catalog


@pytest.mark.parametrize("name", QUERIES)
def test_query_runs_on_the_local_tables(sample_home, name):
    assert relations(QUERIES[name]) <= built(sample_home)
    columns = set(sample_home.frame(QUERIES[name]).columns)
    for widget in WIDGETS:
        for query in widget["widget"].get("queries", []):
            if query["query"]["datasetName"] == name:
                asked = {
                    column
                    for field in query["query"]["fields"]
                    for column in NAMES.findall(field["expression"])
                }
                assert asked <= columns | BUILT_IN, widget["widget"]["name"]


@pytest.mark.parametrize("target", ["dev", "staging", "bootstrap", "prod"])
def test_readers_of_the_dashboard_may_read_its_tables(target):
    """With the rights of the publisher, or with their own on all schemas that it reads."""
    resources = bundle.fill(bundle.load(target), readers="them")
    dashboard = resources["dashboards"]["stride"]
    assert [each["group_name"] for each in dashboard["permissions"]] == ["them"]
    may_read = {
        schema["name"]
        for schema in resources["schemas"].values()
        for grant in schema.get("grants", [])
        if grant["principal"] == "them" and "SELECT" in grant["privileges"]
    }
    asked = {table.split(".")[0] for sql in QUERIES.values() for table in relations(sql)}
    assert dashboard.get("embed_credentials") is True or asked <= may_read


def test_every_widget_shows_columns_of_its_query():
    used = set()
    for widget in WIDGETS:
        body = widget["widget"]
        asked = {}
        for query in body.get("queries", []):
            used.add(query["query"]["datasetName"])
            asked[query["name"]] = {field["name"] for field in query["query"]["fields"]}
        shown = set(re.findall(r'"fieldName": "([^"]+)"', json.dumps(body.get("spec", {}))))
        assert shown <= set().union(*asked.values(), set()), body["name"]
        for query in re.findall(r'"queryName": "([^"]+)"', json.dumps(body.get("spec", {}))):
            assert query in asked
    assert used == set(QUERIES)


def test_widgets_do_not_overlap():
    names = [widget["widget"]["name"] for widget in WIDGETS]
    assert len(names) == len(set(names))
    for page in DASHBOARD["pages"]:
        places = [widget["position"] for widget in page["layout"]]
        assert all(p["x"] >= 0 and p["x"] + p["width"] <= 6 for p in places)
        for one, other in combinations(places, 2):
            apart = (
                one["x"] + one["width"] <= other["x"]
                or other["x"] + other["width"] <= one["x"]
                or one["y"] + one["height"] <= other["y"]
                or other["y"] + other["height"] <= one["y"]
            )
            assert apart, (page["name"], one, other)


def test_every_number_has_a_unit_or_a_word():
    """Every widget has a title and description; column headings are words, not column names."""
    for widget in WIDGETS:
        spec = widget["widget"].get("spec")
        if not spec or spec["widgetType"].startswith("filter"):
            continue
        assert spec["frame"]["title"] and spec["frame"]["description"]
        for column in spec["encodings"].get("columns", []):
            assert "_" not in column["displayName"]
