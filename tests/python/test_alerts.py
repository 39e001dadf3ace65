"""Alerts of invented athletes: none for steady training, and each expected one exactly once."""

import shutil
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from activity_factory import ActivityFactory
from click.testing import CliRunner
from conftest import ROOT, Home

from stride import cli
from stride.ingest import landing
from stride.ingest.athletes import known_athletes, land_settings, settings_on
from stride.ingest.settings import CAUSES
from stride.whatif.fitness import project, recovery_look_ahead

FIRST_DAY, LAST_DAY = date(2024, 8, 5), date(2025, 12, 31)  # a Monday; 514 days
WEEK_KM = (0.0, 8.0, 10.0, 0.0, 8.0, 6.0, 16.0)
LOAD_PER_KM = 6.0
HOSTILE = "<script>alert(1)</script>\r\nBcc: x@example.org =HYPERLINK(1) {{ 7*7 }} \u202egnp" + (
    "\N{PILE OF POO}" * 10_000
)
BREAK = (date(2025, 6, 2), date(2025, 7, 20))


class Athletes(ActivityFactory):
    """Athletes with a repeating week and individual deviations."""

    def __init__(self):
        super().__init__(1, [])
        self.as_of = LAST_DAY

    def run(self, athlete: str, day: date, km: float, name: str = "Run") -> None:
        self.sex.setdefault(athlete, "f")
        self.number += 1
        key = str(self.number)
        self.activities[key] = {
            "athlete_id": athlete,
            "activity_id": key,
            "name": name,
            "sport": "run",
            "sport_type": "Run",
            "activity_date": day,
            "elapsed_time_s": km * 330,
            "moving_time_s": km * 330,
            "distance_m": km * 1000,
            "recording_row_id": None,
            "avg_hr_bpm": None,
        }
        self.overrides[key] = km * LOAD_PER_KM

    def train(self, athlete: str, kilometres, until: date = LAST_DAY) -> None:
        """One run a day of ``kilometres(day, usual)``; 0 is a day of rest."""
        for number in range((until - FIRST_DAY).days + 1):
            day = FIRST_DAY + timedelta(days=number)
            km = kilometres(day, WEEK_KM[day.weekday()])
            if km:
                self.run(athlete, day, km)


def wobbling(athletes: Athletes):
    """The usual distance, up to 4 % more or less."""
    return lambda day, usual: usual * athletes.random.uniform(0.96, 1.04)


def carefully_back(day, usual):
    """Three runs a week of 6 km after the break, increasing by 3 % a week."""
    if day < BREAK[0]:
        return usual
    weeks = (day - BREAK[1]).days // 7
    return 6.0 * 1.03**weeks if day > BREAK[1] and day.weekday() in (1, 3, 6) else 0.0


def at_once_back(day, usual):
    return 0.0 if BREAK[0] <= day <= BREAK[1] else usual


