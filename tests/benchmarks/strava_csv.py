"""Activities per second from an export's table, compared with the csv module."""

import csv
import gzip
import io
import json
import os
import tempfile
import time
import zipfile
from datetime import date
from pathlib import Path

from stride.ingest.strava_csv import read_rows
from stride.sample import write_sample

REPEATS = 7


def table() -> tuple[str, bytes]:
    """A real export where STRIDE_REAL_DATA names one, else an invented one of ten years."""
    real = Path(os.environ.get("STRIDE_REAL_DATA", "")) / "butcher_strava_export"
    if (real / "activities.csv.gz").is_file():
        return "a real export", gzip.decompress((real / "activities.csv.gz").read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        (made,) = write_sample(
            Path(folder), athletes=1, years=10, seed=1, last_day=date(2026, 6, 30)
        )
        with zipfile.ZipFile(Path(folder) / made.archive) as archive:
            return "an invented export", archive.read("activities.csv")


def parser_alone(content: bytes) -> int:
    """Rows as lists of text."""
    return sum(1 for _ in csv.reader(io.StringIO(content.decode(), newline=""))) - 1


def parser_and_record(content: bytes) -> int:
    """Rows as dicts, and each as the JSON that landing keeps of it: the least an importer does."""
    header, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    for row in rows:
        dict(zip(header, row, strict=False))
        json.dumps([[h, c] for h, c in zip(header, row, strict=False) if c], ensure_ascii=False)
    return len(rows)


def stride(content: bytes) -> int:
    """Every cell read by its meaning."""
    return len(read_rows(content, "activities.csv").rows)


def main() -> None:
    """Print activities a second of each, the best of several runs."""
    name, content = table()
    print(f"{name}, {len(content) / 1e6:.1f} MB")
    for reader in (parser_alone, parser_and_record, stride):
        seconds = []
        for _ in range(REPEATS):
            start = time.process_time()
            rows = reader(content)
            seconds.append(time.process_time() - start)
        print(f"  {reader.__name__:18} {rows / min(seconds):>10,.0f} activities/s")


if __name__ == "__main__":
    main()
