"""Each sentence of the report appears in its state and not in the opposite state."""

import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from report_build import AS_OF, write_build
from test_import import run, table
from test_report import visible_text, written

from stride.racetime.model import CANDIDATES
from stride.report import forecast_lines, sentences
from stride.report.formatting import SUPPORT, plain, support
from stride.status import page, read_status

ROOT = Path(__file__).parents[2]


@pytest.fixture
def page_text(tmp_path):
    """Render the page of a made-up build of one athlete after some SQL statements."""

    def render(*statements, later=True, races=3, **options) -> str:
        database = tmp_path / "stride.duckdb"
        database.unlink(missing_ok=True)
        write_build(database, ["ana"], races=races, later=later, **options)
        with duckdb.connect(str(database)) as connection:
            for statement in statements:
                connection.execute(statement)
        return " ".join(visible_text(written(database, tmp_path)).split())

    return render


REFUSED = """update gold.athlete_predictions set predicted_time_s = null, lower_80_s = null,
    upper_80_s = null, support = 'none', refusal_reason = 'no_race_and_too_little_training'"""
NO_REASONS = "update gold.athlete_predictions set reason_1 = null"


def supports(kind: str) -> str:
    return f"update gold.athlete_predictions set support = '{kind}'"


def test_which_data_forecasts_use(page_text):
    races = "Based on an earlier race: 5k in 0:24:50"
    training, refused = "Based on training only", "No forecast. No race and too little training"
    for kind in ("several_races", "one_race", "stale_race"):
        text = page_text(NO_REASONS, supports(kind))
        assert races in text and training not in text and refused not in text
    text = page_text(NO_REASONS, supports("training_only"), races=0)
    assert training in text and "the intervals are wide" in text and races not in text
    text = page_text(NO_REASONS, REFUSED, races=0)
    assert text.count(refused) == 4
    for wrong in ("Based on", "intervals are wide", "Why these times", "likely to be too fast"):
        assert wrong not in text
    # One distance of four is refused; the others still have forecasts.
    text = page_text(NO_REASONS, f"{REFUSED} where distance_label = 'marathon'")
    assert races in text and text.count(refused) == 1


FAILED = """insert into training.gate_results by name
    select 'enough_races' as criterion, 'races' as metric, false as is_passed, 'Why.' as why"""


def passed(is_passed: str) -> str:
    return f"update training.training_runs set is_gate_passed = {is_passed}"


def test_the_gate_at_training_and_now(page_text):
    then, now = "met them all then", "As measured in this build, 1 of 2 are not met"
    not_then, all_now = "did not meet them all then", "As measured in this build, all are met"
    text = page_text(passed("true"))
    assert "Version 1, trained 30 Jun 2026 on 3 races, met them all." in text
    assert not any(wrong in text for wrong in (then, now, not_then, all_now))
    text = page_text(passed("true"), FAILED)
    assert then in text and now in text and "met them all." not in text
    text = page_text(passed("false"), FAILED)
    assert not_then in text and now in text and all_now not in text
    text = page_text(passed("false"))
    assert not_then in text and all_now in text and "are not met" not in text
    text = page_text(passed("null"))
    assert "was not evaluated" in text and not_then not in text and "met them all" not in text


def test_a_version_that_failed_is_a_candidate_or_was_promoted_by_hand(page_text):
    stays, by_hand = "It stays a candidate", "promoted by hand"
    text = page_text(passed("false"))
    assert by_hand in text and stays not in text
    assert "It did not meet every criterion when it was trained" in text
    text = page_text(passed("false"), "update gold.athlete_predictions set model_version = '0'")
    assert stays in text and by_hand not in text
    assert "when it was trained" not in text  # version 0 has no training run
    text = page_text(passed("true"))
    assert "It met every criterion when it was trained" in text
    assert stays not in text and by_hand not in text


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("'no_champion'", "It is not trained; it is used because there is no champion."),
        ("'registry_unreachable'", "because the model registry could not be reached"),
        ("'model_unusable'", "because the champion could not be used"),
        ("null", "It is not trained."),
    ],
)
def test_why_the_fallback_forecasts(page_text, reason, sentence):
    text = page_text(
        "update gold.athlete_predictions set model_role = 'stage-1'",
        "alter table gold.athlete_predictions add column fallback_reason varchar",
        f"update gold.athlete_predictions set fallback_reason = {reason}",
    )
    assert sentence in text and "the champion. It starts" not in text
    others = {"because there is no champion", "could not be reached", "could not be used"}
    assert sum(other in text for other in others) == (reason != "null")