def three_brutal_weeks(day, usual):
    is_brutal = date(2025, 6, 2) <= day <= date(2025, 6, 22)
    return 16.0 if is_brutal else usual


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    home = Home(tmp_path_factory.mktemp("alerts"))
    athletes = Athletes()
    athletes.train("steady", lambda day, usual: usual)
    athletes.train("wobbling", wobbling(athletes))
    athletes.train("every-day", lambda day, usual: 10.0)
    athletes.train("new", lambda day, usual: usual, until=FIRST_DAY + timedelta(days=120))
    doubled = date(2025, 6, 8)
    for name in ("doubled", "muted"):
        athletes.train(name, lambda day, usual: 33.0 if day == doubled else usual)
    athletes.train("brutal", three_brutal_weeks)
    athletes.train("careful", carefully_back)
    athletes.train("at-once", at_once_back)
    athletes.train("hostile", lambda day, usual: usual if day < LAST_DAY else 0.0)
    athletes.run("hostile", LAST_DAY, 20.0, HOSTILE)
    database = home.folder / "stride.duckdb"
    athletes.write(database)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            """insert into silver.athlete_settings by name
            select 'muted' as athlete_id, 'mute_distance_spike' as setting,
                '2025-06-30' as value_text, date '2025-06-01' as valid_from,
                date '9999-12-31' as valid_until"""
        )
        # The checks of the pipeline are not built here.
        connection.execute(
            """create schema monitoring; create table monitoring.health (check_name string,
            checked_on date, layer string, status string, detail string, what_to_do string)"""
        )
    done = home.dbt(
        "build",
        "--select",
        "sports load_conventions alert_rules alert_texts path:models/features "
        "stg_alert_days+ stg_alert_mutes+ stg_alert_texts+ stg_operator_messages+",
        # The record of the outbox needs the tables of the complete pipeline.
        "--exclude",
        "path:models/monitoring metrics",
        "--exclude-resource-type",
        "unit_test",
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return home


def alerts_of(home: Home, athlete: str) -> list[tuple]:
    return home.ask(
        f"""select cause, level, alert_date from gold.overtraining_alerts
        where athlete_id = '{athlete}' order by alert_date, cause"""
    )


@pytest.mark.parametrize("athlete", ["steady", "wobbling", "every-day", "new"])
def test_steady_training_gives_no_alert(home, athlete):
    assert alerts_of(home, athlete) == []
    ((days,),) = home.ask(
        f"select count(*) from features.rolling_features where athlete_id = '{athlete}'"
    )
    assert days > 500 or athlete == "new"


def test_a_doubled_long_run_gives_one_alert_with_its_numbers(home):
    (alert,) = alerts_of(home, "doubled")
    assert alert == ("distance_spike", 3, date(2025, 6, 8))
    ((severity, english, portuguese, candidate),) = home.ask(
        """select severity, text_en, text_pt, is_sent_candidate
        from gold.overtraining_alerts where athlete_id = 'doubled'"""
    )
    assert severity == "warn" and candidate
    assert "Your run of 33.0 km was 106 % longer" in english and "(16.0 km)" in english
    assert "33,0 km foi 106 % mais longa" in portuguese
    assert english.endswith("It is not medical advice.")


def test_a_muted_alert_stays_in_the_table_and_is_not_sent(home):
    ((day, muted, candidate),) = home.ask(
        """select alert_date, is_muted, is_sent_candidate
        from gold.overtraining_alerts where athlete_id = 'muted'"""
    )
    assert (day, muted, candidate) == (date(2025, 6, 8), True, False)


def test_three_brutal_weeks_warn_once(home):
    alerts = alerts_of(home, "brutal")
    assert [cause for cause, _, _ in alerts] == ["acwr_classic", "overload"]
    assert all(date(2025, 6, 2) <= day <= date(2025, 6, 22) for _, _, day in alerts)
    sent = home.ask(
        """select cause, severity from gold.overtraining_alerts
        where athlete_id = 'brutal' and is_sent_candidate order by alert_date"""
    )
    assert sent == [("overload", "warn")]


def test_a_careful_return_after_a_break_gives_one_alert(home):
    assert alerts_of(home, "careful") == [("returning", 1, BREAK[1] + timedelta(days=2))]
    ((text,),) = home.ask(
        "select text_en from gold.overtraining_alerts where athlete_id = 'careful'"
    )
    assert "first run in 51 days" in text


def test_a_return_at_full_load_gives_each_of_its_alerts_once(home):
    alerts = alerts_of(home, "at-once")
    assert [cause for cause, _, _ in alerts] == ["returning", "distance_spike", "low_form"]


def test_days_to_clear_follow_the_recursion(home):
    rows = home.frame(
        """select days_to_clear, rolled.ctl, rolled.atl
        from gold.overtraining_alerts as alerts
        join features.rolling_features as rolled
            on alerts.athlete_id = rolled.athlete_id and alerts.alert_date = rolled.feature_date
        where cause in ('low_form', 'overload')"""
    )
    assert len(rows)
    for row in rows.itertuples():
        rest = recovery_look_ahead(row.ctl, row.atl, days=28)
        assert row.days_to_clear == (rest["form_pct"] >= -20).idxmax()


def test_only_recent_alerts_become_messages_and_untrusted_text_stays_text(home):
    rows = home.ask("select athlete_id, cause, activity_name, text_en from gold.outbox")
    ((athlete, cause, name, text),) = rows  # the alerts of June are old
    assert (athlete, cause) == ("hostile", "distance_spike")
    assert name == HOSTILE and "<script>" not in text and "{{" not in text


def test_later_days_do_not_change_an_alert(home, tmp_path):
    """Each alert is the same without the days after it."""
    file = tmp_path / "cut.duckdb"
    shutil.copy(home.folder / "stride.duckdb", file)
    sql = next((home.folder / "target" / "compiled").rglob("stg_alerts.sql")).read_text()
    with duckdb.connect(str(file)) as connection:
        database = connection.execute("select current_database()").fetchone()[0]
        sql = sql.replace('"stride".', f'"{database}".')
        full = connection.execute("from gold.stg_alerts").df()
        for table in ("rolling_features", "daily_features"):
            connection.execute(f"delete from features.{table} where feature_date > '2025-06-10'")
        views = connection.execute(
            "select schema_name, view_name, sql from duckdb_views() where not internal"
        ).fetchall()
        for name in ("stg_alert_days", "stg_alert_signals"):
            text = next(text for _, view, text in views if view == name)
            text = text.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1)
            connection.execute(text.replace("stride.", f"{database}."))
        cut = connection.execute(sql).df()
    keys = ["athlete_id", "alert_date", "cause"]
    expected = full[full["alert_date"] <= pd.Timestamp("2025-06-10")]
    assert len(expected) >= 3
    pd.testing.assert_frame_equal(
        cut.sort_values(keys, ignore_index=True), expected.sort_values(keys, ignore_index=True)
    )


