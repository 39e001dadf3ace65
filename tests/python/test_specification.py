"""The feature specification matches the tables, and models of another one are refused."""

import json
from copy import deepcopy

import pytest
import yaml
from conftest import ROOT

from stride.errors import StrideError
from stride.racetime.riegel import EXPONENT
from stride.racetime.specification import canonical, fingerprint, refusal

SPECIFICATION = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"][
    "feature_specification"
]


def columns(model: str) -> set[str]:
    for file in (ROOT / "models").rglob("*.yml"):
        for described in yaml.safe_load(file.read_text()).get("models", []):
            if described["name"] == model:
                return {column["name"] for column in described.get("columns", [])}
    raise AssertionError(f"there is no model {model}")


def test_the_state_names_columns_of_its_table():
    state = SPECIFICATION["state"]
    assert {*state["keys"], state["time_key"], *state["columns"]} <= columns(state["table"])


def test_the_athlete_names_columns_of_its_table():
    athlete = SPECIFICATION["athlete"]
    assert {*athlete["keys"], *athlete["columns"]} <= columns(athlete["table"])


def test_the_state_is_a_feature_table_of_that_key():
    features = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["models"]["stride"][
        "features"
    ]
    state = SPECIFICATION["state"]
    hook = features[state["table"]]["+post-hook"]
    assert hook == f"{{{{ feature_table({state['keys']}, '{state['time_key']}') }}}}"


def test_the_same_is_accepted_in_any_form_and_order():
    other = deepcopy(SPECIFICATION)
    other["state"]["columns"].reverse()
    assert refusal(json.dumps(other), SPECIFICATION) is None
    assert fingerprint(other) == fingerprint(json.dumps(SPECIFICATION))


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("state", "table", "daily_features"),
        ("state", "time_key", "known_at"),
        ("state", "columns", ["ctl"]),
        ("earlier_races", "look_back_days", 365),
    ],
)
def test_any_difference_is_refused_by_name(table, key, value):
    other = deepcopy(SPECIFICATION)
    other[table][key] = value
    assert f"({table}: {key})" in refusal(other, SPECIFICATION)
    assert fingerprint(other) != fingerprint(SPECIFICATION)


def test_a_model_without_one_or_with_a_table_less_is_refused():
    assert "carries no" in refusal(None, SPECIFICATION)
    for name in SPECIFICATION:
        rest = {other: table for other, table in SPECIFICATION.items() if other != name}
        assert f"({name})" in refusal(rest, SPECIFICATION)


@pytest.mark.parametrize("broken", ["{", "[]", '{"state": {}}', 7])
def test_an_invalid_specification_gives_one_sentence(broken):
    with pytest.raises(StrideError, match="feature_specification"):
        canonical(broken)


def test_sql_and_python_take_the_same_exponent_of_riegel_and_no_other_file_writes_it():
    macro = (ROOT / "macros" / "riegel_exponent.sql").read_text()
    assert f"{EXPONENT}e0" in macro
    for folder in ("models", "macros"):
        for file in (ROOT / folder).rglob("*.sql"):
            assert "1.06e0" not in file.read_text() or file.stem == "riegel_exponent", file
