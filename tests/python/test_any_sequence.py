"""Any accepted input in any order leads to a successful build.

A home that no command mends is lost to its owner, as what landed never changes. So every kind of
command runs on a small home, in a random order and with random input, and a build follows each.
"""

import tempfile
from datetime import timedelta
from pathlib import Path

from conftest import LAST_DAY, Home
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_import import run, table

LIGHT = (
    "--indirect-selection=buildable",
    "--select",
    *("+row_reconciliation", "+rolling_features", "+race_results", "+planned_races"),
    "landed_erasures",
)
"""Everything from the landed files to features, labels and planned races, with its tests."""

ATHLETES = st.sampled_from(["ana", "bob"])
NUMBERS = range(1, 9)
IDS = st.sampled_from([*map(str, NUMBERS), "404", 'it\'s, "9"', "2027-05-02 10000 m"])
YES_OR_NO = st.sampled_from(["yes", "no"])
DISTANCES = st.sampled_from(["10k", "half", "21.1 km", "1000 km", "50", "99999999999999999999 km"])
TIMES = st.sampled_from(["", "1", "41:30", "720:00:00", "nan"])
DAYS = st.sampled_from(
    [str(LAST_DAY + timedelta(60)), "9999-12-31", "0001-01-01", "2199-12-31", str(LAST_DAY)]
)
NOTES = st.sampled_from(["", "chip time", "a \"quoted\", 'odd'; note", "línea\u2028{{ x }}"])
SETTINGS = st.sampled_from(
    [
        *("--max-hr-bpm=100", "--resting-hr-bpm=110", "--lthr-bpm=90", "--ftp-w=600"),
        *("--threshold-pace-s-per-km=2:20", "--weight-kg=30", "--birth-year=2030", "--sex=none"),
        *("--timezone=Pacific/Kiritimati", "--timezone=Pacific/Pago_Pago", "--max-hr-bpm=none"),
    ]
)
WITHDRAWN = st.sampled_from(["", "", "no", "yes"])
PLANNED = st.tuples(
    st.just(""), st.just(""), DISTANCES, st.just(""), st.just(""), DAYS, NOTES, WITHDRAWN
)
RUN = st.tuples(
    IDS, YES_OR_NO, DISTANCES, TIMES, YES_OR_NO, st.sampled_from(["", "2024-05-01"]), NOTES
).flatmap(lambda row: WITHDRAWN.map(lambda withdrawn: (*row, withdrawn)))
RACES = "activity_id,is_race,official_distance,official_time,is_maximal,race_date,note,withdrawn"
FILES = {
    "races": (RACES, st.one_of(PLANNED, RUN)),
    "exclusions": ("activity_id,reason,withdrawn", st.tuples(IDS, NOTES, WITHDRAWN)),
    "loads": (
        "activity_id,training_load,note,withdrawn",
        st.tuples(IDS, st.sampled_from(["0", "1e-9", "77", "2000"]), NOTES, WITHDRAWN),
    ),
}


def quoted(cells) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)


class Owner:
    """Runs the commands on a home of two athletes."""

    def __init__(self, folder: Path, draw):
        self.folder, self.draw = folder, draw
        self.home = Home(folder / "home")
        for athlete in ("ana", "bob"):
            self.export(athlete, set(NUMBERS))

    def stride(self, *arguments: str) -> None:
        done = self.home.stride(*arguments)
        assert "Traceback" not in done.stderr, done.stderr

    def build(self, *selection: str) -> None:
        skip = ("--exclude-resource-type", "unit_test")
        done = self.home.dbt("build", *selection, *skip, as_of=LAST_DAY)
        if len(list(self.home.folder.glob("landing/activities/*.parquet"))) > 1:
            assert done.returncode == 0, done.stdout[-3000:]
        else:
            assert "Nothing has been imported yet" in done.stdout

    def export(self, athlete: str, numbers: set[int]) -> None:
        file = self.folder / "activities.csv"
        file.write_bytes(table(*(run(number) for number in sorted(numbers))))
        self.stride("import", str(file), "--athlete", athlete, "--timezone", "Europe/Lisbon")

    def import_an_export(self):
        numbers = self.draw(st.sets(st.sampled_from(NUMBERS), min_size=1))
        self.export(self.draw(ATHLETES), numbers)

    def correct(self, kind: str, rows) -> None:
        file = self.folder / f"{kind}.csv"
        lines = [FILES[kind][0], *map(quoted, self.draw(rows))]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.stride("import", str(file), "--athlete", self.draw(ATHLETES))

    def correct_anything(self):
        kind = self.draw(st.sampled_from(sorted(FILES)))
        row = FILES[kind][1]
        self.correct(kind, st.lists(row, min_size=1, max_size=3, unique_by=lambda row: row[0]))

    def plan_a_race_alone(self):
        self.correct("races", st.tuples(PLANNED))

    def import_a_header_alone(self):
        self.correct(self.draw(st.sampled_from(sorted(FILES))), st.just([]))

    def set_something(self):
        setting, day = self.draw(SETTINGS), self.draw(DAYS)
        self.stride("athlete", "set", self.draw(ATHLETES), setting, "--valid-from", day)

    def erase(self):
        self.stride("erase", "--athlete", self.draw(ATHLETES), "--yes")


COMMANDS = [
    *(Owner.plan_a_race_alone, Owner.correct_anything, Owner.set_something, Owner.erase),
    *(Owner.correct_anything, Owner.import_an_export, Owner.import_a_header_alone),
]


@settings(max_examples=2, derandomize=True, deadline=None, database=None, phases=[Phase.generate])
@given(commands=st.permutations(COMMANDS), data=st.data())
def test_a_build_after_any_command_is_green(commands, data):
    with tempfile.TemporaryDirectory(prefix="any-sequence-") as folder:
        owner = Owner(Path(folder), data.draw)
        for command in commands:
            command(owner)
            owner.build(*LIGHT)
        owner.build()
