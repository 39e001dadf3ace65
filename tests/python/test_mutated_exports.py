"""Randomly broken exports give one clear sentence, or all rows without wrong values."""

import contextlib
import csv
import io
from datetime import UTC, datetime, timedelta

from conftest import LAST_DAY, Home
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from stride.errors import StrideError
from stride.ingest import headers
from stride.ingest.importing import Options, import_path
from stride.ingest.strava_csv import read_rows

# Columns in Strava's order, by meaning; the two distances are told apart below.
COLUMNS = [
    "activity_id",
    "started_at",
    "name",
    "sport_type",
    "elapsed_time_s",
    "displayed_distance",
]
COLUMNS += ["max_hr_bpm", "device_file", "elapsed_time_s", "moving_time_s", "distance_m"]
COLUMNS += ["elevation_gain_m", "max_hr_bpm", "avg_hr_bpm", "weighted_power_w", "is_race_flagged"]
REQUIRED = {"activity_id", "started_at", "sport_type", "elapsed_time_s"}
MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "es": "ene. feb. mar. abr. may. jun. jul. ago. sept. oct. nov. dic.",
    "pt": "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "nl": "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.",
    "pl": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
}
BETWEEN = {"fr": " à ", "pt": " de ", "it": ", ", "pl": ", "}


def date(moment: datetime, language: str) -> str:
    """The export of an account in a language."""
    if language == "de":
        return f"{moment:%d.%m.%Y, %H:%M:%S}"
    month = MONTHS[language].split()[moment.month - 1]
    if language == "en":
        return f"{month} {moment.day}, {moment.year}, {moment:%I:%M:%S %p}"
    if language == "pt":
        return f"{moment.day} de {month} de {moment.year}, {moment:%H:%M:%S}"
    return f"{moment.day} {month} {moment.year}{BETWEEN.get(language, ' ')}{moment:%H:%M:%S}"


def shown(distance: float, sport: str, language: str) -> str:
    """The first distance: two decimals, for swims whole metres, in the language's marks."""
    text = f"{distance:,.0f}" if sport == "Swim" else f"{distance:,.2f}"
    if language == "en":
        return text
    return text.replace(",", "_").replace(".", ",").replace("_", ".")


def title(meaning: str, language: str) -> str:
    """The header of a column, in English if unknown in the language."""
    meaning = "distance" if "distance" in meaning else meaning
    for code in (language, "en"):
        for part in ("columns", "translated"):
            if found := headers._facts()[code].get(part, {}).get(meaning):
                return found[0]
    raise AssertionError(meaning)


@st.composite
def activities(draw) -> list[dict]:
    """Four runs and rides, and a few of anything."""
    found = []
    sports = ["Run", "Run", "Ride", "Run"]
    sports += draw(st.lists(st.sampled_from(["Run", "Ride", "Swim"]), max_size=5))
    for sport in sports:
        elapsed = draw(st.integers(600, 20_000))
        metres = round(elapsed * draw(st.floats(1.5, 6.0)), 1)
        distance = round(metres) if sport == "Swim" else round(metres / 1000, 2)
        moment = datetime(2018, 1, 1, tzinfo=UTC) + timedelta(
            seconds=draw(st.integers(0, 200_000_000))
        )
        hr = draw(st.none() | st.integers(90, 190))
        found.append(
            {
                "activity_id": str(draw(st.integers(1, 2**63))),
                "started_at": moment,
                "name": draw(st.sampled_from(["Lunch", 'a "b", c;d', "two\nlines 🏃", "Höhe\t1"])),
                "sport_type": sport,
                "elapsed_time_s": float(elapsed),
                "moving_time_s": elapsed - 0.5,
                "displayed_distance": float(distance),
                "distance_m": float(distance) if sport == "Swim" else metres,
                "elevation_gain_m": draw(st.none() | st.just(0.0) | st.floats(1, 999)),
                "max_hr_bpm": hr and float(hr + 9),
                "avg_hr_bpm": hr and hr + 0.123,
                "weighted_power_w": draw(st.none() | st.integers(80, 400).map(float)),
                "is_race_flagged": draw(st.sampled_from([None, True, False])),
                "device_file": draw(st.sampled_from([None, "activities/1.fit.gz"])),
            }
        )
    return found


def cell(row: dict, column: str, is_second: bool, language: str, point: str) -> str:
    value = row[column]
    if value is None:
        return ""
    if column == "started_at":
        return date(value, language)
    if column == "displayed_distance":
        return shown(value, row["sport_type"], language)
    if column == "is_race_flagged":
        return str(float(value)).replace(".", point)
    if column == "elapsed_time_s" and not is_second:
        return f"{value:.0f}"
    return value if isinstance(value, str) else str(value).replace(".", point)


