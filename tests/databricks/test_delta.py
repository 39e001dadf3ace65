"""The whole graph on Delta Lake, through the real adapter: equal, repeatable, and as configured."""

import json
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from local_mail import PASSWORD

import bundle
from parity import compare_all
from proof import CATALOG, DAY, KEPT, PINS, ROOT, WHEEL
from stride.ingest.athletes import land_settings

# Rules of the stand-in for what only Unity Catalog has or open-source Spark cannot say. Delta's
# own work (MERGE, UPDATE, DELETE, NOT NULL, CLUSTER BY, history) is none of them.
EMULATED = {
    "set_tags",
    "set_column_tags",
    "add_constraint",
    "drop_constraint",
    "set_not_null",
    "rename",
    "information_schema",
    "no_upkeep",
    "comment_on_column",
    "comment_on_view",
    "describe_as_json",
    "describe_extended",
    "show_table_extended",
    "read_files",
    "create_table",
}

# With what brings the key: a hook that alters the table, or the contract that creates it.
FEATURE_TABLES = {
    "features.daily_features": ("alter table", "athlete_id, feature_date timeseries"),
    "features.rolling_features": ("alter table", "athlete_id, feature_date timeseries"),
    "point_in_time.feature_history": (
        "create or replace table",
        "athlete_id, feature_date, known_at timeseries",
    ),
}


