"""`make docs` gives complete documentation without personal data or local paths."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT
from report_build import HOSTILE


@pytest.fixture(scope="module")
def docs(sample_home, tmp_path_factory):
    """The page of a copy of the sample with hostile names of activities."""
    home = tmp_path_factory.mktemp("docs") / "home"
    shutil.copytree(sample_home.folder, home, ignore=shutil.ignore_patterns("mlflow*", "sample"))
    with duckdb.connect(str(home / "stride.duckdb")) as connection:
        connection.execute("update silver.activities set name = ?", [HOSTILE[0] + HOSTILE[2]])
    environment = sample_home.environment | {
        "STRIDE_HOME": str(home),
        "DBT_TARGET_PATH": str(home / "target"),
        "DBT_LOG_PATH": str(home / "logs"),
    }
    for name in [name for name in environment if name.startswith("MAKE") or name == "MFLAGS"]:
        environment.pop(name)
    program = Path(sys.executable).parent
    done = subprocess.run(
        ["make", "--old-file", ".venv/installed", f"BIN={program}", "AS_OF=2026-06-30", "docs"],
        cwd=ROOT,
        env=environment | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    return (home / "target" / "static_index.html").read_text(encoding="utf-8")


def test_it_opens_with_the_architecture_units_and_definitions(docs):
    for said in ("From an athlete's own training history", "## Units", "exponential average of"):
        assert said in docs


def test_the_page_contains_no_paths_of_the_computer(docs):
    assert str(ROOT) not in docs
    assert not re.search(r"/(home|root|tmp|work|Users|private)/[\w.-]+/", docs)


def test_it_holds_no_data(docs):
    assert "alert('x')" not in docs
    assert "{{ 7 * 7 }}" not in docs
    assert "sample-1" not in docs


def test_links_between_pages_lead_to_files():
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("resources/*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if not link.startswith(("http", "mailto")) and not (page.parent / link).exists()
    ]
    assert broken == []


def test_readme_stays_a_start():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("name", ["report", "dashboard", "alerts", "model"])
def test_what_people_see_has_an_owner_and_roots(sample_home, name):
    manifest = manifest_of(sample_home)
    exposure = manifest["exposures"][f"exposure.stride.{name}"]
    assert exposure["owner"]["name"] and exposure["maturity"]
    needed = {"report": _of_the_report, "dashboard": _of_the_dashboard}.get(name, set)()
    models = {n["name"] for n in manifest["nodes"].values() if n["resource_type"] == "model"}
    named = {node.split(".")[-1] for node in exposure["depends_on"]["nodes"]}
    assert needed & models <= named


def manifest_of(home) -> dict:
    return json.loads((home.folder / "target" / "manifest.json").read_text())


def test_every_model_has_a_group_with_an_owner_and_is_public_or_its_groups_own(sample_home):
    manifest = manifest_of(sample_home)
    owners = {group["name"]: group["owner"]["name"] for group in manifest["groups"].values()}
    models = {k: n for k, n in manifest["nodes"].items() if n["resource_type"] == "model"}
    assert {n["config"]["group"] for n in models.values()} == set(owners) and all(owners.values())
    for key, model in models.items():
        config, name = model["config"], model["name"]
        readers = {
            reader["config"]["group"]
            for reader in models.values()
            if key in reader["depends_on"]["nodes"]
        }
        if not name.startswith(("stg_", "int_", "py_")):
            assert config["access"] == "public" and config["contract"]["enforced"], name
        elif readers <= {config["group"]}:
            assert config["access"] == "private", name
        else:
            assert config["access"] == "protected" and config["contract"]["enforced"], name


def test_no_description_is_cut_off_at_a_comma():
    """In `{...}` a comma ends a plain text; what follows becomes a key that dbt 1.11 ignores."""

    def keys(node):
        if isinstance(node, dict):
            yield from node
        for child in node.values() if isinstance(node, dict) else node:
            if isinstance(child, dict | list):
                yield from keys(child)

    files = [*(ROOT / "models").rglob("*.yml"), *(ROOT / "seeds").glob("*.yml")]
    files.append(ROOT / "macros" / "_macros.yml")
    for file in files:
        said = yaml.safe_load(file.read_text())
        said.pop("unit_tests", None)
        assert not [key for key in keys(said) if " " in str(key)], file


def test_what_exposures_show_is_public(sample_home):
    manifest = manifest_of(sample_home)
    for exposure in manifest["exposures"].values():
        for node in exposure["depends_on"]["nodes"]:
            assert manifest["nodes"][node]["config"]["access"] == "public", node


def test_arguments_of_macros_are_checked_by_every_parse():
    """Names and types; the dbt 2 engine refuses a project with types of its own."""
    assert yaml.safe_load((ROOT / "dbt_project.yml").read_text())["flags"]["validate_macro_args"]
    said = yaml.safe_load((ROOT / "macros" / "_macros.yml").read_text())["macros"]
    types = {argument["type"] for macro in said for argument in macro.get("arguments", [])}
    allowed = r"(string|integer|float|bool|relation|any|list\[\w+\]|dict\[\w+, \w+\])"
    assert types and all(re.fullmatch(allowed, one) for one in types), types


def _of_the_report():
    from stride.report.queries import LATER, OF_ALL, OF_ATHLETES

    text = " ".join([*OF_ATHLETES.values(), *OF_ALL.values()])
    schemas = "silver|features|labels|training|inference|monitoring|gold"
    return set(re.findall(rf"\b(?:{schemas})\.(\w+)", text)) | {t.split(".")[1] for t in LATER}


def _of_the_dashboard():
    from test_dashboard import QUERIES, relations

    return {relation.split(".")[1] for sql in QUERIES.values() for relation in relations(sql)}
