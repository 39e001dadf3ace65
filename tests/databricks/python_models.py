"""Python models: each runs in a process of its own over Spark Connect, as on serverless compute."""

import re
import socket
import subprocess
import sys
import time
from pathlib import Path

from engine import PHYSICAL
from log import Log

# A notebook's own pip and restart: recorded, not run. It has the packages of this Python.
INSTALLS = re.compile(r"(?m)^(?:# MAGIC )?%pip install .*|^dbutils\.library\.restartPython\(\)$")

# What a notebook finds ready-made.
PRELUDE = """\
from pyspark.sql import SparkSession
spark = SparkSession.builder.remote("sc://127.0.0.1:{port}").getOrCreate()
_sql = type(spark).sql
type(spark).sql = lambda self, query, *rest, **named: _sql(
    self, query.replace("{catalog}.", "{physical}."), *rest, **named
)
"""

# What Databricks gives a notebook besides: the task's parameters, and secrets, here of a file.
UTILITIES = """\
import json, types
dbutils = types.SimpleNamespace(
    widgets=types.SimpleNamespace(get=PARAMETERS.__getitem__),
    secrets=types.SimpleNamespace(get=lambda scope, key: json.load(open(SECRETS))[scope][key]),
)
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

    def __init__(self, state: Path, catalog: str, log: Log, has_delta: bool):
        self.state, self.catalog, self.log = state / "notebooks", catalog, log
        self.state.mkdir(exist_ok=True)
        self.secrets = state / "secrets.json"
        self.has_delta, self.prelude, self._place = has_delta, "", None
        # Before Spark starts: its settings would make a server of a notebook.
        self._server = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("notebooks.py")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )

    def connect(self, port: int) -> None:
        """Lead notebooks to Spark Connect at a port."""
        self.prelude = PRELUDE.format(port=port, catalog=self.catalog, physical=PHYSICAL)
        self.prelude += "" if self.has_delta else WITHOUT_DELTA
        self._place = ("127.0.0.1", int(self._server.stdout.readline()))

    def run(self, path: str, code: str, parameters: dict[str, str]) -> str | None:
        """Run a notebook.

        Parameters
        ----------
        path : str
            Where it lies in the workspace.
        code : str
            Its source.
        parameters : dict of str to str
            What `dbutils.widgets` gives.

        Returns
        -------
        str or None
            The error, if it failed.
        """
        began = time.time()
        script = self.state / (path.strip("/").replace("/", "__") + ".py")
        code = code.replace(f"`{self.catalog}`.", f"`{PHYSICAL}`.")
        installed = INSTALLS.findall(code)
        given = f"PARAMETERS, SECRETS = {parameters!r}, {str(self.secrets)!r}\n{UTILITIES}"
        script.write_text(self.prelude + given + INSTALLS.sub("", code))
        answer = self._answer(script)
        error = None if answer == "done" else answer[-8000:] or "The notebook's process died."
        self.log.write(
            "python",
            ok=error is None,
            seconds=round(time.time() - began, 3),
            path=path,
            installed=installed,
            error=error,
        )
        return error

    def _answer(self, script: Path) -> str:
        with socket.create_connection(self._place) as notebook:
            notebook.sendall(f"{script}\n".encode())
            return notebook.makefile().read()
