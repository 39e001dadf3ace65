"""`stride watch` and `stride schedule`: updates without a hand."""

import plistlib
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from stride import cli
from stride.commands import schedule, watch
from stride.errors import StrideError
from stride.sources import Source, Sources, marks


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "watch").mkdir()
    return tmp_path / "watch"


@pytest.fixture
def home(tmp_path, folder):
    (tmp_path / "home").mkdir()
    source = Source(str(folder), "ana", is_folder=True, seen=marks(folder))
    Sources(tmp_path / "home").remember(source)
    return tmp_path / "home"


@pytest.fixture
def updates(monkeypatch, home):
    done = []

    def run_update(only):
        done.append(only)
        kept = Sources(home)
        for source in kept.all():
            kept.remember(source._replace(seen=marks(Path(source.path))))

    monkeypatch.setattr("stride.commands.update.run_update", run_update)
    return done


def test_a_file_is_imported_once_and_only_when_it_is_complete(home, folder, updates):
    names = [str(folder)]
    state = watch.look(home, names, {})
    state = watch.look(home, names, state)
    assert updates == []
    (folder / "run.fit").write_bytes(b"half")
    state = watch.look(home, names, state)
    (folder / "run.fit").write_bytes(b"half and half")  # it is still written to
    state = watch.look(home, names, state)
    assert updates == []
    state = watch.look(home, names, state)
    assert updates == names
    state = watch.look(home, names, state)
    assert updates == names


def test_a_failed_update_is_told_once_and_tried_again_after_a_change(home, folder, monkeypatch):
    tried = []

    def fails(only):
        tried.append(only)
        raise StrideError("no space left")

    monkeypatch.setattr("stride.commands.update.run_update", fails)
    names, state = [str(folder)], {}
    (folder / "run.fit").write_bytes(b"x")
    for _ in range(4):
        state = watch.look(home, names, state)
    assert len(tried) == 1
    (folder / "next.fit").write_bytes(b"y")
    for _ in range(3):
        state = watch.look(home, names, state)
    assert len(tried) == 2


def test_a_folder_that_is_away_is_waited_for(home, folder, updates):
    names, state = [str(folder)], {}
    folder.rmdir()
    for _ in range(3):
        state = watch.look(home, names, state)
    assert updates == [] and state == {str(folder): None}


def test_only_imported_folders_can_be_watched(home, folder, tmp_path):
    assert watch.watched(home, ()) == [str(folder)]
    with pytest.raises(StrideError, match="was not imported yet"):
        watch.watched(home, (tmp_path,))
    with pytest.raises(StrideError, match="No folder was imported"):
        watch.watched(tmp_path, ())


HOME = 'C:/my "runs" & 100 %/ana'


def test_a_timer_quotes_what_it_must():
    files, then = schedule.linux(["/opt/my apps/stride", "update"], HOME, 6, 5)
    service, timer = files.values()
    assert 'ExecStart="/opt/my apps/stride" "update"' in service
    assert 'Environment="STRIDE_HOME=C:/my \\"runs\\" & 100 %%/ana"' in service
    assert "OnCalendar=*-*-* 06:05:00" in timer and then.startswith("systemctl --user")


def test_a_launch_agent_is_a_property_list():
    files, _ = schedule.mac(["/opt/my apps/stride", "update"], HOME, 6, 5)
    found = plistlib.loads(next(iter(files.values())).encode())
    assert found["ProgramArguments"] == ["/opt/my apps/stride", "update"]
    assert found["EnvironmentVariables"] == {"STRIDE_HOME": HOME}
    assert found["StartCalendarInterval"] == {"Hour": 6, "Minute": 5}


def test_the_command_writes_a_timer_or_prints_it(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    run = CliRunner().invoke
    assert "OnCalendar" in run(cli.main, ["schedule", "--print"]).output
    assert not list(tmp_path.rglob("*.timer"))
    done = run(cli.main, ["schedule", "--at", "05:30"])
    assert done.exit_code == 0 and "systemctl --user enable" in done.output
    [timer] = tmp_path.rglob("*.timer")
    assert "05:30" in timer.read_text()
    wrong = run(cli.main, ["schedule", "--at", "dawn"])
    assert wrong.exit_code == 1 and "06:00" in wrong.output


def test_systemd_accepts_the_units(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    files, _ = schedule.linux([sys.executable, "update"], "/srv/100 %", 6, 0)
    try:
        for file, text in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        program = ["systemd-analyze", "verify", "--user", *map(str, files)]
        done = subprocess.run(program, capture_output=True, text=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("there is no systemd-analyze here")
    assert "stride" not in done.stderr, done.stderr
