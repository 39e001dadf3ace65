"""The named parts of the project: together everything, each node in one, and no odd days."""

import json

import pytest
import yaml
from conftest import ROOT

PARTS = ("ingest", "features", "training", "inference", "monitoring")


@pytest.fixture(scope="module")
def selectors():
    return {
        one["name"]: one
        for one in yaml.safe_load((ROOT / "selectors.yml").read_text())["selectors"]
    }


@pytest.fixture(scope="module")
def nodes(sample_home):
    manifest = json.loads((sample_home.folder / "target" / "manifest.json").read_text())
    kinds = ("model", "seed", "snapshot")
    return [
        n["original_file_path"] for n in manifest["nodes"].values() if n["resource_type"] in kinds
    ]


def paths(selectors, name) -> list[str]:
    """Folders of a selector, through the selectors that it is made of."""
    definition = selectors[name]["definition"]
    found = []
    for part in definition.get("union", [definition]):
        if "path" in part:
            found.append(part["path"])
        elif part["method"] == "path":
            found.append(part["value"])
        else:
            assert part["method"] == "selector"
            found += paths(selectors, part["value"])
    return found


def chosen(selectors, name, nodes) -> set[str]:
    folders = tuple(f"{folder}/" for folder in paths(selectors, name))
    return {node for node in nodes if node.startswith(folders)}


def test_every_part_is_named_and_described(selectors):
    assert set(selectors) == {*PARTS, "daily", "monthly"}
    assert all(one["description"].endswith(".") for one in selectors.values())


def test_every_node_is_in_exactly_one_part(selectors, nodes):
    assert len(nodes) > 40
    for node in nodes:
        homes = [name for name in PARTS if node in chosen(selectors, name, nodes)]
        assert len(homes) == 1, (node, homes)


def test_monthly_is_everything_and_daily_is_all_but_training(selectors, nodes):
    assert chosen(selectors, "monthly", nodes) == set(nodes)
    training = chosen(selectors, "training", nodes)
    assert training
    assert chosen(selectors, "daily", nodes) == set(nodes) - training


def test_dbt_reads_the_selectors_as_this_test_does(selectors, nodes, sample_home):
    listed = sample_home.dbt(
        "ls", "--selector", "daily", "--output", "path", "--resource-types", "model", "seed"
    )
    assert listed.returncode == 0, listed.stdout[-2000:]
    found = {line for line in listed.stdout.splitlines() if line.startswith(("models/", "seeds/"))}
    # Snapshots are defined in YAML and listed as such.
    expected = {n for n in chosen(selectors, "daily", nodes) if n.endswith((".sql", ".py", ".csv"))}
    assert found == expected
