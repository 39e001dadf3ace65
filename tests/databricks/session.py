"""Start the stand-in workspace, hand out what dbt needs to reach it, always stop it again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HERE = Path(__file__).resolve().parent
HTTP_PATH = "/sql/1.0/warehouses/local"


@contextmanager
def workspace(
    state: Path,
    volumes: Path,
    catalog: str = "stride",
    python_path: Path | None = None,
    timeout: float = 120,
    jars: Path | None = None,
) -> Iterator[dict[str, str]]:
    """Run a workspace for the time of a `with` block.

    Parameters
    ----------
    state : Path
        Folder for its tables, certificate and logs; made if missing.
    volumes : Path
        Folder that stands for `/Volumes`.
    catalog : str
        Name of its catalog.
    python_path : Path, optional
        Folder with the package that Python models import.
    timeout : float
        Seconds to wait for it.
    jars : Path, optional
        Folder with Delta Lake's jars; without it tables are Parquet, and Delta's DML is emulated.

    Yields
    ------
    dict
        The environment for dbt, complete: this process' own plus the way to the workspace.
    """
    state = Path(state).resolve()
    state.mkdir(parents=True, exist_ok=True)
    (state / "ready").unlink(missing_ok=True)
    (state / "statements.jsonl").unlink(missing_ok=True)
    env = _clean_environment()
    if python_path:
        env["PYTHONPATH"] = os.pathsep.join(
            filter(None, [str(Path(python_path).resolve()), env.get("PYTHONPATH")])
        )
    log = state / "server.log"
    with log.open("w") as out:
        # A group of its own, to be killed with the JVM and the models; the open standard input
        # tells it that we live.
        server = subprocess.Popen(
            [
                sys.executable,
                HERE / "workspace.py",
                "--state",
                state,
                "--volumes",
                Path(volumes).resolve(),
                "--catalog",
                catalog,
                *(["--jars", Path(jars).resolve()] if jars else []),
            ],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=env,
            start_new_session=True,
        )
    try:
        port = _wait(server, state, log, timeout)
        yield env | connection(state, port, catalog)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        server.stdin.close()


def connection(state: Path, port: int, catalog: str) -> dict[str, str]:
    """Environment variables that lead the project's `databricks` target to a workspace here."""
    host, certificate = f"127.0.0.1:{port}", str(state / "cert.pem")
    parameters = {
        "_connection_uri": f"https://{host}{HTTP_PATH}",
        "_tls_trusted_ca_file": certificate,
        "enable_telemetry": False,
    }
    return {
        "DATABRICKS_HOST": host,
        "DATABRICKS_HTTP_PATH": HTTP_PATH,
        "DATABRICKS_TOKEN": "local",
        "STRIDE_CATALOG": catalog,
        "STRIDE_CONNECTION_PARAMETERS": json.dumps(parameters),
        "REQUESTS_CA_BUNDLE": certificate,
        "DO_NOT_TRACK": "1",
    }


def _clean_environment() -> dict[str, str]:
    # Someone's real workspace must neither be reached nor mixed with this one.
    return {k: v for k, v in os.environ.items() if not k.startswith("DATABRICKS_")}


def _wait(server: subprocess.Popen, state: Path, log: Path, timeout: float) -> int:
    until = time.monotonic() + timeout
    while not (state / "ready").exists():
        if server.poll() is not None or time.monotonic() > until:
            what = "stopped" if server.poll() is not None else f"not ready after {timeout:.0f} s"
            tail = "\n".join(log.read_text().splitlines()[-25:])
            raise RuntimeError(f"The stand-in workspace {what}. End of {log}:\n{tail}")
        time.sleep(0.2)
    return int((state / "ready").read_text())
