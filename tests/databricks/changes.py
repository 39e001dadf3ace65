"""Changes of athletes' histories from one day to the next, in a separate landing."""

import csv
import io
import shutil
import zipfile
from pathlib import Path

from proof import stride


def make(home: Path, later: Path) -> None:
    """Copy a home's landing, and land an edit, a deletion, a late upload and new thresholds there.

    Parameters
    ----------
    home : Path
        Has the sample's exports and their landing.
    later : Path
        Becomes a home with the landing of the next day.
    """
    shutil.copytree(home / "landing", later / "landing")
    export = _changed(home / "sample" / "sample-2.zip", later / "sample-2.zip")
    loads = later / "loads.csv"
    loads.write_text(f"activity_id,training_load\n{_activities(export)[20][0]},77\n")
    stride(later, "import", str(export), "--athlete", "sample-2")
    stride(later, "import", str(loads), "--athlete", "sample-2")
    stride(later, "athlete", "set", "sample-1", "--lthr-bpm", "171", "--valid-from", "2026-03-01")
    stride(later, "athlete", "set", "sample-2", "--sex", "f", "--birth-year", "1984")
    stride(later, "athlete", "set", "sample-2", "--resting-hr-bpm", "52")


def _changed(export: Path, changed: Path) -> Path:
    header, *rows = _activities(export)
    # Some columns come twice, as in Strava's own exports: the later one is exact.
    distance = len(header) - 1 - header[::-1].index("Distance")
    del rows[40]
    rows[60][distance] = str(float(rows[60][distance]) + 1000)
    late = rows[80].copy()
    late[:2] = ["1", "Mar 3, 2026, 10:11:00 PM"]
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows, late])
    with zipfile.ZipFile(export) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            kept = text.getvalue().encode() if name == "activities.csv" else old.read(name)
            new.writestr(name, kept)
    return changed


def _activities(export: Path) -> list[list[str]]:
    with zipfile.ZipFile(export) as archive:
        return list(csv.reader(io.StringIO(archive.read("activities.csv").decode())))