def test_python_and_alert_rules_have_the_same_causes():
    rules = pd.read_csv(ROOT / "seeds" / "alert_rules.csv")
    assert list(dict.fromkeys(rules["cause"])) == list(CAUSES)
    texts = pd.read_csv(ROOT / "seeds" / "alert_texts.csv")
    for cause in CAUSES:
        assert set(texts[texts["text_key"] == cause]["language"]) == {"en", "pt", "pt-BR"}
    # No text states a risk in percent or tells the athlete to stop.
    words = " ".join(texts["text"]).lower()
    assert "injury risk" not in words and "stop" not in words and "risco de les" not in words


def test_the_projection_equals_the_recursion_of_the_features(home):
    days = home.frame(
        """select training_load, ctl, atl, tsb from features.rolling_features
        where athlete_id = 'brutal' order by feature_date"""
    )
    ahead = project(days["ctl"][99], days["atl"][99], days["training_load"][100:])
    for column in ("ctl", "atl", "tsb"):
        np.testing.assert_allclose(ahead[column], days[column][100:], rtol=1e-9, atol=1e-9)


def test_muting_lands_with_its_day_and_can_be_undone(tmp_path, monkeypatch):
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path))
    monkeypatch.delenv("STRIDE_LANDING", raising=False)
    with landing.writing(tmp_path / "landing"):
        land_settings(tmp_path / "landing", "ana", {"time_zone": "UTC"})

    def stride(*arguments):
        return CliRunner().invoke(cli.main, arguments)

    def muted():
        settings = settings_on(tmp_path / "landing", "ana", date.today())
        return {name: day for name, day in settings.items() if name.startswith("mute_")}

    tomorrow = str(date.today() + timedelta(days=1))
    done = stride("alert", "mute", "low_form", "--athlete", "ana", "--until", tomorrow)
    assert done.exit_code == 0 and muted() == {"mute_low_form": tomorrow}
    assert stride("alert", "mute", "all", "--athlete", "ana").exit_code == 0
    assert muted() == {f"mute_{cause}": "always" for cause in CAUSES}
    assert stride("alert", "unmute", "all", "--athlete", "ana").exit_code == 0
    assert muted() == {} and known_athletes(tmp_path / "landing") == ["ana"]
    for arguments, sentence in (
        (("mute", "pain", "--athlete", "ana"), "There is no cause 'pain'"),
        (("mute", "all", "--athlete", "bob"), "There is no athlete bob"),
        (("mute", "all", "--athlete", "ana", "--until", "2020-01-01"), "is before"),
        (("mute", "all", "--athlete", "ana", "--until", "May"), "'May' is not a date"),
    ):
        done = stride("alert", *arguments)
        assert done.exit_code == 1 and sentence in done.output
