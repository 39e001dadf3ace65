"""How big the house is: models, longest path, paths, helpers, columns named in many files.

make house                       # parses the project, then prints a table
python tests/house.py --json     # the same for a program
"""

import argparse
import json
import re
import statistics
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
COLUMN = "run_distance_84d_m"
"""A feature column; the files that name it are those to edit for a column like it."""
SOURCES = ("models", "macros", "python", "resources", "seeds", "dbt_project.yml")
OWN_TABLE = re.compile(r"\b(standing|published|previous_run)\s*\(")
"""Macros that read a table of this project by name, as the last run left it."""


def measure(manifest: dict) -> dict[str, int | float]:
    """Measure the project.

    Parameters
    ----------
    manifest : dict
        dbt's ``manifest.json``.

    Returns
    -------
    dict
        Numbers by what they count. ``longest path`` counts the models on the longest way through
        the graph and ``paths`` all ways from a model that reads no other to one that none reads.
    """
    models = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["package_name"] == "stride"
    }
    parents = {
        name: [parent for parent in node["depends_on"]["nodes"] if parent in models]
        for name, node in models.items()
    }
    children = {name: [c for c in models if name in parents[c]] for name in models}

    @cache
    def depth(name: str) -> int:
        return 1 + max((depth(parent) for parent in parents[name]), default=0)

    @cache
    def ways(name: str) -> int:
        return sum(ways(child) for child in children[name]) or 1

    sql = [node for node in models.values() if node["language"] == "sql"]
    return {
        "models": len(models),
        "longest path": max(depth(name) for name in models),
        "paths": sum(ways(name) for name in models if not parents[name]),
        "helpers named stg_": sum(node["name"].startswith("stg_") for node in models.values()),
        "median lines of a SQL model": statistics.median(
            len(node["raw_code"].strip().splitlines()) for node in sql
        ),
        "longest SQL model, lines": max(len(n["raw_code"].strip().splitlines()) for n in sql),
        "macros": sum(m["package_name"] == "stride" for m in manifest["macros"].values()),
        "custom materializations": sum(
            m["package_name"] == "stride" and m["name"].startswith("materialization_")
            for m in manifest["macros"].values()
        ),
        "models that read the last run by name": sum(
            bool(OWN_TABLE.search(node["raw_code"])) for node in models.values()
        ),
        f"files that name {COLUMN}": sum(COLUMN in text for text in _texts()),
    }


def longest_path(manifest: dict) -> list[str]:
    """Names of the models on the longest path, the first one read first."""
    models = {
        name: [p for p in node["depends_on"]["nodes"] if p.startswith("model.")]
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }

    @cache
    def path(name: str) -> tuple[str, ...]:
        return (*max((path(parent) for parent in models[name]), key=len, default=()), name)

    return [name.split(".")[-1] for name in max((path(name) for name in models), key=len)]


def _texts() -> list[str]:
    """Texts of the files that say what Stride computes, tests and documents left out."""
    files = [
        path
        for source in SOURCES
        for path in ([ROOT / source] if (ROOT / source).is_file() else (ROOT / source).rglob("*"))
        if path.is_file() and "vendor" not in path.parts
    ]
    return [path.read_text(errors="ignore") for path in files]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--manifest", type=Path, default=ROOT / "target" / "manifest.json")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--path", action="store_true", help="also the models of the longest path")
    options = parser.parse_args()
    if not options.manifest.exists():
        sys.exit(f"There is no {options.manifest}: run make house, which parses the project first.")
    manifest = json.loads(options.manifest.read_text())
    measured = measure(manifest)
    if options.json:
        print(json.dumps(measured))
        return
    for name, value in measured.items():
        print(f"{value:>14,.6g}  {name}")
    if options.path:
        print(" > ".join(longest_path(manifest)))


if __name__ == "__main__":
    main()
