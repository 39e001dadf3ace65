from datetime import UTC, datetime

import pytest

from stride.ingest import cells


@pytest.mark.parametrize(
    ("text", "value"),
    [("439", 439.0), ("12,345.5", 12345.5), (" 9.44 ", 9.44), ("-1", -1.0), ("", None)],
)
def test_number_reads_what_english_exports_write(text, value):
    assert cells.number(text) == value


@pytest.mark.parametrize("text", ["9,44", "1,5000", "about 8 km", "nan", "inf", "1e999", "--"])
def test_number_refuses_rather_than_guesses(text):
    with pytest.raises(ValueError):
        cells.number(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Jul 5, 2018, 3:00:00 PM", datetime(2018, 7, 5, 15, tzinfo=UTC)),
        ("Dec 31, 2023, 12:00:32 AM", datetime(2023, 12, 31, 0, 0, 32, tzinfo=UTC)),
        ("Dec 31, 2023, 12:00:32 PM", datetime(2023, 12, 31, 12, 0, 32, tzinfo=UTC)),
        ("Sep 8, 2018, 1:07:46\u202fPM", datetime(2018, 9, 8, 13, 7, 46, tzinfo=UTC)),
        ("2024-02-29 06:30:00", datetime(2024, 2, 29, 6, 30, tzinfo=UTC)),
        ("2024-02-29T06:30:00+02:00", datetime(2024, 2, 29, 4, 30, tzinfo=UTC)),
        ("", None),
    ],
)
def test_instant_reads_utc(text, moment):
    assert cells.instant(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "Feb 30, 2024, 1:00:00 PM",
        "Okt 5, 2018, 3:00:00 PM",
        "Jul 5, 2018, 13:00:00 PM",
    ],
)
def test_instant_refuses_rather_than_guesses(text):
    with pytest.raises(ValueError):
        cells.instant(text)
