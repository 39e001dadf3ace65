"""The report shows a build, explains what is missing and escapes text from the data."""

import csv
import hashlib
import html
import io
import re
from itertools import combinations
from urllib.parse import unquote

import duckdb
import numpy as np
import pandas as pd
import pytest
from report_build import AS_OF, write_build

from stride.errors import StrideError
from stride.report import forecast_lines, page, write_report
from stride.report.charts.fitness import fitness
from stride.report.downsample import downsample
from stride.report.formatting import NOTHING, number, time
from stride.report.spreadsheet import to_csv


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="module")
def page_text(folder):
    database = write_build(folder / "old.duckdb", ["ana", "<script>bo"], years=1, races=8)
    write_report(database, folder / "deep" / "index.html")
    return (folder / "deep" / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def full_text(folder):
    database = write_build(folder / "new.duckdb", ["ana"], years=3, races=8, later=True)
    write_report(database, folder / "full.html")
    return (folder / "full.html").read_text(encoding="utf-8")


def written(database, tmp_path, athlete=None):
    write_report(database, tmp_path / "index.html", athlete)
    return without_scripts((tmp_path / "index.html").read_text(encoding="utf-8"))


def without_scripts(text):
    return re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)


def visible_text(text):
    text = re.sub(r"<[^>]+>", "", without_scripts(text).replace("&nbsp;", " "))
    return re.sub(r"\s+", " ", html.unescape(text))


def test_words_of_the_data_are_never_markup(page_text, full_text):
    for text in (page_text, full_text):
        assert "<script>alert" not in text
        assert "<b>5K" not in text
        assert "<img" not in text
        assert text.count("<script") == text.count("</script>")
    assert "<script>bo" not in page_text
    assert "&lt;script&gt;bo" in page_text


def test_hostile_names_are_shown_as_what_they_are(page_text):
    text = without_scripts(page_text)
    assert "{{ 7 * 7 }}" in text  # not 49
    assert "\u202e" not in text and "\u2066" not in text and "\x1b" not in text
    assert max(map(len, re.findall("\N{RUNNER}+", text))) <= 100
    assert "\N{RUNNER}" * 61 not in page_text.split('type="application/json"')[1]
    assert len(page_text) < 2e6


def test_names_in_charts_are_no_tags_to_plotly():
    days = pd.DataFrame({"feature_date": [AS_OF], "training_load": 1.0}).assign(
        ctl=1.0, atl=1.0, tsb=1.0
    )
    races = pd.DataFrame({"race_date": [AS_OF], "distance_label": "5k", "race_time_s": 1500.0})
    figure = fitness(days, races.assign(race_name="<a href='x'>fast</a>"))
    assert figure["data"][2]["text"] == ["5k 0:25:00, &lt;a href='x'&gt;fast&lt;/a&gt;"]


def saved(text):
    """Every CSV that the page offers, read back."""
    links = re.findall(r'download="([^"]+)" href="data:text/csv;charset=utf-8,([^"]*)"', text)
    return {
        name: list(csv.reader(io.StringIO(unquote(address).removeprefix("\ufeff"))))
        for name, address in links
    }


def test_csv_opens_without_running_anything(page_text):
    files = saved(page_text)
    assert "stride-athlete-1-races.csv" in files
    for name, (header, *rows) in files.items():
        assert rows, name
        for row in rows:
            assert len(row) == len(header)
            for cell in row:
                is_number = re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", cell)
                assert is_number or not re.match(r"[=+\-@\t\r\n]", cell), (name, cell)
    names = [row[1] for row in files["stride-athlete-1-races.csv"][1:]]
    assert '\'=HYPERLINK("http://evil.example","10K")' in names
    assert "{{ 7 * 7 }} {% raw %} {{ config.items() }}" in names
    assert max(map(len, names)) <= 1000


def test_csv_keeps_numbers_and_dates_as_they_are():
    frame = pd.DataFrame({"day": [AS_OF], "miss_pct": [-1.25], "none": [None]})
    assert to_csv(frame) == "day,miss_pct,none\r\n2026-06-30,-1.25,\r\n"


