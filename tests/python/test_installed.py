"""An installed Stride has its dbt project with it: no checkout, git or make is needed."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT

from stride import cli

FOLDERS = ("models", "macros", "seeds", "profiles", "tests/generic", "tests/singular")


def project_files(root: Path) -> set[str]:
    files = [file for name in FOLDERS for file in (root / name).rglob("*") if file.is_file()]
    files += [root / "dbt_project.yml", root / "selectors.yml"]
    names = {file.relative_to(root).as_posix() for file in files}
    return {name for name in names if "__pycache__" not in name and ".user.yml" not in name}


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The wheel, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    # Built from what git knows, so that no folder of an earlier build gets into it.
    names = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    for name in filter(None, names.stdout.split("\0")):
        if name.startswith(("python/", *FOLDERS)) or "/" not in name:
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    wheel = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run([*wheel, "-w", str(folder), str(source)], check=True)
    [file] = folder.glob("stride_athlete-*.whl")
    zipfile.ZipFile(file).extractall(folder / "site")
    return folder / "site"


def test_the_wheel_has_every_file_of_the_project(installed):
    assert project_files(installed / "stride" / "_project") == project_files(ROOT)


def test_in_an_empty_folder_the_project_of_the_wheel_is_used(installed, tmp_path):
    code = "from stride import project; print(project.folder())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(installed), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == str(installed / "stride" / "_project"), done.stderr


def test_init_copies_the_project_once(tmp_path):
    run = CliRunner().invoke
    done = run(cli.main, ["init", str(tmp_path / "ours")])
    assert done.exit_code == 0, done.output
    assert project_files(tmp_path / "ours") == project_files(ROOT)
    again = run(cli.main, ["init", str(tmp_path / "ours")])
    assert again.exit_code == 1 and "is not empty" in again.output


def test_stride_dbt_passes_the_command_on(tmp_path, monkeypatch):
    home = tmp_path / "home"
    command = "from stride.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", command, "dbt", "--no-such-option"],
        cwd=tmp_path,
        env={"STRIDE_HOME": str(home), "PYTHONPATH": str(ROOT / "python"), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "--no-such-option" in done.stderr and "Traceback" not in done.stderr


def test_training_without_nannyml_says_what_to_install(monkeypatch):
    import pandas as pd

    from stride.monitoring import estimated_performance

    def missing():
        raise ImportError("nannyml")

    monkeypatch.setattr(estimated_performance, "nannyml", missing)
    days = pd.date_range("2024-01-01", periods=200)
    races = pd.DataFrame({"race_date": days, "predicted_time_s": 3000.0, "race_time_s": 3100.0})
    said = estimated_performance.fit_reference(races)
    assert said == "NannyML is not installed: pip install 'stride-athlete[monitoring]'."
