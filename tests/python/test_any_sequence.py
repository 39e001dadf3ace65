"""Any accepted input, in any order: every build after it is green.

A home that no command mends is lost to its owner, as what landed never changes. So random commands
run on a small home, and a build follows each.
"""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from conftest import LAST_DAY, Home
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
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
DISTANCES = st.sampled_from(["10k", "half", "21.1 km", "1000 km", "50", "marathon", "1 mile"])
TIMES = st.sampled_from(["", "1", "41:30", "720:00:00"])
DAYS = st.sampled_from(
    ["0001-01-01", "1900-01-01", str(LAST_DAY), str(LAST_DAY + timedelta(60)), "9999-12-31"]
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


class Commands(RuleBasedStateMachine):
    """A home, the commands that change it, and the build that follows."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="any-sequence-"))
        self.home = Home(self.folder / "home")

    def stride(self, *arguments: str):
        done = self.home.stride(*arguments)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def build(self, *selection: str) -> None:
        has_activities = len(list(self.home.folder.glob("landing/activities/*.parquet"))) > 1
        skip = ("--exclude-resource-type", "unit_test")
        done = self.home.dbt("build", *selection, *skip, as_of=LAST_DAY)
        if has_activities:
            assert done.returncode == 0, done.stdout[-3000:]
        else:
            assert "Nothing has been imported yet" in done.stdout

    @initialize()
    def two_athletes(self):
        for athlete in ("ana", "bob"):
            self.export(athlete, set(NUMBERS))

    def export(self, athlete: str, numbers: set[int]) -> None:
        content = table(*(run(number) for number in sorted(numbers)))
        file = self.folder / "activities.csv"
        file.write_bytes(content)
        zone = ("--timezone", "Europe/Lisbon")
        self.stride("import", str(file), "--athlete", athlete, *zone)

    @rule(athlete=ATHLETES, numbers=st.sets(st.sampled_from(NUMBERS), min_size=1))
    def import_an_export(self, athlete, numbers):
        self.export(athlete, numbers)
        self.build(*LIGHT)

    @rule(
        athlete=ATHLETES,
        file=st.sampled_from(sorted(FILES)).flatmap(
            lambda kind: st.tuples(
                st.just(kind), st.lists(FILES[kind][1], max_size=3, unique_by=lambda row: row[0])
            )
        ),
    )
    def correct(self, athlete, file):
        kind, rows = file
        self.write_corrections(athlete, kind, rows)
        self.build(*LIGHT)

    @rule(athlete=ATHLETES, row=PLANNED)
    def plan_a_race_alone(self, athlete, row):
        self.write_corrections(athlete, "races", [row])
        self.build(*LIGHT)

    def write_corrections(self, athlete, kind, rows):
        file = self.folder / f"{kind}.csv"
        file.write_text("\n".join([FILES[kind][0], *map(quoted, rows)]) + "\n")
        self.stride("import", str(file), "--athlete", athlete)

    @rule(athlete=ATHLETES, setting=SETTINGS, day=DAYS)
    def set_something(self, athlete, setting, day):
        self.stride("athlete", "set", athlete, setting, "--valid-from", day)
        self.build(*LIGHT)

    @rule(athlete=ATHLETES)
    def erase(self, athlete):
        self.stride("erase", "--athlete", athlete, "--yes")
        self.build(*LIGHT)

    def teardown(self):
        self.build()
        shutil.rmtree(self.folder)


Commands.TestCase.settings = settings(
    max_examples=2,
    stateful_step_count=4,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
TestAnySequence = Commands.TestCase
