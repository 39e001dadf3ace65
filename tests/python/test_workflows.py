"""The workflows: valid, pinned, without secrets, and calling what is there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def workflow(request) -> tuple[str, dict]:
    text = request.param.read_text()
    # YAML 1.1 reads the key `on` as true.
    return text, yaml.safe_load(text)


def test_every_action_is_pinned_by_its_commit_and_says_its_version(workflow):
    text, _ = workflow
    used = re.findall(r"uses: (.+)", text)
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_nothing_is_allowed_but_what_a_job_asks_for(workflow):
    _, content = workflow
    assert content["permissions"] == {}
    for name, job in content["jobs"].items():
        wanted = {"contents": "read"}
        if name == "prod":
            wanted["id-token"] = "write"
        assert job["permissions"] == wanted
        assert job["timeout-minutes"] <= 90
        assert all(
            step["with"]["persist-credentials"] is False
            for step in job["steps"]
            if step.get("uses", "").startswith("actions/checkout@")
        )


def test_there_is_no_long_lived_secret(workflow):
    text, _ = workflow
    assert "secrets." not in text
    assert "pull_request_target" not in text


def test_make_targets_exist(workflow):
    text, _ = workflow
    targets = set(re.findall(r"(?m)^([\w./-]+):", (ROOT / "Makefile").read_text()))
    targets.add(".venv/installed-dev")
    assert set(re.findall(r"\bmake ([\w./-]+)", text)) <= targets


def test_zizmor_finds_nothing():
    zizmor = Path(sys.executable).with_name("zizmor")
    if not zizmor.exists():
        pytest.skip("zizmor is not installed: `make .venv/installed-dev`")
    done = subprocess.run(
        [zizmor, "--offline", "--persona=pedantic", "--quiet", "--no-progress", ROOT / ".github"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_actionlint_finds_nothing():
    actionlint = shutil.which("actionlint")
    if not actionlint:
        pytest.skip("actionlint is not installed; CI has it")
    done = subprocess.run([actionlint, *WORKFLOWS], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_an_action_that_is_not_pinned_is_found(tmp_path):
    zizmor = Path(sys.executable).with_name("zizmor")
    if not zizmor.exists():
        pytest.skip("zizmor is not installed: `make .venv/installed-dev`")
    text = WORKFLOWS[0].read_text()
    loose = re.sub(r"@[0-9a-f]{40} # v(\d+)\S*", r"@v\1", text)
    assert loose != text
    (tmp_path / "loose.yml").write_text(loose)
    done = subprocess.run(
        [zizmor, "--offline", "--quiet", "--no-progress", tmp_path / "loose.yml"],
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "unpinned-uses" in done.stdout
