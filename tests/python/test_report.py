"""The report reads a build, says what is missing, and trusts no text of the data."""

import re

import duckdb
import numpy as np
import pandas as pd
import pytest

from stride.errors import StrideError
from stride.report import forecast_lines, write_report
from stride.report.charts import fitness
from stride.report.words import NOTHING, number, time

EVIL = "</script><script>alert('x')</script><b>5K</b>"
AS_OF = pd.Timestamp(2026, 6, 30)
DISTANCES = {"5k": 5000.0, "10k": 10000.0, "half marathon": 21097.5, "marathon": 42195.0}


def build(path, names, years=0.5, races=3, stage="1"):
    """Write a build of made-up numbers: only its shape matters here."""
    days = pd.date_range(end=AS_OF, periods=int(365 * years))
    load = 40 + 30 * np.sin(np.arange(len(days)))
    raced = [AS_OF - pd.Timedelta(days=10 + 60 * k) for k in range(races)]
    each = pd.DataFrame({"athlete_id": pd.Series(names, dtype=str)})

    def everyone(**columns):
        return each.merge(pd.DataFrame(columns), how="cross")

    state = {"ctl": load, "atl": load, "tsb": -load}
    timed = {"predicted_time_s": 1500.0, "lower_80_s": 1400.0, "upper_80_s": 1600.0}
    result = everyone(race_id=[f"r{k}" for k in range(races)], race_date=pd.to_datetime(raced))
    result = result.assign(distance_label="5k", race_time_s=1490.0, activity_id=result["race_id"])
    measured = {"races": races, "races_with_baseline": races - 1, "mape_pct": 5.0, "bias_pct": -1.0}
    measured |= {"interval_coverage_pct": 80.0, "paired_mape_pct": 5.0, "baseline_mape_pct": 4.0}
    tables = {
        "silver.athletes": everyone(as_of_date=[AS_OF]),
        "silver.quarantine": everyone(quarantine_reason=["no_start", "no_start", "no_duration"]),
        "gold.athlete_today": everyone(
            **{"as_of_date": [AS_OF], "days_of_history": len(days), "ctl": 40.0, "atl": 50.0},
            **{"tsb": -10.0, "acwr": np.nan, "load_7d": 300.0},
            **{"run_distance_7d_m": 40000.0, "run_distance_28d_m": 160000.0},
        ),
        "gold.athlete_predictions": everyone(
            **{"distance_label": list(DISTANCES), "distance_m": list(DISTANCES.values()), **timed},
            **{"prediction_date": AS_OF, "baseline_time_s": 1500.0 if races else np.nan},
            **{"support": "earlier_race" if races else "population_only"},
            **{"model_version": stage, "model_role": "champion" if stage == "1" else stage},
        ),
        "features.rolling_features": everyone(feature_date=days, training_load=load, **state),
        "features.activity_features": everyone(
            **{"activity_date": days, "sport": "run", "duration_s": 3600.0, "distance_m": 1e4},
            **{"training_load": load, "load_method": "heart_rate"},
        ),
        "labels.race_results": result.assign(
            distance_m=5000.0, race_name=EVIL, incomparable_reason=None
        ),
        "training.backtest_predictions": result.assign(**timed, baseline_time_s=np.nan),
        "training.model_evaluation": pd.DataFrame(
            [{"scope": s, **measured, "skill_pct": -25.0} for s in ("5k", "all")][: 2 * races]
        ).reindex(columns=["scope", *measured, "skill_pct"]),
        "training.leak_demonstration": pd.DataFrame(
            {"join_kind": ["day_before", "same_day_state", "same_day"], "mape_pct": [5.0, 4.0, 0.2]}
        ),
        "training.gate_results": pd.DataFrame(
            {"criterion": ["honest_interval"], "metric": "interval_coverage_pct", "why": "Why."}
        ).assign(metric_value=80.0, at_least=65.0, at_most=95.0, is_passed=True),
        "training.training_runs": pd.DataFrame(
            {"model_version": ["1"], "training_races": races, "is_gate_passed": False}
        ).assign(trained_at=AS_OF),
        "monitoring.row_reconciliation": everyone(source_file=[f"{EVIL}.csv"]).assign(
            ingested_at=AS_OF, rows_landed=9, rows_kept=5, rows_duplicate=1, rows_quarantined=3
        ),
    }
    tables["monitoring.row_reconciliation"]["rows_unaccounted"] = 0
    with duckdb.connect(str(path)) as connection:
        for name, frame in tables.items():
            connection.execute(f"create schema if not exists {name.split('.')[0]}")
            connection.register("frame", frame)
            connection.execute(f"create table {name} as from frame")
    return path


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    database = build(folder / "stride.duckdb", ["ana", "<script>bo"], years=1)
    write_report(database, folder / "deep" / "index.html")
    return (folder / "deep" / "index.html").read_text(encoding="utf-8")


def written(database, tmp_path, athlete=None):
    write_report(database, tmp_path / "index.html", athlete)
    return without_scripts((tmp_path / "index.html").read_text(encoding="utf-8"))


def without_scripts(page):
    return re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)


def test_words_of_the_data_are_never_markup(page):
    assert "<script>alert" not in page
    assert "<b>5K" not in page
    assert "<script>bo" not in page
    assert "&lt;script&gt;bo" in page
    # Two charts for each of two athletes, Plotly, and the page's own.
    assert page.count("<script") == page.count("</script>") == 6


