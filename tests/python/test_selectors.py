"""Selectors cover the project, with each node in one, and depend only on earlier ones."""

import json

import pytest
import yaml
from conftest import ROOT

PARTS = ("ingest", "features", "training", "inference", "monitoring")


@pytest.fixture(scope="module")
def chosen(sample_home):
    """Nodes of each selector as dbt understands it; all of the project under ``everything``."""

    return listed_by_selector(sample_home, "model", "seed", "snapshot")


@pytest.fixture(scope="module")
def tests_of(sample_home):
    """Data tests of each selector, and those of the project under ``everything``."""
    return listed_by_selector(sample_home, "test")


def listed_by_selector(home, *kinds: str) -> dict[str, set[str]]:
    def nodes(*arguments: str) -> set[str]:
        listed = home.dbt(
            "ls", *arguments, "--resource-types", *kinds, "--output", "name", "--quiet"
        )
        assert listed.returncode == 0, listed.stdout[-2000:]
        return set(listed.stdout.split())

    found = {name: nodes("--selector", name) for name in (*PARTS, "daily", "monthly")}
    return found | {"everything": nodes()}


def test_every_part_is_named_and_described():
    selectors = yaml.safe_load((ROOT / "selectors.yml").read_text())["selectors"]
    assert {one["name"] for one in selectors} == {*PARTS, "daily", "monthly"}
    assert all(one["description"].endswith(".") for one in selectors)


def test_every_node_is_in_exactly_one_part(chosen):
    assert len(chosen["everything"]) > 40
    for node in chosen["everything"]:
        homes = [name for name in PARTS if node in chosen[name]]
        assert len(homes) == 1, (node, homes)


def test_monthly_is_everything_and_daily_is_all_but_training(chosen):
    assert chosen["monthly"] == chosen["everything"]
    assert chosen["training"]
    assert chosen["daily"] == chosen["everything"] - chosen["training"]


def test_every_data_test_is_run_by_exactly_one_part(tests_of):
    assert len(tests_of["everything"]) > 100
    for test in tests_of["everything"]:
        parts = [name for name in PARTS if test in tests_of[name]]
        assert len(parts) == 1, (test, parts)
    assert tests_of["monthly"] == tests_of["everything"]
    assert tests_of["daily"] >= tests_of["everything"] - tests_of["training"]


def test_data_tests_do_not_read_tables_of_later_selectors(chosen, tests_of, sample_home):
    """A test that reads two selectors runs in the later one."""
    order = ("ingest", "features", "training", "inference", "monitoring")
    nodes = json.loads((sample_home.folder / "target" / "manifest.json").read_text())["nodes"]
    part = {node: place for place, one in enumerate(order) for node in chosen[one]}
    for node in nodes.values():
        if node["resource_type"] != "test":
            continue
        read = {nodes[parent]["name"] for parent in node["depends_on"]["nodes"] if parent in nodes}
        last = order[max(part[name] for name in read)]
        assert node["name"] in tests_of[last], (node["name"], last)


@pytest.fixture(scope="module")
def reads(chosen, sample_home):
    """Pairs of a node and one that it reads."""
    nodes = json.loads((sample_home.folder / "target" / "manifest.json").read_text())["nodes"]
    return [
        (node["name"], nodes[parent]["name"])
        for node in nodes.values()
        for parent in node.get("depends_on", {}).get("nodes", [])
        if node["name"] in chosen["everything"] and parent in nodes
    ]


def test_no_part_of_a_morning_waits_for_a_later_one(chosen, reads):
    """Selectors are jobs in sequence; a later one would give data of the day before."""
    morning = ("ingest", "features", "inference", "monitoring")
    part = {name: place for place, one in enumerate(morning) for name in chosen[one]}
    behind = [
        (node, parent)
        for node, parent in reads
        if node in part and parent in part and part[parent] > part[node]
    ]
    assert part and not behind


def test_training_reads_nothing_of_later_parts(chosen, reads):
    read = {parent for node, parent in reads if node in chosen["training"]}
    later = chosen["inference"] | chosen["monitoring"]
    assert read and not read & later
