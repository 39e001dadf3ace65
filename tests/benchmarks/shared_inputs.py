"""What becomes of every row of the real exports in STRIDE_REAL_DATA, as a table.

    STRIDE_REAL_DATA=FOLDER python tests/benchmarks/shared_inputs.py

Imports each source into a home of its own, builds bronze and silver, and prints rows in,
activities, duplicates, what was no activity, quarantine by reason, activities without a sport, and
rows that are in none of these. Fails if there is one.
"""

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "python"))

from conftest import Home  # noqa: E402
from test_real_export import MAPPINGS, SOURCES  # noqa: E402

_ROWS = """
    with names as (select distinct athlete_id from bronze.landed_activities),
    reasons as (
        select athlete_id, string_agg(reason, ', ' order by reason) as reasons
        from (
            select athlete_id, count(*) || ' ' || quarantine_reason as reason
            from silver.quarantine where quarantine_reason <> 'not_an_activity'
            group by athlete_id, quarantine_reason
        ) group by athlete_id
    ),
    silent as (
        select athlete_id, count(*) filter (where sport_type is null) as no_sport,
            count(*) filter (where sport = 'other') as other
        from silver.activities group by athlete_id
    )
    select sum(rows_landed), sum(rows_kept), sum(rows_duplicate), sum(rows_no_activity),
        sum(rows_quarantined), coalesce(string_agg(distinct reasons, '; '), ''),
        coalesce(sum(no_sport), 0), coalesce(sum(other), 0), sum(rows_unaccounted)
    from monitoring.row_reconciliation
    left join reasons using (athlete_id)
    left join silent using (athlete_id)
    where athlete_id in ({athletes})
"""


def main() -> int:
    """Import, build, print."""
    data = Path(os.environ["STRIDE_REAL_DATA"])
    home = Home(Path(tempfile.mkdtemp(prefix="stride-shared-")))
    athletes, known = {}, set()
    for path, (athlete, zone, *_) in SOURCES.items():
        arguments = [str(data / path), "--timezone", zone]
        arguments += ["--athlete", athlete] if athlete else []
        if athlete in MAPPINGS:
            mappings = ROOT / "python" / "stride" / "ingest" / "mappings"
            arguments += ["--mapping", str(mappings / MAPPINGS[athlete])]
        done = home.stride("import", *arguments)
        print(done.stdout + done.stderr, file=sys.stderr)
        there = home.stride("athlete", "show").stdout.splitlines()
        athletes[path] = {line for line in there if not line.startswith(" ")} - known
        known |= athletes[path]
    models = ("path:seeds", "path:models/bronze", "path:models/silver", "row_reconciliation")
    options = ("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious")
    variables = ("--vars", "{as_of_date: 2024-12-01}")
    done = home.run("dbt", "build", "--select", *models, *options, *variables)
    if done.returncode:
        print(done.stdout[-3000:])
        return done.returncode
    print(
        "source | rows | activities | duplicates | no activity | quarantine | no sport | other ",
        end="",
    )
    print("| unaccounted\n---|---|---|---|---|---|---|---|---")
    unaccounted = 0
    for path, names in athletes.items():
        quoted = ", ".join(f"'{name}'" for name in sorted(names))
        (row,) = home.ask(_ROWS.format(athletes=quoted))
        rows, kept, duplicate, none, quarantined, reasons, silent, other, lost = row
        told = f"{quarantined} ({reasons})" if reasons else quarantined
        print(
            f"{path} | {rows} | {kept} | {duplicate} | {none} | {told} | {silent} | {other} "
            f"| {lost}"
        )
        unaccounted += lost
    return int(unaccounted > 0)


if __name__ == "__main__":
    sys.exit(main())
