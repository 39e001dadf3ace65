"""Speed of reading recordings, compared with the parsers alone.

    python tests/benchmarks/device_files.py [FOLDER]

FOLDER holds .fit, .tcx and .gpx files, packed or not; without one, or without STRIDE_REAL_DATA,
hours of an invented run are written. One core. "Parser" is fitdecode as its manual shows it
(default settings, every field of every message) or lxml (every element's text); "Stride" is
`read_device_file`, so decoding, cleaning and every measure.
"""

import gzip
import io
import os
import sys
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from stride.ingest.device import Problem, read_device_file, read_sessions

LIMIT = 1.5
"""Stride may take this many times the time of the parsers alone, over all files."""


def files(folder: Path | None) -> list[tuple[str, bytes]]:
    """Name and content of every recording that can be read."""
    if folder is None:
        return invented()
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.name.lower().removesuffix(".gz")
        if path.is_file() and name.endswith((".fit", ".tcx", ".gpx")):
            content = path.read_bytes()
            content = gzip.decompress(content) if path.suffix.lower() == ".gz" else content
            if not isinstance(read_sessions(name, content), Problem):
                found.append((name, content))
    return found


def invented() -> list[tuple[str, bytes]]:
    """The same runs as FIT and GPX."""
    from fit_writer import steady_run

    point = (
        '<trkpt lat="{:.6f}" lon="5.0"><ele>10</ele><time>2024-05-01T{:02d}:{:02d}:{:02d}Z</time>'
        "<extensions><hr>150</hr></extensions></trkpt>"
    )
    made = []
    for hours in (1, 2, 3):
        seconds = range(3600 * hours)
        points = "".join(
            point.format(52 + t * 2.7e-5, t // 3600, t // 60 % 60, t % 60) for t in seconds
        )
        made.append((f"{hours}h.fit", steady_run(3600 * hours)))
        gpx = f"<gpx><trk><type>running</type><trkseg>{points}</trkseg></trk></gpx>"
        made.append((f"{hours}h.gpx", gpx.encode()))
    return made


def parse_alone(name: str, content: bytes) -> None:
    """What the parser needs to hand everything over."""
    if name.endswith(".fit"):
        import fitdecode

        with fitdecode.FitReader(io.BytesIO(content)) as reader:
            for frame in reader:
                if frame.frame_type == fitdecode.FIT_FRAME_DATA:
                    {field.name: field.value for field in frame.fields}
    else:
        from lxml import etree

        root = etree.fromstring(content.lstrip(), etree.XMLParser(recover=True))
        for element in root.iter():
            element.tag, element.text, dict(element.attrib)


def seconds(work, *arguments) -> float:
    """The better of two runs."""
    best = float("inf")
    for _ in range(2):
        start = time.perf_counter()
        work(*arguments)
        best = min(best, time.perf_counter() - start)
    return best


def main() -> int:
    """Measure, print the table, fail beyond the limit."""
    warnings.simplefilter("ignore")
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("STRIDE_REAL_DATA")
    totals = {}
    for name, content in files(Path(folder) if folder else None):
        records = sum(len(session.time_s) for session in read_sessions(name, content))
        row = (1, records, seconds(parse_alone, name, content))
        row += (seconds(read_device_file, name, content),)
        for kind in (name[-3:], "all"):
            totals[kind] = [a + b for a, b in zip(totals.get(kind, [0] * 4), row, strict=True)]
    print("format  files  records  parser s  Stride s  ratio  files/s  records/s")
    for kind, (count, records, parser_s, stride_s) in sorted(totals.items(), reverse=True):
        print(
            f"{kind:6} {count:6} {records:8,} {parser_s:9.2f} {stride_s:9.2f} "
            f"{stride_s / parser_s:6.2f} {count / stride_s:8.1f} {records / stride_s:10,.0f}"
        )
    ratio = totals["all"][3] / totals["all"][2]
    return 0 if ratio <= LIMIT else f"Stride takes {ratio:.2f} times the parsers' time."


if __name__ == "__main__":
    sys.exit(main())
