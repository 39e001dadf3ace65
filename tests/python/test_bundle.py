"""The Databricks bundle is valid, complete and consistent with the project."""

import json
import os
import re
import shutil
import subprocess
from copy import deepcopy
from pathlib import Path

import duckdb
import jsonschema
import pytest
import yaml
from conftest import ROOT
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound

import bundle
from bundle_endpoints import Endpoints
from loopback import serving
from stride.racetime import registry

TARGETS = ("dev", "staging", "bootstrap", "prod")
FILLED = {
    target: bundle.fill(bundle.load(target), warehouse_id="w", notify="a@example.com")
    for target in TARGETS
}
PROD = FILLED["prod"]
QUERIES = bundle.queries(PROD)
JOBS = ("morning", "ingest", "features", "inference", "training", "rebuild")
DBT_TASKS = [(job, t) for job in JOBS for t in PROD["jobs"][job]["tasks"] if "dbt_task" in t]


@pytest.mark.parametrize("target", TARGETS)
def test_every_resource_has_the_keys_and_types_of_its_class(target):
    for group, resources in FILLED[target].items():
        for resource in resources.values():
            bundle.check(group, resource)


@pytest.mark.parametrize("group", sorted(PROD))
def test_an_unknown_key_fails(group):
    resource = deepcopy(next(iter(PROD[group].values())))
    resource["no_such_key"] = 1
    with pytest.raises(ValueError, match="no_such_key"):
        bundle.check(group, resource)


def test_an_unknown_key_deep_inside_fails():
    job = deepcopy(PROD["jobs"]["features"])
    job["tasks"][0]["dbt_task"]["comands"] = ["dbt build"]
    with pytest.raises(ValueError, match="comands"):
        bundle.check("jobs", job)


def test_it_follows_the_schema_of_the_command_line():
    """Where `databricks bundle schema > FILE` was run: STRIDE_BUNDLE_SCHEMA=FILE."""
    file = os.environ.get("STRIDE_BUNDLE_SCHEMA")
    if not file:
        pytest.skip("STRIDE_BUNDLE_SCHEMA names no file: `databricks bundle schema > FILE` does")
    # Python's regular expressions have no \p{L}.
    text = re.sub(r"\\\\p\{\w+\}", "a-zA-Z", Path(file).read_text())
    schema = json.loads(text)
    validator = jsonschema.validators.validator_for(schema)(schema)
    raw = yaml.safe_load((ROOT / "databricks.yml").read_text())
    raw["targets"] = {
        name: {key: value for key, value in target.items() if key != "resources"}
        for name, target in raw["targets"].items()
    }
    for resources in FILLED.values():
        whole = raw | {"resources": json.loads(json.dumps(resources), parse_int=int)}
        problems = [_deepest(problem) for problem in validator.iter_errors(whole)]
        assert problems == []


def _deepest(problem) -> str:
    best = jsonschema.exceptions.best_match([problem])
    return f"{list(best.absolute_path)}: {best.message[:200]}"


def test_every_variable_is_declared_and_used():
    files = [ROOT / "databricks.yml", *(ROOT / "resources").glob("*.yml")]
    used = set().union(*(bundle.references(file.read_text()) for file in files))
    assert used == set(yaml.safe_load((ROOT / "databricks.yml").read_text())["variables"])


def test_a_dangling_reference_fails():
    broken = bundle.load("dev")
    broken["resources"]["jobs"]["features"]["name"] = "${resources.jobs.nobody.name}"
    with pytest.raises(KeyError):
        bundle.fill(broken)


@pytest.mark.parametrize("name", JOBS)
def test_a_job_runs_once_at_a_time_ends_and_tells(name):
    job = PROD["jobs"][name]
    assert job["max_concurrent_runs"] == 1
    assert job["queue"] == {"enabled": True}
    assert job["timeout_seconds"] > 0
    assert job["email_notifications"]["on_failure"] == ["a@example.com"]
    keys = {task["task_key"] for task in job["tasks"]}
    for task in job["tasks"]:
        assert {d["task_key"] for d in task.get("depends_on", [])} <= keys
    for task in (t for t in job["tasks"] if not {"condition_task", "run_job_task"} & t.keys()):
        # The job has not failed where what follows the task succeeds.
        assert len(job["tasks"]) == 1 or task["email_notifications"]["on_failure"]
        assert task["max_retries"] >= 1
        assert 0 < task["timeout_seconds"] <= job["timeout_seconds"]


