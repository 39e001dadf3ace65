from datetime import UTC, datetime

import pytest

from stride.ingest import dates

RUN = datetime(2018, 7, 5, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Jul 5, 2018, 3:00:00 PM",
        "Jul 5, 2018, 3:00:00\u202fPM",
        "Jul 5, 2018 at 3:00:00 PM",
        "5 Jul 2018, 15:00:00",
        "5. Juli 2018 um 15:00:00",
        "05.07.2018, 15:00:00",
        "5 juil. 2018 à 15:00:00",
        "5 jul. 2018 15:00:00",
        "5 jul 2018, 3:00:00 p.\u00a0m.",
        "5 de jul. de 2018 15:00:00",
        "5 de jul. de 2018, 15:00:00",
        "5 lug 2018, 15:00:00",
        "5 lip 2018, 15:00:00",
        "5 июл. 2018 \u0433., 15:00:00",
        "2018/7/5 15:00",
        "2018年7月5日 15:00:00",
        "2018年7月5日 下午3:00:00",
        "2018. 7. 5. 오후 3:00:00",
        "2018-07-05 15:00:00",
        "2018-07-05T15:00:00Z",
        "2018-07-05 15:00:00 UTC",
        "2018-07-05T17:00:00+02:00",
        "7/5/2018 3:00 PM",
    ],
)
def test_one_moment_in_the_words_of_many_languages(text):
    assert dates.instant(text) == RUN


@pytest.mark.parametrize(
    ("words", "month"),
    [
        ("Mar März mrt mars mar marzo março marca марта", 3),
        ("Oct Okt oct. ott out paź окт oktober", 10),
        ("May Mai mei mai mayo mag maja maj мая", 5),
        ("Aug août ago. augustus sie авг agosto", 8),
        ("Dec Dez. déc. dic dez gru дек", 12),
        ("Jun juin juin. giu cze июня junho", 6),
        ("Sep sept. set set. wrz сент septiembre", 9),
    ],
)
def test_months_are_read_in_every_language(words, month):
    for word in words.split():
        assert dates.instant(f"6 {word} 2024, 14:23:15").month == month, word


def test_no_shortened_month_means_different_months_in_two_languages():
    for line in dates._MONTH_NAMES.strip().splitlines():
        names = [dates._plain(name) for name in line.split()]
        for month, name in enumerate(names, start=1):
            for size in range(3, len(name) + 1):
                alike = [other for other in names if other.startswith(name[:size])]
                if len(alike) == 1:
                    assert dates._month(name[:size]) == month, name[:size]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Dec 31, 2023, 12:00:32 AM", datetime(2023, 12, 31, 0, 0, 32, tzinfo=UTC)),
        ("Dec 31, 2023, 12:00:32 PM", datetime(2023, 12, 31, 12, 0, 32, tzinfo=UTC)),
        ("2024-02-29", datetime(2024, 2, 29, 12, tzinfo=UTC)),
        ("29 févr. 2024", datetime(2024, 2, 29, 12, tzinfo=UTC)),
        ("", None),
    ],
)
def test_midnight_noon_and_days_without_a_time(text, moment):
    assert dates.instant(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "Feb 30, 2024, 1:00:00 PM",
        "Foo 5, 2018, 3:00:00 PM",
        "5 jui 2018, 15:00:00",  # June or July
        "Jul 5, 2018, 13:00:00 PM",
        "Jul 5, 2018, 25:00:00",
        "Jul 5, 2018, nine",
        "5 jul 2018 backwards 15:00:00",
        "32.01.2018, 15:00:00",
        "1.61",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_instant_refuses_rather_than_guesses(text):
    with pytest.raises((ValueError, OverflowError)):
        dates.instant(text)


def test_the_order_of_day_and_month_is_the_files():
    assert dates.is_day_first(["05/07/2018 15:00", "25/07/2018 15:00"]) is True
    assert dates.is_day_first(["07/05/2018 15:00", "07/25/2018 15:00"]) is False
    assert dates.is_day_first(["05/07/2018 15:00", "Jul 5, 2018"]) is None
    assert dates.instant("05/07/2018 15:00", day_first=True) == RUN
    assert dates.instant("07/05/2018 15:00", day_first=False) == RUN


def test_the_clock_on_the_spot_keeps_its_figures():
    assert dates.clock("2018-07-05T15:00:00Z") == RUN
    assert dates.clock("2018-07-05T15:00:00+02:00") == RUN
    assert dates.clock("Jul 5, 2018, 3:00:00 PM") == RUN
