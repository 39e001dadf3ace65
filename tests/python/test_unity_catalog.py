"""Settings for Unity Catalog in dbt_project.yml match their models."""

import json
import re
import tomllib

import pytest
import yaml
from conftest import ROOT
from dbt.adapters.databricks.python_models.python_config import ParsedPythonModel
from dbt.adapters.databricks.python_models.python_submissions import PythonJobConfigCompiler

CONFIG = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["models"]["stride"]
MODELS = {
    model["name"]: model
    for file in sorted((ROOT / "models").rglob("*.yml"))
    for model in yaml.safe_load(file.read_text()).get("models", [])
}


def configured(key: str) -> dict[str, object]:
    """Values of a configuration, by model."""
    return {
        name: value[key]
        for layer in CONFIG.values()
        if isinstance(layer, dict)
        for name, value in layer.items()
        if isinstance(value, dict) and key in value
    }


def hooks(name: str) -> list[str]:
    found = configured("+post-hook").get(name, [])
    return [found] if isinstance(found, str) else found


def columns(model: dict) -> set[str]:
    return {column["name"] for column in model.get("columns", [])}


APPEND_ONLY = [
    name
    for name, model in MODELS.items()
    if model.get("config", {}).get("full_refresh") is False
    and "athlete_id" in columns(model)
    # The hook before their append deletes the rows of athletes who are gone.
    and "withdraw_audited" not in model["config"].get("pre_hook", "")
]


@pytest.mark.parametrize("name", APPEND_ONLY)
def test_append_only_tables_lose_rows_of_erased_athletes(name):
    (known_at,) = [m[1] for h in hooks(name) if (m := re.search(r"forget_erased\('(\w+)'\)", h))]
    assert known_at in columns(MODELS[name])


def grain(name: str) -> list[str]:
    (columns,) = [
        test["unique_grain"]["arguments"]["columns"]
        for test in MODELS[name]["data_tests"]
        if isinstance(test, dict) and "unique_grain" in test
    ]
    return columns


def test_a_feature_table_has_its_grain_as_key():
    keys = {}
    for name in configured("+post-hook"):
        for hook in hooks(name):
            if key := re.search(r"feature_table\((\[.*?\]), '(\w+)'\)", hook):
                keys[name] = [*yaml.safe_load(key[1]), key[2]]
    for name, model in MODELS.items():
        for constraint in model.get("constraints", []):
            (columns,) = re.findall(r"^primary key \((.+) timeseries\)$", constraint["expression"])
            assert constraint["name"] == f"pk_{name}"
            assert name not in keys
            keys[name] = columns.split(", ")
    assert keys.keys() == {"daily_features", "rolling_features", "feature_history"}
    assert all(key == grain(name) for name, key in keys.items())


def test_the_columns_of_a_key_are_never_null():
    """Unity Catalog requires not-null keys, which the contract must declare."""
    model = MODELS["feature_history"]
    for column in model["columns"]:
        if column["name"] in grain("feature_history"):
            assert {"type": "not_null"} in column["constraints"]


def test_what_databricks_installs_is_the_lock_without_what_it_leaves_out():
    """`pip install --no-deps` reads this file, and resolves nothing."""
    lock, pins = (
        re.sub(r"\[\w+\]", "", (ROOT / f"requirements-{name}.txt").read_text())
        for name in ("dev", "databricks")
    )
    locked = set(re.findall(r"(?m)^\S+==\S+", lock))
    installed = pins.splitlines()
    assert {line.split(" ;")[0] for line in installed if line[0] not in " #"} <= locked
    said = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, tool = said["project"], said["tool"]
    names = {re.match(r"[\w.-]+", line)[0] for line in installed if line[0] not in " #"}
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["strava"] + extras["monitoring"]
    # dbt starts the Python models there; they do not import it.
    wanted = {re.match(r"[\w.-]+", one)[0] for one in wanted} - {"dbt-core", "dbt-duckdb"}
    assert wanted <= names
    left_out = {one.split()[0] for one in tool["uv"]["override-dependencies"]}
    assert left_out and not names & (left_out | {"xgboost", "dbt-core"})


@pytest.fixture(scope="module")
def submitted(sample_home):
    """A Python model's run, as dbt-databricks makes it on a kind of compute."""

    def compiled(compute: str):
        variables = {"stride_wheel": "/a/stride.whl", "stride_pins": "/a/pins.txt"}
        settings = f"{{{{ spark__python_settings('{compute}') | tojson }}}}"
        shown = sample_home.dbt(
            *("compile", "--inline", settings, "--quiet", "--vars", json.dumps(variables))
        )
        config = json.loads(shown.stdout)
        parsed = ParsedPythonModel(catalog="c", schema="s", identifier="m", config=config)
        cluster = {"new_cluster": {"num_workers": 1}} if compute == "job_cluster" else {}
        run = PythonJobConfigCompiler(None, Permissions(), parsed, cluster).compile("/path")
        return run, parsed.config.python_packages_config

    return compiled


class Permissions:
    """Only the user who runs it has access."""

    def build_job_permissions(self, *_) -> list:
        return []


@pytest.mark.parametrize("compute", ["serverless_cluster", "job_cluster"])
def test_a_python_model_installs_the_pins_and_the_wheel_and_resolves_nothing(submitted, compute):
    run, packages = submitted(compute)
    assert packages.notebook_scoped
    assert packages.packages == ["--no-deps", "-r", "/a/pins.txt", "/a/stride.whl"]
    assert not run.job_spec["libraries"]


def test_serverless_compute_gets_an_environment_of_a_fixed_python(submitted):
    run, _ = submitted("serverless_cluster")
    (environment,) = run.additional_job_config["environments"]
    assert run.job_spec["environment_key"] == environment["environment_key"]
    assert environment["spec"] == {"environment_version": "4"}
    assert "new_cluster" not in run.job_spec


def test_a_job_cluster_gets_no_environment(submitted):
    run, _ = submitted("job_cluster")
    assert run.job_spec["new_cluster"]["num_workers"] == 1
    assert "environment_key" not in run.job_spec
    assert "environments" not in run.additional_job_config


def test_tables_are_clustered_by_columns_that_they_have():
    clustered = configured("+liquid_clustered_by")
    assert len(clustered) >= 8
    for name, by in clustered.items():
        assert set(by) <= columns(MODELS[name])
        assert len(by) <= 4
