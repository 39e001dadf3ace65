"""The table of a Strava export, in all known layouts."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime

import pytest

from stride.errors import StrideError
from stride.ingest.strava_csv import read_rows

HEADER = [
    "Activity ID",
    "Activity Date",
    "Activity Name",
    "Activity Type",
    "Elapsed Time",
    "Distance",
    "Elapsed Time",
    "Moving Time",
    "Distance",
    "Future Column",
]
RUN = [
    "1",
    "Jul 5, 2018, 3:00:00 PM",
    "Morning Run",
    "Run",
    "439",
    "1.61",
    "439.0",
    "430.0",
    "1609.3",
    "x",
]
SWIM = ["2", "Jul 6, 2018, 3:00:00 PM", "Laps", "Swim", "2400", "1,500", "2400.0", "", "1500.0", ""]


def table(*rows, header=HEADER, delimiter=",") -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows([header, *rows])
    return stream.getvalue().encode()


def read(*rows, **options) -> list[dict]:
    return read_rows(table(*rows, **options), "activities.csv").rows


# ---------------------------------------------------------------------------- columns


def test_duplicate_headers_are_distinguished_by_occurrence():
    (row,) = read(RUN)
    assert (row["displayed_distance"], row["distance_m"]) == (1.61, 1609.3)
    assert (row["elapsed_time_s"], row["moving_time_s"]) == (439.0, 430.0)


def test_columns_are_found_by_name_wherever_they_stand():
    order = [3, 0, 1, 9, 4, 2]
    rows = read([RUN[at] for at in order], header=[HEADER[at] for at in order])
    assert rows[0]["activity_id"] == "1" and rows[0]["elapsed_time_s"] == 439.0
    assert rows[0]["distance_m"] is None


def test_swapped_distances_are_distinguished_by_their_size():
    swapped = [8 if at == 5 else 5 if at == 8 else at for at in range(10)]
    rows = read(*([row[at] for at in swapped] for row in (RUN, SWIM)))
    assert [row["displayed_distance"] for row in rows] == [1.61, 1500.0]
    assert [row["distance_m"] for row in rows] == [1609.3, 1500.0]


def test_a_single_distance_is_identified_by_its_size():
    without_metres = [0, 1, 2, 3, 4, 5, 7]
    without_km = [0, 1, 2, 3, 4, 7, 8]
    for places, displayed, metres in (
        (without_metres, [1.61, 1500.0], [None, None]),
        (without_km, [None, None], [1609.3, 1500.0]),
    ):
        rows = read(
            *([row[at] for at in places] for row in (RUN, SWIM)),
            header=[HEADER[at] for at in places],
        )
        assert [row["displayed_distance"] for row in rows] == displayed
        assert [row["distance_m"] for row in rows] == metres


def test_a_distance_that_occurs_three_times_is_found():
    rows = read(
        [*RUN, "1.61"],
        header=["Distance" if name == "Future Column" else name for name in HEADER] + ["Extra"],
    )
    assert rows[0]["distance_m"] == 1609.3
    rows = read([*RUN[:5], "1.61", *RUN[5:]], header=[*HEADER[:5], "Distance", *HEADER[5:]])
    assert (rows[0]["displayed_distance"], rows[0]["distance_m"]) == (1.61, 1609.3)


def test_a_table_of_swims_keeps_the_column_order():
    (row,) = read(SWIM)
    assert (row["displayed_distance"], row["distance_m"]) == (1500.0, 1500.0)


def test_the_layout_before_2019_had_names_of_fields_and_metres():
    header = ["id", "date", "name", "type", "description", "elapsed_time", "distance", "commute"]
    header += ["gear", "filename"]
    found = read_rows(
        table(
            ["1", "2018-09-12 15:02:23", "Ride", "Ride", "", "783", "3681.0", "true", "", "a.gpx"],
            header=header,
        ),
        "activities.csv",
    )
    assert found.unknown_columns == [] and found.rows[0]["distance_m"] == 3681.0
    assert found.rows[0]["displayed_distance"] is None and found.rows[0]["device_file"] == "a.gpx"


def test_unknown_columns_are_named_and_their_cells_kept():
    found = read_rows(table(RUN), "activities.csv")
    assert found.unknown_columns == ["Future Column"] and found.language == "en"
    assert ["Future Column", "x"] in json.loads(found.rows[0]["raw_row"])


def test_every_used_column_lands():
    more = {
        "Average Heart Rate": "150.5",
        "Max Heart Rate": "175",
        "Average Watts": "210",
        "Weighted Average Power": "220",
        "Grade Adjusted Distance": "1650.1",
        "Elevation Gain": "12.5",
        "Relative Effort": "30",
        "Perceived Exertion": "4",
        "Competition": "1.0",
        "Filename": "activities/1.fit.gz",
        "Athlete Weight": "0.0",
        "Average Temperature": "",
        "Weather Temperature": "17.5",
    }
    (row,) = read([*RUN, *more.values()], header=[*HEADER, *more])
    assert row["unreadable_cells"] is None
    wanted = {
        "avg_hr_bpm": 150.5,
        "max_hr_bpm": 175.0,
        "avg_power_w": 210.0,
        "weighted_power_w": 220.0,
        "graded_distance_m": 1650.1,
        "elevation_gain_m": 12.5,
        "relative_effort": 30.0,
        "perceived_exertion": 4.0,
        "is_race_flagged": True,
        "device_file": "activities/1.fit.gz",
        "weight_kg": None,  # 0 is not known
        "temperature_c": 17.5,  # the weather's, where the device has none
    }
    assert {name: row[name] for name in wanted} == wanted


def test_a_second_column_fills_the_gaps_of_the_first():
    (row,) = read(["1", *RUN[1:4], "", *RUN[5:]])
    assert row["elapsed_time_s"] == 439.0


# ---------------------------------------------------------------------------- languages

GERMAN = [
    [
        *("Aktivitäts-ID", "Aktivitätsdatum", "Name der Aktivität", "Aktivitätsart"),
        *("Verstrichene Zeit", "Distanz", "Verstrichene Zeit", "Bewegungszeit", "Distanz"),
        "Durchschnittliche Herzfrequenz",
    ],
    [
        "1",
        "05.07.2018, 15:00:00",
        "Lauf",
        "Lauf",
        "3189",
        "9,44",
        "3189.0",
        "2070.0",
        "9440.123",
        "",
    ],
    ["2", "06.07.2018, 15:00:00", "Bad", "Schwimmen", "900", "1.500", "900.0", "", "1500.0", "120"],
]


def test_a_german_export_has_a_comma_in_one_column_and_points_in_the_others():
    found = read_rows(table(*GERMAN[1:], header=GERMAN[0]), "activities.csv")
    run, swim = found.rows
    assert found.language == "de" and run["started_at"] == datetime(2018, 7, 5, 15, tzinfo=UTC)
    assert (run["displayed_distance"], run["distance_m"]) == (9.44, 9440.123)
    assert (swim["displayed_distance"], swim["distance_m"]) == (1500.0, 1500.0)
    assert {row["unreadable_cells"] for row in found.rows} == {None}


def test_an_ambiguous_column_is_read_as_the_language_writes_it():
    (swim,) = read(GERMAN[2], header=GERMAN[0])
    assert swim["displayed_distance"] == 1500.0
    (swim,) = read(SWIM)
    assert swim["displayed_distance"] == 1500.0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_spreadsheet_may_have_saved_it_again(encoding, delimiter):
    text = table(*GERMAN[1:], header=GERMAN[0], delimiter=delimiter).decode()
    found = read_rows(text.encode(encoding), "activities.csv")
    assert [row["displayed_distance"] for row in found.rows] == [9.44, 1500.0]
    assert found.language == "de" and found.unknown_columns == []


def test_an_english_export_saved_by_a_european_spreadsheet():
    comma = [cell.replace(",", "_").replace(".", ",").replace("_", ".") for cell in RUN]
    comma[1] = RUN[1]
    (row,) = read(comma, delimiter=";")
    assert (row["displayed_distance"], row["distance_m"]) == (1.61, 1609.3)
    assert row["moving_time_s"] == 430.0
    (row,) = read_rows(b"sep=;\r\n" + table(comma, delimiter=";"), "activities.csv").rows
    assert row["distance_m"] == 1609.3


def test_dates_with_slashes_are_read_the_way_the_file_shows():
    dated = [["1", date, *RUN[2:]] for date in ("05/07/2018 15:00", "25/07/2018 15:00")]
    assert [row["started_at"].month for row in read(*dated)] == [7, 7]
    assert [row["started_at"].month for row in read(dated[0])] == [5]  # as in the US
    (row,) = read(["1", "05/07/2018 15:00", *GERMAN[1][2:]], header=GERMAN[0])
    assert row["started_at"].month == 7


# ---------------------------------------------------------------------------- broken cells, rows


def test_cells_with_newlines_and_emoji_are_kept():
    (row,) = read([*RUN[:2], "two\nlines 🏃", *RUN[3:]])
    assert row["name"] == "two\nlines 🏃"
    assert ["Activity Name", "two\nlines 🏃"] in json.loads(row["raw_row"])


def test_ids_beyond_two_to_the_53_stay_exact():
    (row,) = read(["9007199254740993", *RUN[1:]])
    assert row["activity_id"] == "9007199254740993"


def test_an_id_that_a_spreadsheet_rounded_is_unreadable():
    (row,) = read(["1.23E+18", *RUN[1:]])
    assert (row["activity_id"], row["unreadable_cells"]) == (None, "activity_id")
    assert json.loads(row["raw_row"])[0] == ["Activity ID", "1.23E+18"]


def test_a_bad_cell_spoils_neither_its_row_nor_the_others():
    rows = read(["2", "soon", *RUN[2:]], RUN, RUN[:4])
    assert [row["unreadable_cells"] for row in rows] == ["started_at", None, "cell_count"]
    assert [row["source_row_number"] for row in rows] == [1, 2, 3]
    rows = read([*RUN[:4], "long", *RUN[5:7], "slow", *RUN[8:]], [*RUN, "too much"])
    assert [row["unreadable_cells"] for row in rows] == [
        "elapsed_time_s,moving_time_s",
        "cell_count",
    ]
    assert [None, "too much"] in json.loads(rows[1]["raw_row"])


def test_a_blank_row_is_no_row():
    blank = [" "] + [""] * 9
    assert [row["source_row_number"] for row in read(blank, RUN, [], blank, SWIM)] == [1, 2]


def test_nul_bytes_and_broken_characters_do_no_harm():
    content = table(["1", RUN[1], "Höhen\0weg ÿ", *RUN[3:]]).replace("ÿ".encode(), b"\xff")
    (row,) = read_rows(content, "activities.csv").rows
    assert row["name"] == "Höhenweg \ufffd" and row["distance_m"] == 1609.3


# ---------------------------------------------------------------------------- files


def test_a_missing_column_is_named_with_the_columns_there_are():
    with pytest.raises(StrideError, match="lacks the column 'activity type'; it has: Activity ID"):
        read(RUN[:3], header=[*HEADER[:3], "Elapsed Time"])


def test_another_table_is_told_about_mappings():
    with pytest.raises(StrideError, match=r"no table that Stride knows; it has: .*--mapping"):
        read(["1", "2"], header=["id", "length"])


def test_an_empty_file_and_an_endless_cell_are_named():
    with pytest.raises(StrideError, match="is empty"):
        read_rows(b"\n\n", "activities.csv")
    with pytest.raises(StrideError, match="cell over 16 MB"):
        read_rows(table(RUN) + b'"' + b"x" * (17 * 1024**2), "activities.csv")


def test_the_reader_leaves_the_csv_modules_limit_alone():
    before = csv.field_size_limit()
    read(RUN)
    assert csv.field_size_limit() == before


# ---------------------------------------------------------------------------- real exports


def export(folder, name):
    return gzip.decompress((folder / name / "activities.csv.gz").read_bytes())


def test_a_real_export_of_94_columns_is_read_whole(real_data):
    found = read_rows(export(real_data, "butcher_strava_export"), "activities.csv")
    assert (len(found.rows), found.unknown_columns, found.language) == (2207, [], "en")
    assert {row["unreadable_cells"] for row in found.rows} == {None}
    counts = {
        name: sum(row[name] is not None for row in found.rows)
        for name in ("avg_hr_bpm", "weighted_power_w", "graded_distance_m", "weight_kg")
    }
    assert counts == {
        "avg_hr_bpm": 1815,
        "weighted_power_w": 718,
        "graded_distance_m": 1107,
        "weight_kg": 302,
    }


def test_a_real_export_with_broken_headers_has_no_unknown_column(real_data):
    found = read_rows(export(real_data, "ericstrava_broken_header"), "activities.csv")
    assert (len(found.rows), found.unknown_columns) == (371, [])
    assert {row["unreadable_cells"] for row in found.rows} == {None}


def test_swapping_the_distances_of_a_real_export_gives_the_same_rows(real_data):
    content = export(real_data, "butcher_strava_export")
    lines = list(csv.reader(io.StringIO(content.decode(), newline="")))
    first, second = [at for at, name in enumerate(lines[0]) if name == "Distance"]
    for line in lines[1:]:
        line[first], line[second] = line[second], line[first]
    swapped = read_rows(table(*lines[1:], header=lines[0]), "activities.csv").rows
    for name in ("displayed_distance", "distance_m"):
        assert [row[name] for row in swapped] == [
            row[name] for row in read_rows(content, "activities.csv").rows
        ]
