import pytest

from stride.ingest import cells


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("439", 439.0),
        ("12,345.5", 12345.5),
        (" 9.44 ", 9.44),
        ("-1", -1.0),
        ("", None),
        ("1\u202f500", 1500.0),
        ("1'500.5", 1500.5),
        ("1.0E-4", 1e-4),
    ],
)
def test_number_reads_english_exports(text, value):
    assert cells.number(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("9,44", 9.44), ("1.500", 1500.0), ("1.500,5", 1500.5), ("439", 439.0)]
)
def test_number_reads_a_decimal_comma_if_requested(text, value):
    assert cells.number(text, ",") == value


@pytest.mark.parametrize(
    "text", ["9,44", "1,5000", "about 8 km", "nan", "inf", "1e999", "--", "1_000", "1.2.3"]
)
def test_number_refuses_rather_than_guesses(text):
    with pytest.raises(ValueError):
        cells.number(text)


@pytest.mark.parametrize(
    ("column", "mark"),
    [
        (["9,44", "1.500"], ","),
        (["9.44", "1,500"], "."),
        (["1,500", "2,500"], "default"),
        (["0,125"], ","),
        (["1,234,567"], "."),
        (["1.234.567"], ","),
        (["1.500,5"], ","),
        (["3189.0", "944.123"], "."),
        (["1 500,5"], ","),
        (["9.44", "9.45", "9,46"], "."),
        (["", "run", "7"], "default"),
    ],
)
def test_the_decimal_mark_is_the_columns_not_the_cells(column, mark):
    assert cells.decimal_mark(cells.decimal_votes(column), "default") == mark


def test_a_column_is_read_around_the_cells_that_are_no_numbers():
    assert cells.numbers(["1.5", "", "inf", "x", "1e999"]) == (
        [1.5, None, None, None, None],
        [2, 3, 4],
    )
    assert cells.numbers(["1,5", "2"], ",") == ([1.5, 2.0], [])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("439", 439.0), ("1:02:03", 3723.0), ("7:30", 450.0), ("0:00:01.5", 1.5), ("100:00:00", 36e4)],
)
def test_duration_reads_seconds_and_clocks(text, seconds):
    assert cells.duration(text) == seconds


@pytest.mark.parametrize("text", ["1:99:00", "7:75", "1:2:3:4", "soon"])
def test_duration_refuses_invalid_times(text):
    with pytest.raises(ValueError):
        cells.duration(text)


@pytest.mark.parametrize("text", ["1.23E+18", "1,23E+18", "9e18", "9007199254740994.0"])
def test_an_id_that_was_rounded_is_no_id(text):
    with pytest.raises(ValueError):
        cells.identifier(text)


@pytest.mark.parametrize(
    ("text", "id"),
    [("9007199254740993", "9007199254740993"), ("'123", "123"), ("123.0", "123"), (" a-1 ", "a-1")],
)
def test_an_id_is_unchanged(text, id):
    assert cells.identifier(text) == id


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("0.0", False), ("WAHR", True), ("FAUX", False), ("1,0", True), (" ", None)],
)
def test_flag_reads_exports_and_spreadsheets(text, value):
    assert cells.flag(text) is value


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("(GMT+01:00) Europe/Paris", "Europe/Paris"),
        ("(GMT-03:00) America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("America/Port-au-Prince", "America/Port-au-Prince"),
        ("UTC+05:30", "+05:30"),
        ("", None),
    ],
)
def test_time_zones_are_extracted_from_text(text, zone):
    assert cells.time_zone(text) == zone


def test_a_time_zone_is_a_name():
    with pytest.raises(ValueError):
        cells.time_zone("<script>")
