"""dbt without its start: a process that has imported what is slow to import forks for each command.

The tests run dbt many times, and most of a short run is spent on imports. Each run is a process of
its own, as a user's is; the package `stride` is imported by none before it runs.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


class DbtServer:
    """Runs dbt commands, one after the other."""

    def __init__(self):
        self._process = None

    def run(self, arguments: list[str], cwd: Path, environment: dict[str, str]):
        """Run ``dbt`` with these arguments; as `subprocess.run` with captured text."""
        if self._process is None:
            # The pipe's end is its sign to stop: it lives as long as the tests.
            self._process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=os.environ | {"DO_NOT_TRACK": "1", "MLFLOW_DISABLE_TELEMETRY": "true"},
            )
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            request = [arguments, str(cwd), environment, str(out), str(err)]
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            return subprocess.CompletedProcess(arguments, code, out.read_text(), err.read_text())


def _serve() -> list[str] | None:
    """Fork for each line; returns in the child, with what dbt is to do."""
    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    import dbt.adapters.duckdb
    import dbt.cli.main  # noqa: F401
    import mlflow  # noqa: F401
    import sklearn.pipeline  # noqa: F401

    for line in requests:
        arguments, cwd, environment, out, err = json.loads(line)
        child = os.fork()
        if not child:
            for path, stream in ((os.devnull, 0), (out, 1), (err, 2)):
                os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), stream)
            os.chdir(cwd)
            os.environ.clear()
            os.environ.update(environment)
            # Python reads this when it starts, which it did before.
            sys.path[:0] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
            return arguments
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(code, file=answers, flush=True)
    return None


if __name__ == "__main__":
    todo = _serve()
    if todo is not None:
        from dbt.cli.main import cli

        sys.argv = ["dbt", *todo]
        sys.exit(cli())
