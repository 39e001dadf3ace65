"""The sample has the layout, quirks and calendar of real exports, and is reproducible.

It proves plumbing and never an accuracy claim: the athletes are invented.
"""

import csv
import gzip
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from stride.errors import StrideError
from stride.sample import write_sample
from stride.sample.athlete import draw_athlete
from stride.sample.fitness import race_seconds
from stride.sample.season import plan_season
from stride.sample.sessions import live

LAST_DAY = date(2026, 6, 30)
STANDARD = (5000, 10000, 15000, 16093, 21097, 42195)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    return folder, write_sample(folder, athletes=4, years=1.5, seed=5, last_day=LAST_DAY)


def table(folder, athlete):
    with zipfile.ZipFile(folder / athlete.archive) as archive:
        text = archive.read("activities.csv").decode()
    header, *rows = csv.reader(io.StringIO(text))
    return header, rows


def started(row):
    return datetime.strptime(row[1], "%b %d, %Y, %I:%M:%S %p").replace(tzinfo=UTC)


def dated(rows):
    return [row for row in rows if row[1] != "sometime in May"]


def test_same_arguments_give_same_bytes(sample, tmp_path):
    folder, _ = sample
    calls = []
    write_sample(tmp_path, athletes=4, years=1.5, seed=5, last_day=LAST_DAY, progress=calls.append)
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    assert all((folder / n).read_bytes() == (tmp_path / n).read_bytes() for n in names)
    assert calls == [1, 1, 1, 1]


def test_an_athlete_does_not_depend_on_the_number_of_athletes(sample, tmp_path):
    folder, athletes = sample
    fewer = write_sample(tmp_path, athletes=2, years=1.5, seed=5, last_day=LAST_DAY)
    assert fewer == athletes[:2]
    assert (folder / "sample-2.zip").read_bytes() == (tmp_path / "sample-2.zip").read_bytes()


def test_another_seed_gives_another_sample(sample, tmp_path):
    folder, _ = sample
    write_sample(tmp_path, athletes=1, years=1.5, seed=6, last_day=LAST_DAY)
    assert (folder / "sample-1.zip").read_bytes() != (tmp_path / "sample-1.zip").read_bytes()


def test_header_is_the_real_layout(sample):
    folder, athletes = sample
    header, rows = table(folder, athletes[0])
    twice = {name for name in header if header.count(name) == 2}
    assert len(header) == 94
    assert len(set(header)) == 89
    assert twice == {
        "Elapsed Time", "Distance", "Max Heart Rate", "Relative Effort", "Commute",
    }  # fmt: skip
    assert [header.index(name) for name in ("Distance", "Filename", "Moving Time")] == [6, 12, 16]
    assert header[17] == "Distance"
    assert header[-1] == "Media"
    assert {len(row) for row in rows} == {94}


