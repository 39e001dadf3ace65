"""Streaming tables: each file below a Volume is read once, as Auto Loader does."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from names import QUOTED

READ_FILES = re.compile(rf"\bstream\s+read_files\s*\(\s*({QUOTED})((?:[^()']|{QUOTED})*)\)", re.I)


@dataclass
class StreamingTable:
    """A streaming table's query, and the files that it has read."""

    query: str
    seen: set[Path] = field(default_factory=set)

    def fill(self, spark, name: str, volumes: Path) -> None:
        """Read the files that are new, and add their rows.

        Parameters
        ----------
        spark : SparkSession
        name : str
            The table.
        volumes : Path
            Folder that stands for ``/Volumes``.
        """
        found = READ_FILES.search(self.query)
        if not found or len(READ_FILES.findall(self.query)) != 1:
            raise ValueError("[UNSUPPORTED] a streaming table here reads one folder of files")
        folder = volumes / found[1].strip("'").removeprefix("/Volumes/")
        fresh = {file.resolve() for file in folder.rglob("*.parquet")} - self.seen
        if not fresh:
            return
        frame = spark.read.option("mergeSchema", "true").parquet(*map(str, sorted(fresh)))
        frame.createOrReplaceTempView("__new_files")
        query = self.query.replace(found[0], "__new_files")
        spark.sql(f"insert into {name} by name {query}")
        self.seen |= fresh
