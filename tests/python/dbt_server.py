"""dbt without its start: a process that has imported and parsed forks for each command.

The tests run dbt many times, and most of a short run is spent on imports and on the parse. Each run
is a process of its own, as a user's is; the package `stride` is imported by none before it runs.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

READ = (
    *("DBT_PROFILES_DIR", "STRIDE_TARGET", "STRIDE_SCHEMA", "STRIDE_CATALOG"),
    *("STRIDE_CODE_COMMIT", "DBT_CLOUD_GIT_SHA", "STRIDE_WHEEL", "DBT_STRIDE_WHEEL"),
)
"""What a parse reads of the environment."""


class DbtServer:
    """Runs dbt commands, one after the other."""

    def __init__(self):
        self._process = None

    def run(self, arguments: list[str], cwd: Path, environment: dict[str, str], parsed_as=None):
        """Run ``dbt`` with these arguments; as `subprocess.run` with captured text.

        Commands with the same ``parsed_as`` on the same files of a project share a parse. Without
        it dbt parses for itself.
        """
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
            request = [arguments, str(cwd), environment, str(out), str(err), parsed_as]
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            return subprocess.CompletedProcess(arguments, code, out.read_text(), err.read_text())


def _serve() -> tuple[list[str], object] | None:
    """Fork for each line; returns in the child, with what dbt is to do and the parsed project."""
    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    import dbt.adapters.duckdb
    import dbt.cli.main  # noqa: F401
    import mlflow.store.model_registry.sqlalchemy_store
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401
    import skops.io  # noqa: F401

    parsed = {}
    for line in requests:
        arguments, cwd, environment, out, err, parsed_as = json.loads(line)
        manifest = None
        if parsed_as is not None:
            key = (parsed_as, *map(environment.get, READ), *_files(Path(cwd)))
            if key not in parsed:
                parsed[key] = _parse(arguments, cwd, environment)
            manifest, written = parsed[key]
        gc.freeze()  # a collection in the child would look at all of it, and copy it
        child = os.fork()
        if not child:
            for path, stream in ((os.devnull, 0), (out, 1), (err, 2)):
                os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), stream)
            os.chdir(cwd)
            os.environ.clear()
            os.environ.update(environment)
            # Python reads this when it starts, which it did before.
            if "PYTHONPATH" in environment:
                sys.path[:0] = environment["PYTHONPATH"].split(os.pathsep)
                for name in [name for name in sys.modules if name.split(".")[0] == "stride"]:
                    del sys.modules[name]  # a parse may have imported it
            # The threads of dbt's static parser are not in a fork: a parse would wait for them.
            os.environ["DBT_STATIC_PARSER"] = "false"
            if manifest:
                target = Path(environment["DBT_TARGET_PATH"])
                target.mkdir(parents=True, exist_ok=True)
                (target / "manifest.json").write_bytes(written)
            return arguments, manifest
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(code, file=answers, flush=True)
    gc.unfreeze()
    return None


def _files(project: Path) -> list[tuple]:
    """What a parse depends on: a project that was changed is parsed anew."""
    folders = ("models", "macros", "seeds", "tests", "profiles")
    files = [file for name in folders for file in sorted((project / name).rglob("*.*"))]
    stats = [(file, file.stat()) for file in (*files, *sorted(project.glob("*.yml")))]
    return [(str(file), stat.st_size, stat.st_mtime_ns) for file, stat in stats]


def _parse(arguments: list[str], cwd: str, environment: dict[str, str]) -> tuple:
    """The parsed project and its file; None where it can't be parsed: the command will say why."""
    from dbt.cli.main import dbtRunner

    variables = arguments[arguments.index("--vars") :][:2] if "--vars" in arguments else []
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    with tempfile.TemporaryDirectory() as folder:
        folders = ("--target-path", folder, "--log-path", folder)
        done = dbtRunner().invoke(["--quiet", "parse", *variables, *folders])
        return done.result, Path(folder, "manifest.json").read_bytes() if done.success else None


if __name__ == "__main__":
    todo = _serve()
    if todo is not None:
        from dbt.cli.main import cli

        sys.argv = ["dbt", *todo[0]]
        try:
            cli(obj={"manifest": todo[1]})
        except SystemExit as done:
            from dbt.adapters.duckdb.connections import DuckDBConnectionManager

            if DuckDBConnectionManager._ENV is not None:
                DuckDBConnectionManager._ENV.close()  # else the file's last writes stay in its log
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(done.code or 0)  # at its usual end Python would take apart what it shares