NO_LEDGER = "delete from monitoring.prediction_ledger where days_ahead = 1"
NEVER = "No race since the first recorded forecast"
ONE = "1 race since the first recorded forecast"


def kept_since(days: int) -> str:
    day = (AS_OF - pd.Timedelta(days=days)).date()
    return f"delete from inference.race_predictions where prediction_date < '{day}'"


def test_races_since_the_first_recorded_forecast(page_text):
    """The races of the build are 10, 70 and 130 days before its day."""
    text = page_text(NO_LEDGER, kept_since(5))
    assert f"{NEVER} (25 Jun 2026)" in text and "race since the first" not in text.replace(
        NEVER, ""
    )
    text = page_text(NO_LEDGER, kept_since(30))
    assert f"{ONE} (31 May 2026), the last on 20 Jun 2026" in text and NEVER not in text
    assert "1 had a forecast from an earlier day" in text  # 28 days ahead in the ledger
    text = page_text("delete from monitoring.prediction_ledger", kept_since(100))
    assert "2 races since the first recorded forecast" in text and NEVER not in text
    assert "had a forecast from an earlier day" not in text
    text = page_text(kept_since(30))  # with a forecast of the day before
    assert NEVER not in text and ONE not in text and "1 of 1 results" in text
    text = page_text(
        "delete from monitoring.prediction_ledger", "delete from inference.race_predictions"
    )
    assert "No forecast has been recorded yet" in text and NEVER not in text


def test_races_that_cannot_be_compared_yet_or_at_all(page_text):
    today, other = "Today's race is compared from tomorrow", "Races on trails or courses of unknown"
    text = page_text(NO_LEDGER, kept_since(30))
    assert today not in text and other not in text
    moved = f"update labels.race_results set race_date = '{AS_OF.date()}' where race_id = 'r0'"
    assert today in page_text(NO_LEDGER, kept_since(30), moved)
    typed = "alter table labels.race_results alter incomparable_reason type varchar"
    trail = "update labels.race_results set incomparable_reason = 'trail' where race_id = 'r0'"
    assert other in page_text(NO_LEDGER, kept_since(30), typed, trail)


def activities(*days: str) -> str:
    rows = ", ".join(f"('ana', date '{day}')" for day in days)
    return f"create table silver.activities as from (values {rows}) t(athlete_id, activity_date)"


def test_activities_dated_after_the_day_of_the_build(page_text):
    none, later = "No activity found yet", "dated after 30 Jun 2026, the day of this build"
    empty = ["delete from features.rolling_features", "delete from features.activity_features"]
    text = page_text(activities("2026-06-30"))
    assert none not in text and later not in text
    text = page_text(activities("2026-06-30", "2030-01-01", "2030-03-01"))
    assert f"2 activities are {later}: 1 Jan 2030 to 1 Mar 2030." in text and none not in text
    text = page_text(activities("2030-01-01"), *empty)
    assert f"No activity up to this day. 1 activity is {later}: 1 Jan 2030." in text
    assert none not in text
    text = page_text(*empty)
    assert none in text and later not in text


def test_activities_in_quarantine_because_they_are_dated_in_the_future(page_text, tmp_path):
    ahead = "dated in the future"
    kept = "create table silver.activities as select 'ana' athlete_id, {} activity_id, null::date d"
    landed = (
        "create schema bronze",
        """create table bronze.landed_activities as
        select * from (values ('1', timestamp '2035-01-02 10:00')) t(landed_row_id, started_at)""",
        """create or replace table silver.quarantine as select 'ana' athlete_id, 'a' activity_id,
        '1' landed_row_id, 'starts_after_import' quarantine_reason""",
    )
    assert ahead not in page_text()
    # Imported again with a valid date: that version counts.
    assert ahead not in page_text(*landed, kept.format("'a'"))
    sentence = f"1 activity is {ahead} and does not count: 2 Jan 2035."
    assert sentence in page_text(*landed, kept.format("'b'"))
    with duckdb.connect(str(tmp_path / "stride.duckdb")) as connection:
        connection.execute("alter table silver.activities rename d to activity_date")
    status = read_status(tmp_path / "stride.duckdb", tmp_path / "landing", tmp_path)
    assert f"ana: {sentence}" in " ".join(map(str, page(status)))