CORRUPT = st.sampled_from(["", "?", "9,44", "1.500,5", "-1e999", "\0", '"', "NaN", "0"]) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=8
)


@st.composite
def exports(draw):
    """Return the file content and the expected values."""
    rows = draw(activities())
    language = draw(st.sampled_from(["en", "en", "de", "fr", "es", "pt", "it", "nl", "pl"]))
    delimiter = draw(st.sampled_from(",;\t"))
    # A European spreadsheet that saved the file again put commas into the exact numbers too.
    point = "," if delimiter == ";" and language != "en" and draw(st.booleans()) else "."
    seen: set[str] = set()
    # Each column: the landed column it feeds, its header and its cells.
    columns = []
    for column in COLUMNS:
        texts = [cell(row, column, column in seen, language, point) for row in rows]
        columns.append([column, title(column, language), texts])
        seen.add(column)
    change = st.sampled_from(["drop", "double", "rename", "move"])
    for what in draw(st.lists(change, max_size=3)):
        at = draw(st.integers(0, len(columns) - 1))
        if what == "drop":
            del columns[at]
        elif what == "double":
            columns.insert(
                draw(st.integers(0, len(columns))), [*columns[at][:2], columns[at][2][:]]
            )
        elif what == "rename":
            columns[at] = [
                None,
                draw(st.sampled_from(["", "Mood", 'Odd "one";\n'])),
                columns[at][2],
            ]
        else:
            columns.insert(draw(st.integers(0, len(columns) - 1)), columns.pop(at))
    present = {column for column, _, _ in columns if column}

    touched = set()
    for _ in range(draw(st.integers(0, 2))):  # fewer than the runs that stay as they were
        at, column = draw(st.integers(0, len(rows) - 1)), draw(st.sampled_from(columns))
        column[2][at] = draw(CORRUPT)
        touched.add(at)
    lines = [[texts[at] for _, _, texts in columns] for at in range(len(rows))]
    for at in draw(st.lists(st.integers(0, len(rows) - 1), max_size=1)):
        lines[at] = lines[at][:-1] if draw(st.booleans()) else [*lines[at], "more"]
        touched.add(at)
    order = draw(st.permutations(range(len(rows))))
    out = [[name for _, name, _ in columns]]
    for at in order:
        out += [[""] * draw(st.integers(0, 3))] if draw(st.booleans()) else []
        out.append(lines[at])
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(out)
    content = stream.getvalue().encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])))
    expected = [None if at in touched else rows[at] for at in order]
    return content, expected, present


# The same examples every time: a build must not fail by chance.
@settings(
    max_examples=250,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(exports())
def test_mutations_neither_lose_rows_nor_give_wrong_values(export):
    content, expected, present = export
    try:
        rows = read_rows(content, "activities.csv").rows
    except StrideError as problem:
        assert REQUIRED - present, problem  # there is a reason
        assert "\n" not in str(problem) and len(str(problem)) < 700
        return
    assert present >= REQUIRED
    assert [row["source_row_number"] for row in rows] == list(range(1, len(expected) + 1))
    for row, wanted in zip(rows, expected, strict=True):
        if wanted is None:
            continue
        assert row["unreadable_cells"] is None
        assert {name: row[name] for name in present} == {name: wanted[name] for name in present}


def test_every_row_of_broken_exports_ends_in_one_place(tmp_path):
    """The same exports, imported as separate athletes and built."""
    broken = []

    @settings(max_examples=60, database=None, derandomize=True, phases=[Phase.generate])
    @given(exports())
    def collect(export):
        broken.append(export)

    collect()
    home, wanted = Home(tmp_path / "home"), {}
    for number, (content, expected, _) in enumerate(broken):
        (tmp_path / "activities.csv").write_bytes(content)
        with contextlib.suppress(StrideError):
            import_path(
                tmp_path / "activities.csv",
                home.folder / "landing",
                f"a{number}",
                Options(time_zone="Asia/Tokyo"),
            )
            wanted[f"a{number}"] = len(expected)
    assert len(wanted) > 30
    done = home.dbt(
        "build", "--indirect-selection=buildable", "--select", "+row_reconciliation", as_of=LAST_DAY
    )
    assert done.returncode == 0, done.stdout[-3000:]
    found = home.ask(
        """select athlete_id, rows_landed, rows_kept + rows_duplicate + rows_quarantined
        from monitoring.row_reconciliation"""
    )
    assert {athlete: (rows, rows) for athlete, rows in wanted.items()} == {
        athlete: counts for athlete, *counts in found for counts in [tuple(counts)]
    }
    ((kept, quarantined),) = home.ask(
        "select sum(rows_kept), sum(rows_quarantined) from monitoring.row_reconciliation"
    )
    assert kept > 100 and quarantined > 5