def test_page_loads_nothing(page_text, full_text):
    for text in (page_text, full_text):
        assert "default-src 'none'" in text
        links = re.findall(r'(?:src|href)\s*=\s*"([^"]*)', without_scripts(text))
        assert links and all(re.match(r"#[\w-]|data:text/csv;", link) for link in links)
        assert not re.search(r"url\(|@import", text.split("</style>")[0])


def test_page_says_everything_in_text(page_text):
    text = visible_text(page_text)
    for said in (
        "As of 30 Jun 2026",
        "0:25:00",
        "0:23:20 to 0:26:40",
        "Model: version 1, the champion",
        "no start (2), no duration (1)",
        "100 % comes from heart rate",
        "8 of 8 results (100 %)",
        "the model's miss is 25 % larger",  # honest where the baseline wins
        "did not meet them all then. It is champion because it was promoted by hand.",
        "as in the forecasts, the miss is 5.0 %",
        "with the race itself among the earlier races too, 0.2 %",
        "at least 65, at most 95 %",
        "Form is above zero from day 3 on. After 14 days of rest, fitness would be 28.7",
        "Check your thresholds: over 40 run activities",
        "No medical advice",
        # Nothing of these yet: what to do.
        "The line starts with the second day that is forecast. Run stride update once a day",
        "No alert in the last year",
        "No forecast has been recorded yet. Build in the days before your next race",
        "No check has run yet. They run with every stride update",
    ):
        assert said in text, said
    assert "nan" not in text.lower().replace("finance", "")
    assert "NaT" not in text


def test_what_later_builds_know_is_shown(full_text):
    text = visible_text(full_text)
    for said in (
        "5k, from one race",
        "Fitness (CTL) of 40 load a day: 0.8 % faster",
        "Forecasts over time",
        "1 in the last 7 days",
        "30 Jun 2026: Longest run of a month. Today's run was 40 %",
        "next race 12 Jul 2026",
        "16 of 1,544 forecasts were computed after their day",
        "Promote version 1by gate",
        "Version 10, averaged over all races it was trained on",
        "in percent of the time: earlier races 4.2 %",
        "Clears in 9 days of rest",
        "recorded on the day before each race, compared with the result. 1 of 1 results (100 %)",
        "1 of them was computed afterwards, from data available on that day",
        "1 of 2 checks needs attention",
        "Import a newer export.",
        "1 of the model's 1 inputs has drifted",
        "ctl: Higher than in training.",
        "Retraining needed: yes, decided on 30 Jun 2026: 12 new races.",
        "Forecasts recorded before races and compared with the results",
    ):
        assert said in text, said
    assert text.count("Session spike") == 3 and text.count(", muted") == 1
    assert "nan" not in text.lower() and "NaT" not in text


def test_accessible(page_text):
    text = without_scripts(page_text)
    assert text.count("<table") == text.count("<caption>")
    assert all("scope=" in cell for cell in re.findall(r"<th\b[^>]*>", text))
    plots = re.findall(r'<div class="plot"[^>]*>', text)
    assert len(plots) == 2 * 4
    assert all('tabindex="0" role="group"' in plot and 'aria-label="' in plot for plot in plots)
    assert '<label for="chooser">' in text
    ids = re.findall(r'\bid="([^"]+)"', page_text)
    assert len(ids) == len(set(ids))
    assert {link for link in re.findall(r'href="#([^"]+)"', text)} <= set(ids)


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


STYLE = (page.PLOTLY.parents[1] / "style.css").read_text(encoding="utf-8")
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", STYLE)
}
AS_TEXT = ["ink", "muted", "ctl", "good", "fair", "bad"]
DRAWN = [name for name in COLOURS if re.match(r"ctl|atl|tsb|load|race|edge|sport-|z\d|m\d", name)]


