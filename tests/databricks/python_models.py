"""Python models: each runs in a fresh process over Spark Connect, as on serverless compute."""

import os
import subprocess
import sys
import time
from pathlib import Path

from engine import PHYSICAL
from log import Log

# What a notebook finds ready-made.
PRELUDE = """\
from pyspark.sql import SparkSession
spark = SparkSession.builder.remote("sc://127.0.0.1:{port}").getOrCreate()
"""

# Where there is no Delta: Parquet in its place.
WITHOUT_DELTA = """\
from pyspark.sql.connect.readwriter import DataFrameWriter as _Writer
_format = _Writer.format
_Writer.format = lambda self, name: _format(self, "parquet" if name == "delta" else name)
_Writer.clusterBy = lambda self, *columns: self
"""


class PythonModels:
    """Runs the notebooks that dbt uploads."""

    def __init__(self, state: Path, port: int, catalog: str, log: Log, has_delta: bool):
        self.prelude = PRELUDE.format(port=port) + ("" if has_delta else WITHOUT_DELTA)
        self.state, self.catalog, self.log = state / "notebooks", catalog, log
        self.state.mkdir(exist_ok=True)

    def run(self, path: str, code: str) -> str | None:
        """Run a notebook.

        Parameters
        ----------
        path : str
            Where it lies in the workspace.
        code : str
            Its source.

        Returns
        -------
        str or None
            The error, if it failed.
        """
        began = time.time()
        script = self.state / (path.strip("/").replace("/", "__") + ".py")
        code = code.replace(f"`{self.catalog}`.", f"`{PHYSICAL}`.")
        script.write_text(self.prelude + code)
        # Settings for the server's own Spark would turn this process into another server.
        env = {k: v for k, v in os.environ.items() if not k.startswith(("SPARK_", "PYSPARK_"))}
        done = subprocess.run([sys.executable, script], capture_output=True, text=True, env=env)
        error = done.stderr[-8000:] if done.returncode else None
        self.log.write(
            "python",
            ok=error is None,
            seconds=round(time.time() - began, 3),
            path=path,
            error=error,
        )
        return error