def clocks(**values: str) -> dict[str, tuple]:
    """Cron, zone and state of each job's schedule in prod."""
    prod = bundle.load("prod")
    for name, value in values.items():
        prod["values"][name] = value
    jobs = bundle.fill(prod, warehouse_id="w")["jobs"]
    return {
        name: (s["quartz_cron_expression"], s["timezone_id"], s["pause_status"])
        for name in JOBS
        if (s := jobs[name].get("schedule"))
    }


@pytest.mark.parametrize(
    ("values", "as_one", "by_clock"),
    [
        ({}, "UNPAUSED", "PAUSED"),
        ({"morning": "PAUSED", "by_clock": "UNPAUSED"}, "PAUSED", "UNPAUSED"),
    ],
)
def test_a_morning_is_one_job_or_three_by_the_clock(values, as_one, by_clock):
    zone = "America/Sao_Paulo"
    assert clocks(**values) == {
        "morning": ("0 0 5 * * ?", zone, as_one),
        "ingest": ("0 0 5 * * ?", zone, by_clock),
        "features": ("0 0 6 * * ?", zone, by_clock),
        "inference": ("0 30 6 * * ?", zone, by_clock),
        "training": ("0 0 4 1 * ?", zone, "UNPAUSED"),
    }
    for job in FILLED["dev"]["jobs"].values():
        assert job.get("schedule", {}).get("pause_status") in (None, "PAUSED")


MORNING = {task["task_key"]: task for task in PROD["jobs"]["morning"]["tasks"]}


def needs(task: str) -> set[str]:
    return {one["task_key"] for one in MORNING[task].get("depends_on", [])}


def test_a_morning_is_one_chain_of_tasks():
    assert needs("freshness") == {"ingest"}
    assert needs("features") == {"ingest"}
    assert needs("inference") == {"features"}
    assert needs("monitoring") == {"inference"}
    assert needs("messages") == {"wants_mail"}
    assert needs("wants_mail") == needs("decision") == {"monitoring"}
    assert needs("should_train") == {"decision"}
    assert "run_if" not in MORNING["features"] | MORNING["inference"]


@pytest.mark.parametrize("task", ["monitoring", "wants_mail", "decision"])
def test_checks_messages_and_decision_come_whatever_failed(task):
    assert MORNING[task]["run_if"] == "ALL_DONE"


def test_a_training_starts_only_when_the_decision_says_so():
    condition, training = MORNING["should_train"], MORNING["training"]
    assert condition["condition_task"] == {
        "op": "EQUAL_TO",
        "left": "{{tasks.decision.output.first_row.should_train}}",
        "right": "true",
    }
    assert bundle.load("prod")["resources"]["jobs"]["morning"]["tasks"][-1]["run_job_task"] == {
        "job_id": "${resources.jobs.training.id}"
    }
    assert training["depends_on"] == [{"task_key": "should_train", "outcome": "true"}]
    assert (ROOT / "resources" / MORNING["decision"]["sql_task"]["file"]["path"]).is_file()


@pytest.mark.parametrize(
    ("decided", "is_due"),
    [
        ([("2026-06-30", "true")], "true"),
        ([("2026-06-30", "false"), ("2026-06-29", "true")], "false"),
        # Monitoring failed for two days: an old decision is not carried out again.
        ([("2026-06-28", "true")], "false"),
        ([], "false"),
    ],
)
def test_only_a_decision_of_today_or_yesterday_counts(decided, is_due):
    rows = " union all ".join(
        f"select date '{day}' as decided_on, {due} as should_train, 'why' as reasons"
        for day, due in decided or [("2026-06-30", "true")]
    ) + ("" if decided else " limit 0")
    query = QUERIES["retraining_decision"].replace("current_date()", "date '2026-06-30'")
    ((said, *_),) = duckdb.sql(re.sub(r"\bfrom [\w.]+", f"from ({rows})", query)).fetchall()
    assert said == is_due


def test_the_jobs_by_the_clock_have_the_tasks_of_the_morning():
    tasks = [
        task for name in ("ingest", "features", "inference") for task in PROD["jobs"][name]["tasks"]
    ]
    first = {"features", "inference"}
    assert [task["task_key"] for task in tasks] == list(MORNING)
    for task in tasks:
        same = dict(MORNING[task["task_key"]])
        if task["task_key"] in first:
            same.pop("depends_on")
        assert task == same


def test_what_is_merged_in_yaml_is_named_by_an_alias():
    """The command line refuses a mapping behind `<<`, which this test's parser takes."""
    for file in (ROOT / "databricks.yml", *(ROOT / "resources").glob("*.yml")):
        for merged in re.findall(r"<<: *(.)", file.read_text()):
            assert merged in "*[", file