@pytest.mark.parametrize("ground", ["paper", "raised"])
@pytest.mark.parametrize("theme", [0, 1])
def test_contrast_is_enough_for_weak_eyes(theme, ground):
    """WCAG 2.2 AA: 4.5 to 1 for text, 3 to 1 for what a drawing needs."""
    assert len(DRAWN) > 20
    behind = COLOURS[ground][theme]
    low = {n: contrast(COLOURS[n][theme], behind) for n in AS_TEXT}
    low |= {n: 1.5 * contrast(COLOURS[n][theme], behind) for n in DRAWN if n not in AS_TEXT}
    assert not {name: round(value, 2) for name, value in low.items() if value < 4.5}


# What a reader with a deficiency of red or green sees, linear RGB.
# Machado, Oliveira and Fernandes (2009), severity 1.0.
EYES = {
    "usual": np.eye(3),
    "protan": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deutan": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
}
SIDE_BY_SIDE = {
    "lines": ["ctl", "atl", "tsb"],
    "sports": [name for name in COLOURS if name.startswith("sport-")],
    "zones": [f"z{k}" for k in range(1, 6)],
    "methods": [f"m{k}" for k in range(1, 8)],
    "verdicts": ["good", "bad"],
}


def lab(colour, eye):
    """CIE L*a*b*, in which a distance of ten is seen at a glance."""
    parts = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    seen = np.clip(np.array(EYES[eye]) @ linear, 0, 1)
    xyz = np.array(to_xyz) @ seen / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("group", SIDE_BY_SIDE)
def test_colours_are_told_apart_by_every_eye(group, theme, eye):
    seen = {name: lab(COLOURS[name][theme], eye) for name in SIDE_BY_SIDE[group]}
    near = {
        (one, other): round(float(np.linalg.norm(seen[one] - seen[other])))
        for one, other in combinations(seen, 2)
    }
    assert len(near) >= 1
    assert not {pair: distance for pair, distance in near.items() if distance < 10}


def test_ten_years_of_many_athletes_stay_below_six_megabytes(tmp_path):
    names = [f"athlete {k}" for k in range(6)]
    database = write_build(tmp_path / "stride.duckdb", names, years=10, races=60, later=True)
    write_report(database, tmp_path / "index.html")
    assert (tmp_path / "index.html").stat().st_size < 6e6


def test_what_is_old_is_drawn_by_week():
    days = pd.DataFrame({"feature_date": pd.date_range(end=AS_OF, periods=3650)})
    days = days.assign(training_load=range(3650), ctl=1.0, atl=2.0, tsb=3.0)
    rows, weeks = downsample(days)
    assert len(rows) == weeks + 730 and weeks == (3650 - 730) // 7
    assert rows["feature_date"].diff().dt.days[1:weeks].eq(7).all()
    assert rows["feature_date"].diff().dt.days[weeks:].eq(1).all()
    assert rows["training_load"][0] == days["training_load"][1:8].mean()


def test_plotly_is_what_its_makers_published():
    """The file of plotly.js-basic-dist-min 2.35.2, unchanged."""
    found = hashlib.sha256(page.PLOTLY.read_bytes()).hexdigest()
    assert found == "138c2e81014b979dc00867a93da55b7605a17495ee78dd7afb433b7f021dfcfa"
    assert "MIT" in (page.PLOTLY.parent / "LICENSE").read_text(encoding="utf-8")


def test_without_races(tmp_path):
    database = write_build(tmp_path / "stride.duckdb", ["ana"], races=0, stage="stage-1")
    text = written(database, tmp_path)
    assert "No race found yet" in text
    assert "Nothing to compare yet" in text
    assert "Nothing measured yet" in text
    assert "from training only" in text
    assert "It is not trained" in text
    assert 'id="chooser"' not in text


def test_without_activities(tmp_path):
    database = write_build(tmp_path / "stride.duckdb", ["ana"], races=0)
    with duckdb.connect(str(database)) as connection:
        for table in ("features.rolling_features", "features.activity_features"):
            connection.execute(f"delete from {table}")
        connection.execute("delete from gold.athlete_predictions")
    text = written(database, tmp_path)
    assert "No activity found yet" in text
    assert "No forecast yet" in text
    assert forecast_lines(database) == ["ana: no forecast yet, run `stride update`."]


