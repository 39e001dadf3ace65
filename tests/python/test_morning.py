"""The daily jobs one after the other, and their messages when a layer fails."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import duckdb
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from conftest import LAST_DAY, ROOT, Home
from test_build import assert_same, content, copy_of

from stride import cli
from stride.ingest import landing

DAYS = (LAST_DAY + timedelta(days=1), LAST_DAY + timedelta(days=2))


def commands() -> list[list[str]]:
    """dbt commands of the job `morning`, in order, without what the bundle fills in."""
    jobs = yaml.safe_load((ROOT / "resources" / "morning.yml").read_text())["resources"]["jobs"]
    return [
        command.replace("${var.dbt_arguments}", "").split()[1:]
        for task in jobs["morning"]["tasks"]
        for command in task.get("dbt_task", {}).get("commands", [])
    ]


def run_morning(home: Home, day) -> None:
    for command, *arguments in commands():
        done = home.dbt(command, *arguments, as_of=day)
        assert done.returncode == 0, (arguments, done.stdout[-4000:])


def test_a_morning_is_the_parts_that_the_readme_names():
    ran = commands()
    selectors = [command[2] for command in ran if command[0] == "build"]
    assert selectors == ["ingest", "features", "inference", "monitoring"]
    assert ["source", "freshness"] in ran


@pytest.mark.timeout(3000)
def test_the_jobs_of_two_mornings_equal_two_daily_builds(sample_home, tmp_path):
    by_jobs = copy_of(sample_home, tmp_path / "jobs")
    at_once = copy_of(sample_home, tmp_path / "daily")
    for day in DAYS:
        run_morning(by_jobs, day)
        at_once.build(day, "--selector", "daily")
        assert_same(content(at_once), content(by_jobs))


# ---- what is told when a layer breaks ----

NEXT_DAY = DAYS[0]
EVERY_ALERT = {"as_of_date": str(NEXT_DAY), "alert_mail_days": 900}
"""Alerts of the whole history become messages, so that there are some."""


@pytest.fixture
def home(sample_home, tmp_path) -> Home:
    """A copy of the sample in which every athlete has an address."""
    home = copy_of(sample_home, tmp_path / "home")
    for (athlete,) in home.ask("select athlete_id from silver.athletes"):
        done = home.stride("athlete", "set", athlete, "--email", f"{athlete}@example.org")
        assert done.returncode == 0, done.stderr
    return home


def build(home: Home, selector: str = "daily"):
    return home.dbt(
        *("build", "--selector", selector, "--exclude-resource-type", "unit_test"),
        *("--vars", json.dumps(EVERY_ALERT)),
    )


@pytest.fixture
def mails(home, mail_server, certificate, monkeypatch):
    """Return a function that runs `stride notify` twice and gives subject and text by recipient."""
    monkeypatch.setenv("STRIDE_HOME", str(home.folder))
    monkeypatch.delenv("STRIDE_LANDING", raising=False)
    monkeypatch.setenv(
        "STRIDE_SMTP_URL", f"smtp://stride:s3cr%2Fet%40%3A@127.0.0.1:{mail_server.port}"
    )
    monkeypatch.setenv("STRIDE_SMTP_CA", str(certificate))
    monkeypatch.setenv("STRIDE_MAIL_FROM", "stride@example.org")
    monkeypatch.setenv("STRIDE_MAIL_OPERATOR", "operator@example.org")

    def sent() -> dict[str, str]:
        for said in ("sent.", "Nothing to send."):  # nothing goes twice
            done = CliRunner().invoke(cli.main, ("notify", "--max-age-days", "366"))
            assert done.exit_code == 0 and said in done.output, done.output
        texts = {}
        for mail, (recipient,) in zip(mail_server.mails, mail_server.recipients, strict=True):
            (plain, _) = mail.iter_parts()
            texts[recipient] = texts.get(recipient, "") + f"{mail['Subject']} {plain.get_content()}"
        return texts

    return sent


def forecasts_of(home: Home, day) -> set[str]:
    rows = home.ask(
        f"select distinct athlete_id from inference.inference_log where prediction_date = '{day}'"
    )
    return {athlete for (athlete,) in rows}


def test_an_athlete_with_a_missing_landed_file_is_held_back_and_others_get_mails(home, mails):
    (file,) = (home.folder / "landing" / "activities").glob("sample-2.0001-*.parquet")
    file.rename(home.folder / "lost.parquet")
    ctl = "select ctl from features.rolling_features where athlete_id = 'sample-2' order by all"
    before = home.ask(ctl)
    done = build(home)
    assert done.returncode == 1 and "FAIL 2 health_has_no_fail_today" in done.stdout
    assert forecasts_of(home, NEXT_DAY) == {"sample-1", "sample-3"}
    assert forecasts_of(home, LAST_DAY) == {"sample-1", "sample-2", "sample-3"}
    assert set(before) <= set(home.ask(ctl))  # published features stay
    texts = mails()
    assert set(texts) == {f"{name}@example.org" for name in ("operator", "sample-1", "sample-3")}
    assert "Landed activities of 1 athletes are missing" in texts["operator@example.org"]
    assert "sample-2 (5 of 512)" in texts["operator@example.org"]
    # The file is back: so is the athlete.
    (home.folder / "lost.parquet").rename(file)
    done = build(home)
    assert done.returncode == 0, done.stdout[-4000:]
    assert forecasts_of(home, NEXT_DAY) == {"sample-1", "sample-2", "sample-3"}
    assert "sample-2@example.org" in mails()


def test_an_athlete_whose_features_fail_their_audit_is_held_and_the_others_get_theirs(home, mails):
    features = "from features.rolling_features where athlete_id = 'sample-2' order by all"
    published = home.frame(features)
    row = {"athlete_id": "sample-2", "correction": "load", "training_load": -50.0}
    row["activity_id"] = home.ask(
        "select max(activity_id) from silver.activities where athlete_id = 'sample-2'"
    )[0][0]
    landing.write(
        home.folder / "landing",
        "corrections",
        "sample-2.poison",
        [row | {"import_id": "poison", "ingested_at": datetime.now(UTC)}],
    )
    done = build(home)
    assert "FAIL 1 health_has_no_fail_today" in done.stdout, done.stdout[-3000:]
    assert forecasts_of(home, NEXT_DAY) == {"sample-1", "sample-3"}
    pd.testing.assert_frame_equal(published, home.frame(features))
    texts = mails()
    assert set(texts) == {f"{name}@example.org" for name in ("operator", "sample-1", "sample-3")}
    text = texts["operator@example.org"]
    assert "Features of 1 athletes failed their audit" in text
    assert "sample-2 (activity_features: a load that is missing, negative or above 16200)" in text


def test_a_model_that_can_not_be_loaded_and_a_broken_monitor_stop_no_mail(home, mails):
    shutil.rmtree(home.folder / "mlflow-artifacts")
    with duckdb.connect(str(home.folder / "stride.duckdb")) as connection:
        # The table refuses every new row.
        connection.execute("alter table monitoring.drift add column broken int default 0")
        connection.execute("alter table monitoring.drift alter column broken set not null")
        connection.execute("alter table monitoring.drift alter column broken drop default")
    done = build(home)
    assert done.returncode == 1 and "ERROR creating sql incremental model monitoring.drift" in (
        done.stdout
    )
    assert forecasts_of(home, NEXT_DAY) == {"sample-1", "sample-2", "sample-3"}
    texts = mails()
    assert len(texts) == 4
    assert "Stride: the build failed at drift" in texts["operator@example.org"]


def test_messages_of_health_outlast_the_process_that_queued_them(sample_home, tmp_path):
    """dbt closes its connection with a rollback, which a persistent server would not show."""
    home = Home(tmp_path / "home")
    shutil.copytree(sample_home.folder, home.folder)
    with duckdb.connect(str(home.folder / "stride.duckdb")) as connection:
        connection.execute("delete from gold.outbox where recipient = 'operator'")
        connection.execute(
            """update monitoring.health set status = 'fail', detail = 'broken on purpose'
            where check_name = 'champion'"""
        )
    done = home.run("dbt", "run", "--select", "stg_operator_messages")
    assert done.returncode == 0, done.stdout
    assert home.ask("select text_en from gold.outbox where cause = 'champion'")[0][0].startswith(
        "broken on purpose"
    )