def test_dbt_tasks_use_existing_selectors_and_pass_required_variables():
    selectors = yaml.safe_load((ROOT / "selectors.yml").read_text())["selectors"]
    names = {selector["name"] for selector in selectors}
    asked, used = set(), set()
    places = ("profiles/profiles.yml", "dbt_project.yml", "macros/landing_path.sql")
    for file in (*places, "models/training/_registry.yml", "macros/engine/python_settings.sql"):
        asked |= set(re.findall(r"\bvar\('(\w+)', ", (ROOT / file).read_text()))
    for job, task in DBT_TASKS:
        assert (ROOT / "resources" / task["dbt_task"]["project_directory"]).resolve() == ROOT
        for command in task["dbt_task"]["commands"]:
            if command.startswith("dbt source freshness --target databricks"):
                continue
            found = re.fullmatch(
                r"dbt build (?:--selector (\w+) )?--target databricks --vars '(.*)'", command
            )
            assert found[1] in names or job == "rebuild"
            used.add(found[1])
            assert set(yaml.safe_load(found[2])) == asked
            assert yaml.safe_load(found[2])["databricks_http_path"] == "/sql/1.0/warehouses/w"
    assert used == {"ingest", "features", "inference", "monitoring", "training", None}


NOTEBOOKS = {
    task["task_key"]: task["notebook_task"]
    for task in PROD["jobs"]["morning"]["tasks"]
    if "notebook_task" in task
}


def test_a_notebook_installs_the_pins_and_nothing_else():
    assert set(NOTEBOOKS) == {"strava_sync", "messages"}
    for task in NOTEBOOKS.values():
        file = ROOT / "resources" / task["notebook_path"]
        pips = re.findall(r"(?m)^# MAGIC %pip (.*)", file.read_text())
        assert pips == ["install --quiet --no-deps -r ../../requirements-databricks.txt"]
        assert (file.parent / pips[0].split()[-1]).resolve().is_file()


def test_installed_packages_are_the_tested_ones():
    project = (ROOT / "pyproject.toml").read_text()
    for job in JOBS:
        for environment in PROD["jobs"][job]["environments"]:
            for package in environment["spec"].get("dependencies", []):
                assert f'"{package}"' in project
    version = re.search(r'^version = "(.+)"$', project, re.M)[1]
    wheel = bundle.load("prod")["variables"]["wheel"]["default"]
    assert wheel.endswith(f"/stride_athlete-{version}-py3-none-any.whl")


def test_monitors_watch_tables_and_columns_that_are_there():
    contracts = {}
    for file in (ROOT / "models").rglob("*.yml"):
        for model in yaml.safe_load(file.read_text()).get("models", []):
            contracts[model["name"]] = {c["name"] for c in model.get("columns", [])}
    monitors = PROD["quality_monitors"]
    assert set(monitors) == {"rolling_features", "inference_log"}
    for name, monitor in monitors.items():
        assert monitor["table_name"].split(".")[-1] == name
        kind = monitor.get("time_series") or monitor["inference_log"]
        assert kind["granularities"] == ["1 day", "1 week"]
        columns = {v for k, v in kind.items() if k.endswith("_col")}
        assert columns | set(monitor.get("slicing_exprs", [])) <= contracts[name]


def test_a_dashboard_that_is_gone_fails():
    gone = deepcopy(PROD)
    gone["dashboards"]["stride"]["file_path"] = "dashboards/gone.lvdash.json"
    with pytest.raises(FileNotFoundError):
        bundle.queries(gone)


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_what_alerts_conditions_and_dashboard_ask_runs_on_the_local_tables(name, sample_home):
    rows = sample_home.ask(QUERIES[name])
    if name == "retraining_decision":
        assert rows[0][0] in ("true", "false")


def test_a_query_on_a_missing_column_fails(sample_home):
    with pytest.raises(duckdb.BinderException):
        sample_home.ask("select no_such_column from stride.silver.athletes")


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_query_on_a_missing_table_fails(name, sample_home):
    wrong, tables = re.subn(r"\bfrom ((?:\w+\.){1,2}\w+)", r"from \1_gone", QUERIES[name])
    assert tables
    with pytest.raises(duckdb.CatalogException, match="_gone"):
        sample_home.ask(wrong)


def found(name: str, rows: str) -> list[dict]:
    """What an alert finds on 30 June 2026, with ``rows`` in place of the table that it reads."""
    query = PROD["alerts"][name]["query_text"].replace("current_date()", "date '2026-06-30'")
    return duckdb.sql(re.sub(r"\bfrom [\w.]+", f"from ({rows})", query)).df().to_dict("records")