def test_without_heart_rate(tmp_path):
    database = write_build(tmp_path / "stride.duckdb", ["ana"])
    with duckdb.connect(str(database)) as connection:
        zones = ", ".join(f"z{k}_s = null" for k in range(1, 6))
        connection.execute(f"update features.activity_features set {zones}")
    assert "No activity has a heart rate yet" in written(database, tmp_path)


def test_refused_forecasts_say_why(tmp_path):
    database = write_build(tmp_path / "stride.duckdb", ["ana"], later=True)
    with duckdb.connect(str(database)) as connection:
        times = "predicted_time_s = null, lower_80_s = null, upper_80_s = null"
        said = "support = 'none', refusal_reason = 'fewer_than_42_days'"
        connection.execute(f"update gold.athlete_predictions set {times}, {said}")
    text = visible_text(written(database, tmp_path))
    assert text.count("No forecast. Fewer than 42 days") == 4
    assert "nan" not in text.lower()


def test_without_athletes(tmp_path):
    database = write_build(tmp_path / "stride.duckdb", [])
    assert "No athlete yet" in written(database, tmp_path)
    assert forecast_lines(database)[0].startswith("No athlete yet")


def test_one_athlete_of_several(tmp_path):
    database = write_build(tmp_path / "stride.duckdb", ["ana", "bo"])
    assert not re.search(r"\bana\b", written(database, tmp_path, "bo"))
    with pytest.raises(StrideError, match=r"no athlete 'eve' .* known: ana, bo\.$"):
        write_report(database, tmp_path / "index.html", "eve")


def test_terminal_names_ten_athletes(tmp_path):
    database = write_build(tmp_path / "stride.duckdb", [f"a{k:02}" for k in range(12)])
    lines = forecast_lines(database)
    assert lines[0].split() == ["5k", "10k", "half", "marathon", "marathon"]
    assert lines[1].split()[:2] == ["a00", "0:25:00"]
    assert lines[-1] == "... and 2 more"
    assert len(lines) == 1 + 10 + 1


def test_terminal_gives_one_athlete_the_intervals(tmp_path):
    lines = forecast_lines(write_build(tmp_path / "stride.duckdb", ["ana", "bob"]), "ana")
    assert lines[0] == "ana, 30 Jun 2026"
    assert lines[1] == "  5k            0:25:00  80 %: 0:23:20 to 0:26:40  [one race]"
    assert len(lines) == 5


def test_too_many_athletes_for_one_page(tmp_path, monkeypatch):
    monkeypatch.setattr("stride.report.queries.MOST_ATHLETES", 2)
    text = written(write_build(tmp_path / "stride.duckdb", list("abcde"), years=0.1), tmp_path)
    assert "3 more athletes are in this build" in text
    assert 'id="athlete-2"' in text and 'id="athlete-3"' not in text


def test_what_is_no_build_says_so(tmp_path):
    for report in (forecast_lines, lambda path: write_report(path, tmp_path / "index.html")):
        with pytest.raises(StrideError, match="stride update"):
            report(tmp_path / "missing.duckdb")
    (tmp_path / "torn.duckdb").write_bytes(b"no database")
    with pytest.raises(StrideError, match="can't be read"):
        forecast_lines(tmp_path / "torn.duckdb")
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    with pytest.raises(StrideError, match="not complete"):
        forecast_lines(tmp_path / "empty.duckdb")


def test_no_place_to_write(tmp_path):
    database = write_build(tmp_path / "stride.duckdb", ["ana"], years=0.1)
    with pytest.raises(StrideError, match="can't be written"):
        write_report(database, tmp_path)


def test_words():
    assert time(3599.7) == "1:00:00"
    assert time(float("nan")) == number(float("nan")) == NOTHING
    assert number(-5.83, 1) == "\N{MINUS SIGN}5.8"
