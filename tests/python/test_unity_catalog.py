"""What dbt_project.yml sets for Unity Catalog fits the models it is set for."""

import re

import pytest
import yaml
from conftest import ROOT

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
def test_an_append_only_table_forgets_who_was_erased(name):
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
    """Unity Catalog takes no other; the hook sees to it, a contract has to say it."""
    model = MODELS["feature_history"]
    for column in model["columns"]:
        if column["name"] in grain("feature_history"):
            assert {"type": "not_null"} in column["constraints"]


def test_python_models_get_the_versions_of_the_lock():
    wheel, *pins = CONFIG["+environment_dependencies"]
    assert "stride_wheel" in wheel
    locked = (ROOT / "requirements.txt").read_text().splitlines()
    assert pins
    for pin in pins:
        assert any(line.startswith(f"{pin} ") for line in locked), pin


def test_tables_are_clustered_by_columns_that_they_have():
    clustered = configured("+liquid_clustered_by")
    assert len(clustered) >= 8
    for name, by in clustered.items():
        # A batch of the features has the columns of the table that it becomes.
        public = name.replace("stg_", "").replace("_batch", "_features")
        assert set(by) <= columns(MODELS[public if name.endswith("_batch") else name])
        assert len(by) <= 4