def fires(name: str, rows: str) -> bool:
    evaluation = PROD["alerts"][name]["evaluation"]
    assert evaluation["source"] == {"name": "who", "aggregation": "COUNT"}
    assert evaluation["comparison_operator"] == "GREATER_THAN"
    assert evaluation["threshold"]["value"]["double_value"] == 0
    assert evaluation["empty_result_state"] == "OK"
    return any(row["who"] is not None for row in found(name, rows))


def health(day: str, status: str) -> str:
    return f"""select date '{day}' as checked_on, '{status}' as status, 'champion' as check_name,
    'It is gone.' as detail, 'Train.' as what_to_do"""


def warned(day: str, severity: str) -> str:
    return f"""select date '{day}' as alert_date, '{severity}' as severity, 'ana' as athlete_id,
    'low_form' as cause, 'Form is low' as title_en, 'TSB is -40.' as text_en"""


@pytest.mark.parametrize("name", sorted(PROD["alerts"]))
def test_an_alert_says_who_and_why_and_again_every_morning(name):
    alert = PROD["alerts"][name]
    assert "{{QUERY_RESULT_TABLE}}" in alert["custom_description"]
    assert alert["evaluation"]["notification"]["retrigger_seconds"] == 1
    assert alert["schedule"]["quartz_cron_schedule"] == "0 30 8 * * ?"


def test_the_rows_of_an_alert_name_athletes_checks_and_reasons():
    (one,) = found("overtraining", warned("2026-06-30", "warn"))
    assert (one["who"], one["cause"], one["why"]) == ("ana", "low_form", "TSB is -40.")
    (one,) = found("pipeline_health", health("2026-06-30", "fail"))
    assert (one["who"], one["status"], one["why"]) == ("champion", "fail", "It is gone.")
    (one,) = found("old_data", health("2026-06-20", "ok"))
    assert one["why"] == "Last checked on 2026-06-20."


WELL_LONG_AGO = health("2026-06-28", "ok")
FAILED_LONG_AGO = health("2026-06-28", "fail")


@pytest.mark.parametrize("day", ["2026-06-29", "2026-06-30"])
def test_alerts_fire_by_the_values_of_the_last_day(day):
    for status, is_bad in (("ok", False), ("warn", False), ("blind", True), ("fail", True)):
        rows = f"{FAILED_LONG_AGO} union all {health(day, status)}"
        assert fires("pipeline_health", rows) == is_bad
        assert not fires("old_data", rows)
    assert fires("overtraining", warned(day, "warn"))
    assert not fires("overtraining", warned(day, "info"))


@pytest.mark.parametrize("rows", [WELL_LONG_AGO, f"{WELL_LONG_AGO} limit 0"], ids=["aged", "empty"])
@pytest.mark.parametrize("name", ["pipeline_health", "old_data"])
def test_a_pipeline_that_stopped_fires(name, rows):
    assert fires(name, rows)


def test_old_overtraining_alerts_are_not_repeated():
    assert not fires("overtraining", warned("2026-06-28", "warn"))


def test_an_alert_has_its_paragraph_in_the_runbook():
    runbook = (ROOT / "resources" / "runbook.md").read_text().lower()
    for name in PROD["alerts"]:
        assert f"\n## {name.replace('_', ' ')}\n" in runbook


def test_ingest_builds_whether_a_sync_is_wanted_or_not():
    """A task is left out where all that it depends on is, whatever its `run_if` says."""
    build, sync = MORNING["ingest"], MORNING["strava_sync"]
    assert build["run_if"] == "ALL_DONE"
    assert {"task_key": "wants_strava", "outcome": "false"} in build["depends_on"]
    assert {"task_key": "strava_sync"} in build["depends_on"]
    assert sync["depends_on"] == [{"task_key": "wants_strava", "outcome": "true"}]


def test_the_first_time_everything_is_built_in_one_run():
    """The daily jobs read tables of each other, so none of them can run first."""
    (task,) = PROD["jobs"]["rebuild"]["tasks"]
    (command,) = task["dbt_task"]["commands"]
    assert command.startswith("dbt build --target databricks")
    assert "schedule" not in PROD["jobs"]["rebuild"]


