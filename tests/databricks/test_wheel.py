"""The wheel alone, in an environment of its own: a model is loaded and scores there.

Installed as on Databricks: the pins of requirements-databricks.txt and the wheel, nothing resolved.
"""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest

from proof import ROOT

# What a Python model does on serverless compute: load one version and score with it.
SCORE = """
import json, sys
import duckdb
import stride
from stride.racetime import registry
from stride.racetime.model import FEATURES

database, name, version = sys.argv[1:]
with duckdb.connect(database, read_only=True) as tables:
    targets = tables.sql("select * from point_in_time.forecast_features order by target_id").df()
registry.connect()
times = registry.load(name, version).predict(targets[FEATURES])
print(json.dumps({"from": stride.__file__, "times": [float(time) for time in times]}))
"""


@pytest.fixture(scope="session")
def wheel(work) -> Path:
    """Stride's wheel, as the bundle builds it."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--wheel-dir", str(work / "dist"), str(ROOT)]
    subprocess.run(command, check=True)
    return next((work / "dist").glob("stride-*.whl"))


def install(folder: Path, *what: str) -> Path:
    """Make an empty environment and install into it; its Python."""
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    python = folder / "bin" / "python"
    subprocess.run([*uv, "pip", "install", "--quiet", "--python", python, *what], check=True)
    return python


def run(python: Path, *arguments: str, home: Path) -> subprocess.CompletedProcess:
    """Run Python without anything of this environment or this folder."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}
    environment = kept | {"STRIDE_HOME": str(home), "MLFLOW_DISABLE_TELEMETRY": "true"}
    return subprocess.run(
        [python, *arguments], cwd=home, env=environment, capture_output=True, text=True
    )


def test_the_wheel_holds_what_is_no_python(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for kind in (".toml", ".css", ".js", ".j2"):
        assert any(name.endswith(kind) for name in names), kind
    assert not any(name.startswith("tests") for name in names)


def test_a_registered_model_scores_where_only_the_wheel_is(wheel, local, tmp_path):
    pins = ROOT / "requirements-databricks.txt"
    python = install(tmp_path / "environment", "--no-deps", "-r", str(pins), str(wheel))
    (tmp_path / "score.py").write_text(SCORE)
    database = local.home / "stride.duckdb"
    with duckdb.connect(str(database), read_only=True) as tables:
        query = "select model_name, max(model_version) from training.training_runs group by all"
        ((name, version),) = tables.sql(query).fetchall()
    arguments = [str(tmp_path / "score.py"), str(database), name, str(version)]
    there = run(python, *arguments, home=local.home)
    assert there.returncode == 0, there.stderr[-2000:]
    here = run(Path(sys.executable), *arguments, home=local.home)
    assert here.returncode == 0, here.stderr[-2000:]
    there, here = (json.loads(done.stdout.splitlines()[-1]) for done in (there, here))
    assert Path(there["from"]).is_relative_to(tmp_path)
    assert there["times"] == pytest.approx(here["times"], rel=1e-12)
    assert len(there["times"]) > 0


def test_a_missing_package_fails(wheel, local, tmp_path):
    python = install(tmp_path / "environment", "--no-deps", str(wheel))
    done = run(python, "-c", "import stride.engine", home=local.home)
    assert done.returncode != 0
    assert "ModuleNotFoundError" in done.stderr
