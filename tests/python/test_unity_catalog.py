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
    if model.get("config", {}).get("full_refresh") is False and "athlete_id" in columns(model)
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


def test_the_wheel_requires_the_packages_of_stored_models():
    """On Databricks pip installs the wheel without the lock file."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    locked = (ROOT / "requirements.txt").read_text().splitlines()
    for package in ("scikit-learn", "skops", "mlflow", "nannyml"):
        (pin,) = [one for one in wanted if one.startswith(f"{package}==")]
        assert any(line.startswith(f"{pin} ") for line in locked), pin


@pytest.fixture(scope="module")
def submitted(sample_home):
    """The task of a Python model's run, as dbt-databricks makes it, on a kind of compute."""

    def task(compute: str) -> dict:
        variables = {"python_models_on": compute, "stride_wheel": "/Volumes/a/stride.whl"}
        listed = sample_home.dbt(
            *("ls", "--select", "py_score_race_time", "--vars", json.dumps(variables)),
            *("--output", "json", "--output-keys", "config", "--quiet"),
        )
        config = json.loads(listed.stdout)["config"]
        model = {"catalog": "c", "schema": "s", "identifier": "m", "config": config}
        parsed = ParsedPythonModel(**model)
        cluster = {"new_cluster": config["job_cluster_config"]} if compute == "job_cluster" else {}
        compiler = PythonJobConfigCompiler(None, Permissions(), parsed, cluster)
        return compiler.compile("/path").job_spec

    return task


class Permissions:
    """Only the user who runs it has access."""

    def build_job_permissions(self, *_) -> list:
        return []


def test_serverless_compute_gets_an_environment_and_no_libraries(submitted):
    task = submitted("serverless_cluster")
    assert task["environment_key"] == "stride"
    assert not task["libraries"] and "new_cluster" not in task


def test_a_job_cluster_gets_libraries_and_no_environment(submitted):
    task = submitted("job_cluster")
    assert task["libraries"] == [{"whl": "/Volumes/a/stride.whl"}]
    assert task["new_cluster"]["num_workers"] == 1
    assert "environment_key" not in task


def test_tables_are_clustered_by_columns_that_they_have():
    clustered = configured("+liquid_clustered_by")
    assert len(clustered) >= 8
    for name, by in clustered.items():
        # A batch of the features has the columns of the table that it becomes.
        public = name.replace("stg_", "").replace("_batch", "_features")
        assert set(by) <= columns(MODELS[public if name.endswith("_batch") else name])
        assert len(by) <= 4