@pytest.mark.parametrize("target", ["staging", "bootstrap", "prod"])
def test_code_of_the_service_principal_is_in_a_folder_only_it_can_write(target):
    """`validate --strict` refuses /Workspace/Shared, where all users can change the code."""
    filled = bundle.fill(
        bundle.load(target), warehouse_id="w", notify="a@example.com", service_principal="robot"
    )
    root = "/Workspace/Users/robot/.bundle/stride/"
    assert bundle.load(target)["given"]["workspace.root_path"].startswith(
        root.replace("robot", "${var.service_principal}")
    )
    for job in JOBS:
        for task in filled["jobs"][job]["tasks"]:
            for command in task.get("dbt_task", {}).get("commands", []):
                said = yaml.safe_load(re.search(r"--vars '(.*)'", command)[1])
                assert said["stride_wheel"].startswith(root)


def test_bootstrap_and_prod_are_one_deployment():
    roots = [bundle.load(t)["given"]["workspace.root_path"] for t in ("bootstrap", "prod")]
    assert roots[0] == roots[1]


def test_targets_in_one_workspace_share_no_resources():
    """Names of resources in the workspace and catalog differ between targets."""
    fields = ("name", "display_name", "catalog_name")
    names = [
        {
            (group, *(resource[field] for field in fields if field in resource))
            for group, resources in FILLED[target].items()
            for resource in resources.values()
            if group != "quality_monitors"  # in prod alone
        }
        for target in ("dev", "staging", "prod")
    ]
    assert len(set.union(*names)) == sum(map(len, names))


def test_two_developers_share_nothing():
    def catalogs(name: str) -> set[str]:
        dev = bundle.load("dev")
        dev["given"]["workspace.current_user.short_name"] = name
        filled = bundle.fill(dev, warehouse_id="w")
        vars_of_dbt = filled["jobs"]["features"]["tasks"][0]["dbt_task"]["commands"][0]
        schemas = {schema["catalog_name"] for schema in filled["schemas"].values()}
        return schemas | set(re.findall(r'stride_catalog: "(\w+)"', vars_of_dbt))

    assert (catalogs("ana"), catalogs("bob")) == ({"stride_dev_ana"}, {"stride_dev_bob"})


def test_excluded_files_exist():
    """A pattern without matches is a warning, which `validate --strict` does not allow."""
    excluded = yaml.safe_load((ROOT / "databricks.yml").read_text())["sync"]["exclude"]
    ignored = (ROOT / ".gitignore").read_text().split()
    for pattern in excluded:
        assert any(ROOT.glob(pattern)), pattern
        assert pattern.removesuffix("**") not in ignored, pattern


def test_runs_of_the_model_go_to_the_experiment_of_the_bundle():
    for target in ("dev", "staging", "prod"):
        resources = FILLED[target]
        model = resources["registered_models"]["race_time"]
        name = ".".join(model[part] for part in ("catalog_name", "schema_name", "name"))
        assert resources["experiments"]["race_time"]["name"] == registry.experiment_of(name)


SERVICE_PRINCIPAL = "00000000-0000-0000-0000-000000000001"


def _in_workspace(host: str, name: str) -> dict[str, str]:
    """Environment with only a user's login to a workspace."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DATABRICKS_", "BUNDLE_"))}
    return kept | {"DATABRICKS_HOST": host, "DATABRICKS_TOKEN": name, "NO_PROXY": "127.0.0.1"}


@pytest.mark.parametrize("target", TARGETS)
def test_the_command_line_accepts_it(target, tmp_path):
    databricks = shutil.which("databricks")
    if not databricks:
        pytest.skip("the Databricks command line is not installed; CI has it")
    name = "you@example.com" if target == "dev" else SERVICE_PRINCIPAL
    with serving(Endpoints) as host:
        done = subprocess.run(
            [databricks, "bundle", "validate", "--strict", "--target", target],
            env=_in_workspace(host, name)
            | {
                "HOME": str(tmp_path),
                "BUNDLE_VAR_notify": "you@example.com",
                "BUNDLE_VAR_readers": "coaches",
                "BUNDLE_VAR_service_principal": SERVICE_PRINCIPAL,
            },
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_workspace_answers_as_one_does(monkeypatch):
    """At least to the other client that Databricks makes."""
    with serving(Endpoints) as host:
        for variable, value in _in_workspace(host, "someone").items():
            monkeypatch.setenv(variable, value)
        client = WorkspaceClient()
        assert client.current_user.me().user_name == "someone"
        lookup = bundle.load("dev")["variables"]["warehouse_id"]["lookup"]["warehouse"]
        assert [w.name for w in client.warehouses.list()] == [lookup]
        assert client.workspace.get_status("/Users/x").object_type.value == "DIRECTORY"
        with pytest.raises(NotFound):
            client.jobs.get(1)