def test_athletes_table_names_every_archive(sample):
    folder, _ = sample
    with (folder / "athletes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["athlete_id"] for row in rows] == [f"sample-{k}" for k in (1, 2, 3, 4)]
    assert len({row["timezone"] for row in rows}) == 4
    assert all((folder / row["archive"]).is_file() for row in rows)


def test_days_end_on_the_last_local_day_and_cross_utc_days(sample):
    folder, athletes = sample
    for athlete in athletes:
        zone = ZoneInfo(athlete.timezone)
        starts = [started(row) for row in dated(table(folder, athlete)[1])]
        days = [start.astimezone(zone).date() for start in starts]
        assert max(days) <= LAST_DAY
        assert min(days) > date(2024, 12, 28)
        assert any(day != start.date() for day, start in zip(days, starts, strict=True))


def test_ids_grow_with_time_and_one_row_is_duplicated(sample):
    folder, athletes = sample
    everyone = []
    for athlete in athletes:
        rows = table(folder, athlete)[1]
        ids = [int(row[0]) for row in rows]
        assert ids == sorted(ids)
        assert min(ids) > 10**10
        doubled = [row for row in rows if ids.count(int(row[0])) > 1]
        assert len(doubled) == (2 if athlete.athlete_id == "sample-1" else 0)
        assert not doubled or doubled[0] == doubled[1]
        everyone += set(ids)
    assert len(everyone) == len(set(everyone))


def test_swims_are_in_metres_and_other_sports_in_km(sample):
    folder, athletes = sample
    rows = [row for athlete in athletes for row in table(folder, athlete)[1]]
    swims = [row for row in rows if row[3] == "Swim"]
    assert any("," in row[6] for row in swims)
    assert all(float(row[6].replace(",", "")) == float(row[17]) for row in swims)
    runs = [row for row in rows if row[3] == "Run" and row[17] != "about 8 km"]
    assert all(abs(float(row[6]) * 1000 - float(row[17])) < 5.1 for row in runs)


def test_every_archive_has_its_bad_and_awkward_rows(sample):
    folder, athletes = sample
    kinds = set()
    for athlete in athletes:
        rows = table(folder, athlete)[1]
        bad = [
            "date" * (row[1] == "sometime in May")
            + "text" * (row[17] == "about 8 km")
            + "negative" * (row[5] == "-1" and row[15] == "-1.0")
            + "missing" * (row[5] == "" and row[15] == "")
            for row in rows
        ]
        found = [kind for kind in bad if kind]
        assert len(found) == len(set(found)) == 2
        kinds.update(found)
        names = {row[2] for row in rows}
        assert {"=1+1", "<b>easy</b>", '"Easy" he said'} <= names
        assert any("," in name for name in names)
        assert any("\n" in row[4] for row in rows)
        assert sum(row[31].startswith("15.6") for row in rows) == 1
    assert kinds == {"date", "text", "negative", "missing"}


def test_heart_rate_is_missing_on_a_share(sample):
    folder, athletes = sample
    for athlete in athletes:
        rows = table(folder, athlete)[1]
        missing = sum(row[31] == "" for row in rows) / len(rows)
        assert 0.05 < missing < 0.65


@pytest.mark.parametrize("number", [1, 2, 3, 8])
def test_races_are_near_a_standard_distance_and_slower_when_longer(number):
    who, plan, body = np.random.default_rng([3, number]).spawn(3)
    athlete = draw_athlete(number, who)
    first = date(2023, 7, 2)
    season = plan_season(athlete, first, LAST_DAY, plan)
    sessions = live(athlete, season, first, LAST_DAY, body)
    races = [session for session in sessions if session.race_m]
    assert [race.local.date() for race in races] == list(season.races)
    assert 9 <= len(races) <= 27
    for race in races:
        assert race.race_m in STANDARD
        assert 0.99 <= race.metres / race.race_m <= 1.06
        assert race.local.weekday() >= 5
        assert 7 <= race.local.hour <= 11
        assert 0.97 < race.moving_s / race.elapsed_s <= 1
        assert 2.0 < race.race_m / race.elapsed_s < 6.2
    assert len([race for race in races if race.race_m == 42195]) <= 6
    for before, after in pairwise(sessions):
        assert before.end <= after.start


def test_race_seconds_solves_the_speed_law():
    seconds = race_seconds(42195, 4.5, 0.06)
    assert 4.5 * seconds * (1 - 0.06 * np.log(seconds / 360)) == pytest.approx(42195)


def test_members_are_safe_and_recordings_agree_with_their_rows(sample):
    folder, athletes = sample
    for athlete in athletes:
        rows = {row[12]: row for row in table(folder, athlete)[1] if row[12]}
        with zipfile.ZipFile(folder / athlete.archive) as archive:
            table_name, *recordings = archive.namelist()
            contents = [gzip.decompress(archive.read(name)).decode() for name in recordings]
        assert table_name == "activities.csv"
        assert recordings == list(rows)
        assert len(recordings) == 5
        for name, text in zip(recordings, contents, strict=True):
            assert re.fullmatch(r"activities/\d{11,}\.tcx\.gz", name)
            assert text.startswith(" " * 10 + "<?xml")
            _agrees(ET.fromstring(text.strip()), rows[name])


def _agrees(root, row):
    values = {}
    for node in root.iter():
        values.setdefault(node.tag.split("}")[1], []).append(node.text)
    metres = [float(text) for text in values["DistanceMeters"][1:]]
    times = [datetime.fromisoformat(text) for text in values["Time"]]
    assert times[0] == started(row)
    assert (times[-1] - times[0]).total_seconds() == float(row[15])
    assert metres[-1] == pytest.approx(float(row[17]), abs=0.1)
    assert metres == sorted(metres)
    if row[31]:
        heart = [int(text) for text in values["Value"]]
        assert np.mean(heart) == pytest.approx(float(row[31]), abs=5)
    else:
        assert "Value" not in values


@pytest.mark.parametrize("wrong", [{"athletes": 0}, {"years": 0.0}, {"seed": -1}])
def test_out_of_range_arguments_are_refused(tmp_path, wrong):
    with pytest.raises(StrideError):
        write_sample(
            tmp_path, **{"athletes": 1, "years": 1.0, "seed": 1, **wrong}, last_day=LAST_DAY
        )
    assert list(tmp_path.iterdir()) == []
