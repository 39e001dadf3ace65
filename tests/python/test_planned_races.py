"""Planned races in races.csv."""

import pytest

from stride.errors import StrideError
from stride.ingest.corrections import PLANNED, land_corrections, read_corrections
from stride.ingest.landing import read, writing

HEADER = "activity_id,is_race,race_date,official_distance,note\n"


def rows(text: str) -> list[dict]:
    return read_corrections("races", "races.csv", (HEADER + text).encode(), "ana")["ana"]


def test_a_line_without_an_activity_is_a_race_to_come():
    (planned,) = rows(",,2027-05-02,half marathon,Spring\n")
    assert planned["correction"] == PLANNED
    assert planned["activity_id"] == "2027-05-02 21097.5 m"
    assert (planned["official_distance_m"], planned["note"]) == (21097.5, "Spring")


def test_a_row_with_an_activity_stays_a_correction_despite_a_race_date():
    (correction,) = rows("77,yes,2024-05-02,10k,\n")
    assert correction["activity_id"] == "77" and "correction" not in correction


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (",,2.5.2027,10k,", "line 2: race_date is '2.5.2027': write a day such as 2027-05-02"),
        (",,2027-05-02,,", "line 2: a planned race needs its official_distance"),
        (",,2027-05-02,far,", "line 2: official_distance is 'far'"),
        (",,,10k,", "line 2: activity_id or athlete is missing"),
        (",,2027-05-02,10k,\n,,2027-05-02,10000,", "line 3: activity 2027-05-02 10000 m comes"),
    ],
)
def test_invalid_rows_get_one_sentence(line, sentence):
    with pytest.raises(StrideError, match=r"^races\.csv, ") as problem:
        rows(line + "\n")
    assert sentence in str(problem.value)


def test_a_file_of_plans_alone_lands_the_plans_alone(tmp_path):
    with writing(tmp_path):
        content = b"race_date,official_distance\n2027-05-02,10k\n"
        found = land_corrections(tmp_path, tmp_path / "races.csv", content, "ana")
    assert (found["ana"].rows, found["ana"].new) == (1, 1)
    landed = read(tmp_path, "corrections", "ana", ["correction", "activity_id"])
    assert landed == [{"correction": PLANNED, "activity_id": "2027-05-02 10000 m"}]