def statements(delta) -> list[str]:
    """What was run, in small letters, without quotes and line breaks."""
    return [
        re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/|`", "", record["sql"].lower(), flags=re.S)).strip()
        for record in delta.log("sql")
        if record["ok"]
    ]


def test_a_morning_of_jobs_leaves_on_delta_what_one_build_leaves_on_duckdb(delta, local, work):
    assert compare_all(work, delta.environment, CATALOG)


def test_built_once_more_no_row_changes(delta):
    assert all(delta.second[table] for table in KEPT)
    assert delta.second == delta.third


def test_the_next_day_adds_and_rewrites_nothing(delta):
    for table in ("point_in_time.feature_history", "inference.race_predictions"):
        assert set(map(repr, delta.first[table])) < set(map(repr, delta.second[table]))


def test_a_deletion_a_late_upload_and_a_stated_load_reach_the_features(delta):
    """With an edit and new thresholds, between the first day and the second: `changes.py`."""
    features = f"{CATALOG}.features.activity_features"
    ((late, stated),) = delta.ask(
        "select count_if(athlete_id = 'sample-2' and activity_id = '1'),"
        f" count_if(load_method = 'override' and training_load = 77) from {features}"
    )
    ((landed, left),) = delta.ask(
        f"select count(*), count(features.activity_id) from {CATALOG}.bronze.landed_deletions"
        f" left join {features} as features using (athlete_id, activity_id)"
    )
    assert (late, stated, landed, left) == (1, 1, 1, 0)


def test_nothing_is_emulated_that_delta_does(delta):
    used = {rule for record in delta.log("sql") if record["ok"] for rule in record.get("rules", [])}
    assert used <= EMULATED
    history = delta.rows(f"describe history {CATALOG}.features.rolling_features")
    assert {"WRITE", "MERGE"} <= {version["operation"] for version in history}


def test_an_earlier_version_can_be_read(delta):
    table = f"{CATALOG}.inference.race_predictions"
    ((before,),) = delta.ask(f"select count(*) from {table} version as of 1")
    ((now,),) = delta.ask(f"select count(*) from {table}")
    assert 0 <= before < now


@pytest.mark.parametrize("table", sorted(FEATURE_TABLES))
def test_a_feature_table_gets_its_key_once(delta, table):
    schema, name = table.split(".")
    statement, columns = FEATURE_TABLES[table]
    named = [run for run in statements(delta) if f"pk_{name}" in run]
    assert len(named) == 1
    assert named[0].startswith(f"{statement} {CATALOG}.{table} ")
    assert f" constraint pk_{name} primary key ({columns})" in named[0]
    keys = delta.ask(
        f"select column_name from {CATALOG}.information_schema.key_column_usage where"
        f" table_schema = '{schema}' and table_name = '{name}' order by ordinal_position"
    )
    assert ", ".join(key for (key,) in keys) == columns.removesuffix(" timeseries")


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("features.rolling_features", ["athlete_id", "feature_date"]),
        ("point_in_time.feature_history", ["athlete_id", "feature_date"]),
        ("inference.inference_log", ["prediction_date", "athlete_id"]),
    ],
)
def test_clustering_is_deltas_own(delta, table, columns):
    (detail,) = delta.rows(f"describe detail {CATALOG}.{table}")
    assert detail["clusteringColumns"] == columns


def test_comments_are_the_descriptions(delta):
    models = yaml.safe_load((ROOT / "models/point_in_time/_point_in_time.yml").read_text())[
        "models"
    ]
    model = next(m for m in models if m["name"] == "feature_history")
    described = {
        name: comment
        for name, _, comment in delta.ask(f"describe table {CATALOG}.point_in_time.feature_history")
    }
    for column in model["columns"]:
        assert described[column["name"]] == column["description"]


def test_tags_say_who_owns_a_table_and_what_it_tells_of(delta):
    tags = {
        (schema, table, tag): value
        for _, schema, table, tag, value in delta.ask(
            f"select * from {CATALOG}.information_schema.table_tags"
        )
    }
    assert tags["silver", "activities", "pii"] == "free_text"
    assert tags["features", "rolling_features", "pii"] == "athlete"
    assert tags["gold", "athlete_today", "owner"] == "stride"


def test_python_models_bring_stride_and_run_on_serverless(delta):
    bodies = [r["body"] for r in delta.log("rest") if r["path"].endswith("jobs/runs/submit")]
    assert bodies
    for body in bodies:
        (environment,) = body["environments"]
        (task,) = body["tasks"]
        assert task["environment_key"] == environment["environment_key"]
        assert not {"new_cluster", "existing_cluster_id"} & task.keys()
        assert not task.get("libraries")
    for model in delta.log("python"):
        pip, _restart = model["installed"]
        assert pip.split()[:2] == ["%pip", "install"]
        assert pip.endswith(f" --no-deps -r {PINS} {WHEEL}")


def test_a_training_names_the_versions_of_the_tables_that_it_read(delta):
    with closing(sqlite3.connect(delta.home / "mlflow.db")) as registry:
        named = registry.execute(
            "select name, digest, dataset_source_type from datasets"
        ).fetchall()
    assert {name for name, _, _ in named} >= {f"{CATALOG}.training.training_set"}
    for table, version, kind in named:
        assert kind == "delta_table"
        assert delta.ask(f"select count(*) from {table} version as of {version}")


def test_not_null_holds_for_rows_that_come_later(delta):
    table = f"{CATALOG}.features.rolling_features"
    with pytest.raises(Exception, match=r"not_null|NOT NULL|NOT_NULL"):
        delta.ask(f"insert into {table} (athlete_id, ctl) values (null, 1)")


def test_what_alerts_conditions_and_dashboard_ask_runs_on_spark(delta):
    for query in bundle.queries(bundle.fill(bundle.load("prod"), warehouse_id="w")).values():
        delta.ask(query)
    with pytest.raises(Exception, match="TABLE_OR_VIEW_NOT_FOUND"):
        delta.ask(f"select 1 from {CATALOG}.gold.no_such_table")


FAULTS = {
    "a function of DuckDB alone": (
        "select *, list_sum([1, 2]) as extra from {{ ref('athlete_today') }}",
        "list_sum|UNRESOLVED_ROUTINE|PARSE_SYNTAX_ERROR",
    ),
    "a division by zero": (
        "select 1 / (ctl - ctl) as extra from {{ ref('rolling_features') }}",
        "DIVIDE_BY_ZERO",
    ),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_query_that_only_duckdb_takes_fails(delta, fault):
    sql, message = FAULTS[fault]
    done = delta.dbt("show", "--inline", sql)
    assert done.returncode != 0
    assert re.search(message, done.stdout), done.stdout[-2000:]


def test_a_column_of_another_type_fails(delta, tmp_path):
    project = tmp_path / "project"
    for part in ("models", "macros", "seeds", "profiles", "tests/generic", "tests/singular"):
        shutil.copytree(ROOT / part, project / part)
    for file in ("dbt_project.yml", "selectors.yml"):
        shutil.copy(ROOT / file, project)
    model = project / "models/features/athlete_profile.sql"
    query = model.read_text()
    assert "select * from final" in query
    model.write_text(
        query.replace("select * from final", "select * except (sex), 1 as sex from final")
    )
    done = delta.dbt("run", "--select", "athlete_profile", folder=project)
    assert done.returncode != 0
    assert "contract" in done.stdout and "sex" in done.stdout


def test_bronze_can_be_read_file_by_file(delta):
    models = ["landed_imports", "landed_heart_rate"]
    counts = ", ".join(
        f"(select count(*) from {CATALOG}.bronze.{model}) as {model}" for model in models
    )
    before = delta.ask(f"select {counts}")
    for _ in range(2):
        done = delta.dbt("run", "--select", *models, bronze_as="streaming_table")
        assert done.returncode == 0, done.stdout[-3000:]
        assert delta.ask(f"select {counts}") == before
    run = statements(delta)
    for model in models:
        table = f"{CATALOG}.bronze.{model}"
        assert sum(s.startswith(f"create streaming table {table} ") for s in run) == 1
        assert run.count(f"refresh streaming table {table}") == 1


def test_messages_are_sent_once_by_the_notebook_of_the_bundle(
    delta, work, tmp_path, mail_server, certificate
):
    landing = tmp_path / "landing"
    shutil.copytree(work / "later" / "landing" / "athlete_settings", landing / "athlete_settings")
    land_settings(landing, "sample-1", {"email": "one@example.org", "language": "pt-BR"})
    columns = [name for name, *_ in delta.ask(f"describe table {CATALOG}.gold.outbox")]
    for recipient, athlete in (("athlete", "'sample-1'"), ("operator", "null")):
        row = {"message_id": f"'{recipient}'", "recipient": f"'{recipient}'", "athlete_id": athlete}
        row |= {"cause": "'low_form'", "severity": "'warn'", "message_date": "current_date()"}
        row |= {"title_en": "'Form'", "title_pt_br": "'Forma'", "text_en": "'TSB is -40.'"}
        row |= {"text_pt_br": "'TSB em -40.'", "urgency": "1"}
        values = ", ".join(row.get(name, "null") for name in columns)
        delta.ask(f"insert into {CATALOG}.gold.outbox select {values}")
    secrets = {
        "stride_smtp_url": f"smtp://stride:{quote(PASSWORD, safe='')}@127.0.0.1:{mail_server.port}",
        "stride_smtp_ca": str(certificate),
        "stride_mail_from": "stride@example.org",
        "stride_mail_operator": "operator@example.org",
    }
    (delta.home / "workspace" / "secrets.json").write_text(json.dumps({"stride": secrets}))
    tasks = bundle.fill(bundle.load("prod"), warehouse_id="w")["jobs"]["morning"]["tasks"]
    (task,) = [one["notebook_task"] for one in tasks if one["task_key"] == "messages"]
    assert set(task["base_parameters"]["secrets"].split()) == set(secrets) - {"stride_smtp_ca"}
    given = task["base_parameters"] | {"secrets": " ".join(secrets), "landing": str(landing)}
    for _ in range(2):
        state = delta.run_notebook(ROOT / "resources" / task["notebook_path"], given)
        assert state["result_state"] == "SUCCESS", state
    mails = {
        to: mail for mail, (to,) in zip(mail_server.mails, mail_server.recipients, strict=True)
    }
    assert "Forma" in mails["one@example.org"]["Subject"]
    assert {"one@example.org", "operator@example.org"} <= set(mails)
    ids = [mail["Message-ID"] for mail in mail_server.mails]
    assert len(ids) == len(set(ids))
    events = delta.ask(f"select message_id, event from {CATALOG}.gold.deliveries")
    assert {("athlete", "sent"), ("operator", "sent")} <= set(events)


def test_an_erased_athlete_leaves_the_append_only_tables(delta, work):
    """Last: it takes an athlete away."""
    moment = datetime.now(UTC)
    row = {
        "athlete_hash": sha256(b"sample-1").hexdigest(),
        "rows_erased": 1,
        "ingested_at": moment,
        "landing_version": 1,
    }
    folder = work / "later" / "landing" / "erasures"
    like = pq.read_schema(next(folder.glob("*.parquet")))
    pq.write_table(pa.Table.from_pylist([row], schema=like), folder / "erased.parquet")
    tables = ("inference.race_predictions", "inference.inference_log")
    chosen = ["landed_erasures", "race_predictions", "inference_log"]
    done = delta.dbt("run", "--select", *chosen, as_of=DAY)
    assert done.returncode == 0, done.stdout[-3000:]
    for table in tables:
        athletes = {a for (a,) in delta.ask(f"select distinct athlete_id from {CATALOG}.{table}")}
        assert athletes == {"sample-2"}
        history = delta.rows(f"describe history {CATALOG}.{table}")
        assert {"WRITE", "MERGE"} <= {version["operation"] for version in history}