def test_import_warns_of_activities_dated_in_the_future(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from stride.cli import main

    monkeypatch.setenv("STRIDE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("STRIDE_LANDING", raising=False)
    ahead = [
        run(n, **{"Activity Date": f"Jul {n}, {pd.Timestamp.now().year + 4}, 3:00:00 PM"})
        for n in range(1, 11)
    ]
    who = ("--athlete", "ana", "--timezone", "Europe/Lisbon")
    for name, rows, sentence in (
        ("past.csv", [run(1)], None),
        ("ten.csv", ahead, "ana: 10 activities are dated in the future and do not count"),
        ("ten.csv", ahead, "ana: 10 activities are dated in the future"),  # imported before
        ("one.csv", [run(2), ahead[0]], "ana: 1 activity is dated in the future and does not"),
    ):
        (tmp_path / name).write_bytes(table(*rows))
        done = CliRunner().invoke(main, ["import", str(tmp_path / name), *who])
        assert done.exit_code == 0, done.output
        assert ("dated in the future" in done.output) == (sentence is not None)
        assert sentence is None or sentence in done.output


def test_the_terminal_shows_why_there_is_no_forecast(tmp_path):
    database = write_build(tmp_path / "stride.duckdb", ["ana"], later=True)
    assert not any("no forecast" in line for line in forecast_lines(database))
    with duckdb.connect(str(database)) as connection:
        connection.execute(REFUSED)
    assert forecast_lines(database)[1:] == [
        f"  {label:<14}no forecast: no race and too little training"
        for label in ("5k", "10k", "half marathon", "marathon")
    ]


# --------------------------------------------------------------------------- the terms in README


def seconds(text: str) -> int:
    hours, minutes, rest = map(int, text.split(":"))
    return 3600 * hours + 60 * minutes + rest


def test_readme_shows_what_the_report_prints(tmp_path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## How to read a forecast")[1].split("\n## ")[0]
    shown = [line[4:] for line in section.splitlines() if line.startswith("    ")]
    line = r"  (.{13}) (\S+)  80 %: (\S+) to (\S+)  \[(.+)\]"
    found = [re.fullmatch(line, text).groups() for text in shown[1:]]
    rows = [
        (label.strip(), *map(seconds, times), kind.replace(" ", "_"))
        for label, *times, kind in found
    ]
    names = ["distance_label", "predicted_time_s", "lower_80_s", "upper_80_s", "support"]
    database = write_build(tmp_path / "stride.duckdb", ["ana"], years=0.1)
    with duckdb.connect(str(database)) as connection:
        connection.register("shown", pd.DataFrame(rows, columns=names))
        sets = ", ".join(f"{name} = shown.{name}" for name in names[1:])
        connection.execute(
            f"update gold.athlete_predictions as p set {sets}, prediction_date = '2026-12-01' "
            "from shown where p.distance_label = shown.distance_label"
        )
    assert forecast_lines(database) == shown
    # README explains exactly the values of support that the code has.
    kinds = {plain(kind) for kind in SUPPORT if kind != "none"}
    assert set(re.findall(r"\[([a-z ]+)\]", section)) == kinds


def test_the_report_describes_each_support_level_of_the_model():
    source = (ROOT / "python/stride/racetime/stage_1.py").read_text(encoding="utf-8")
    named = source.split("support = np.select(")[1].split("return support")[0]
    assert set(re.findall(r'"(\w+)"', named)) == set(SUPPORT)
    assert all(support(kind) != plain(kind) for kind in SUPPORT)


@pytest.mark.parametrize("kind", CANDIDATES)
def test_how_a_champion_was_fitted_depends_on_its_kind(kind):
    runs = pd.DataFrame({"model_version": ["3"], "candidate": [kind], "is_gate_passed": [True]})
    forecast = pd.Series({"model_version": "3", "model_role": "champion"})
    sentence = sentences.model_used(forecast, runs)
    assert ("published" in sentence) == (kind == "published")
    assert ("fitted to the races" in sentence) == (kind != "published")
    assert ("training corrects it" in sentence) == (kind == "corrected")