def test_names_in_charts_are_no_tags_to_plotly():
    days = pd.DataFrame({"feature_date": [AS_OF], "training_load": 1.0}).assign(
        ctl=1.0, atl=1.0, tsb=1.0
    )
    races = pd.DataFrame({"race_date": [AS_OF], "distance_label": "5k", "race_time_s": 1500.0})
    figure = fitness(days, races.assign(race_name="<a href='x'>fast</a>"))
    assert figure.data[2].text == ("5k 0:25:00, &lt;a href='x'&gt;fast&lt;/a&gt;",)


def test_page_loads_nothing(page):
    assert "default-src 'none'" in page
    text = without_scripts(page)
    assert not re.search(r"(src|href)\s*=|url\(|@import|https?://", text)


def test_page_says_everything_in_text(page):
    text = re.sub(r"\s+", " ", without_scripts(page))
    for said in (
        "As of 30 Jun 2026",
        "0:25:00",
        "0:23:20 to 0:26:40",
        "Model: version 1, the champion",
        "no start (2), no duration (1)",
        "100 % comes from mean heart rate",
        "3 of 3 results (100 %)",
        "the model's miss is 25 % larger",  # honest where the baseline wins
        "did not: it stays a candidate",
        "the miss over all of them is 5.0 %",
        "with the race among the earlier races too, 0.2 %",
        "at least 65, at most 95 %",
        "No medical advice",
    ):
        assert said in text, said
    assert "nan" not in text.lower()


def test_accessible(page):
    text = without_scripts(page)
    assert text.count("<table") == text.count("<caption>")
    assert all("scope=" in cell for cell in re.findall(r"<th\b[^>]*>", text))
    plots = re.findall(r'<div class="plot"[^>]*>', text)
    assert len(plots) == 4
    assert all('role="img" aria-label="' in plot for plot in plots)
    assert '<label for="chooser">' in text


def test_ten_years_stay_below_six_megabytes(tmp_path):
    database = build(tmp_path / "stride.duckdb", ["ana"], years=10, races=60)
    write_report(database, tmp_path / "index.html")
    assert (tmp_path / "index.html").stat().st_size < 6e6


def test_without_races(tmp_path):
    database = build(tmp_path / "stride.duckdb", ["ana"], races=0, stage="stage-1")
    text = written(database, tmp_path)
    assert "No race found yet" in text
    assert "Nothing to compare yet" in text
    assert "Nothing measured yet" in text
    assert "population only" in text
    assert "nothing learned" in text
    assert "chooser" not in text.split("</style>")[1]


def test_without_activities(tmp_path):
    database = build(tmp_path / "stride.duckdb", ["ana"], races=0)
    with duckdb.connect(str(database)) as connection:
        for table in ("features.rolling_features", "features.activity_features"):
            connection.execute(f"delete from {table}")
        connection.execute("delete from gold.athlete_predictions")
    text = written(database, tmp_path)
    assert "No activity found yet" in text
    assert "No forecast yet" in text
    assert forecast_lines(database) == ["ana: no forecast yet, run `make build`."]


def test_without_athletes(tmp_path):
    database = build(tmp_path / "stride.duckdb", [])
    assert "No athlete yet" in written(database, tmp_path)
    assert forecast_lines(database)[0].startswith("No athlete yet")


def test_one_athlete_of_several(tmp_path):
    database = build(tmp_path / "stride.duckdb", ["ana", "bo"])
    assert "ana" not in written(database, tmp_path, "bo")
    with pytest.raises(StrideError, match=r"no athlete 'eve' .* known: ana, bo\.$"):
        write_report(database, tmp_path / "index.html", "eve")


def test_terminal_names_ten_athletes(tmp_path):
    database = build(tmp_path / "stride.duckdb", [f"a{k:02}" for k in range(12)])
    lines = forecast_lines(database)
    assert lines[0].split() == ["5k", "10k", "half", "marathon", "marathon"]
    assert lines[1].split()[:2] == ["a00", "0:25:00"]
    assert lines[-1] == "... and 2 more"
    assert len(lines) == 1 + 10 + 1


def test_terminal_gives_one_athlete_the_intervals(tmp_path):
    lines = forecast_lines(build(tmp_path / "stride.duckdb", ["ana", "bob"]), "ana")
    assert lines[0] == "ana, 30 Jun 2026"
    assert lines[1] == "  5k            0:25:00  80 %: 0:23:20 to 0:26:40  [earlier race]"
    assert len(lines) == 5


def test_too_many_athletes_for_one_page(tmp_path, monkeypatch):
    monkeypatch.setattr("stride.report.data.MOST_ATHLETES", 2)
    text = written(build(tmp_path / "stride.duckdb", list("abcde"), years=0.1), tmp_path)
    assert "3 more athletes are in this build" in text
    assert 'id="athlete-2"' in text and 'id="athlete-3"' not in text


def test_what_is_no_build_says_so(tmp_path):
    for report in (forecast_lines, lambda path: write_report(path, tmp_path / "index.html")):
        with pytest.raises(StrideError, match="make build"):
            report(tmp_path / "missing.duckdb")
    (tmp_path / "torn.duckdb").write_bytes(b"no database")
    with pytest.raises(StrideError, match="can't be read"):
        forecast_lines(tmp_path / "torn.duckdb")
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    with pytest.raises(StrideError, match="not complete"):
        forecast_lines(tmp_path / "empty.duckdb")


def test_no_place_to_write(tmp_path):
    database = build(tmp_path / "stride.duckdb", ["ana"], years=0.1)
    with pytest.raises(StrideError, match="can't be written"):
        write_report(database, tmp_path)


def test_words():
    assert time(3599.7) == "1:00:00"
    assert time(float("nan")) == number(float("nan")) == NOTHING
    assert number(-5.83, 1) == "\N{MINUS SIGN}5.8"
