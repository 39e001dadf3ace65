"""The workflows are valid, pinned, without secrets, and call existing commands."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Home

from loopback import serving

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def workflow(request) -> tuple[str, dict]:
    text = request.param.read_text()
    # YAML 1.1 reads the key `on` as true.
    return text, yaml.safe_load(text)


def test_every_action_is_pinned_by_commit_with_its_version(workflow):
    text, _ = workflow
    used = [one for one in re.findall(r"uses: (.+)", text) if not one.startswith("./")]
    assert used or "uses: ./" in text
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_jobs_have_only_the_permissions_they_request(workflow):
    _, content = workflow
    assert content["permissions"] == {}
    for job in content["jobs"].values():
        wanted = {"contents": "read"}
        if "deploy_target" in job.get("uses", "") or job.get("environment"):
            wanted["id-token"] = "write"
        assert job["permissions"] == wanted
        if "uses" in job:
            continue
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


def test_zizmor_has_no_findings():
    zizmor = Path(sys.executable).with_name("zizmor")
    if not zizmor.exists():
        pytest.skip("zizmor is not installed: `make .venv/installed-dev`")
    done = subprocess.run(
        [zizmor, "--offline", "--persona=pedantic", "--quiet", "--no-progress", ROOT / ".github"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_actionlint_has_no_findings():
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


def jobs(name: str) -> dict:
    return yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text())["jobs"]


RELEASE, DEPLOY = jobs("deploy.yml"), jobs("deploy_target.yml")["deploy"]
README = (ROOT / "resources" / "README.md").read_text()


def test_a_commit_is_tested_then_tried_in_staging_then_approved_for_production():
    assert "needs" not in RELEASE["ci"] and "if" not in RELEASE["ci"]
    assert (RELEASE["staging"]["needs"], RELEASE["prod"]["needs"]) == ("ci", "staging")
    assert [RELEASE[name]["with"].get("target") for name in RELEASE] == [None, "staging", "prod"]
    # GitHub asks for the approval of an environment before its job begins.
    assert DEPLOY["environment"] == "${{ inputs.target }}"
    # Nothing starts CI or a release twice for one push, or a release without CI.
    triggers = {file.name: set(yaml.safe_load(file.read_text())[True]) for file in WORKFLOWS}
    assert triggers == {
        "ci.yml": {"pull_request", "workflow_call"},
        "deploy.yml": {"push", "workflow_dispatch"},
        "deploy_target.yml": {"workflow_call"},
    }


def test_every_part_of_a_release_checks_out_the_same_commit():
    commits = {job["with"]["commit"] for job in RELEASE.values()}
    assert commits == {"${{ inputs.commit || github.sha }}"}
    for job in (DEPLOY, *jobs("ci.yml").values()):
        (checkout,) = [s for s in job["steps"] if s.get("uses", "").startswith("actions/checkout@")]
        assert checkout["with"]["ref"].startswith("${{ inputs.commit ")


def test_the_bundle_is_built_and_asked_after_it_is_deployed():
    runs = [step.get("run", "") for step in DEPLOY["steps"]]
    deployed, built, asked = (
        next(i for i, run in enumerate(runs) if what in run)
        for what in ("bundle deploy", "dbt build", "dbt show")
    )
    assert deployed < built < asked


def test_whether_to_deploy_is_a_variable_of_the_repository():
    """Variables of an environment are not there yet when the condition of a job is read."""
    asked = set(re.findall(r"vars\.(\w+)", RELEASE["staging"]["if"]))
    of_repository = set(re.findall(r"repository\s+variable\s+`(\w+)`", README))
    assert asked and asked <= of_repository
    given = re.search(r"GitHub environments `staging` and `prod`(.*?)\n\d\.", README, re.S)[1]
    of_environment = set(re.findall(r"`([A-Z_]+)`", given))
    used = set(re.findall(r"vars\.(\w+)", str(DEPLOY["env"])))
    assert used == of_environment


def test_the_first_deployment_uses_the_same_identity_as_later_ones():
    first = README.split("## The first time")[1].split("```")[1]
    assert "deploy -t bootstrap" in first and "deploy -t prod" in first
    assert "BUNDLE_VAR_service_principal=$DATABRICKS_CLIENT_ID" in first
    assert "auth login" not in first
    # It would win over the catalog of every target.
    assert "export BUNDLE_VAR_catalog" not in README


def test_the_deployed_path_is_queried_and_not_hard_coded():
    assert "/Workspace/" not in str(DEPLOY)


def test_the_manifest_is_kept_before_another_is_written():
    runs = [step.get("run", "") for step in DEPLOY["steps"]]
    build, keep, smoke = (
        next(i for i, run in enumerate(runs) if what in run)
        for what in ("dbt build", "cp --overwrite target/manifest.json", "dbt show")
    )
    assert build < keep < smoke
    # Copying one file makes no folder.
    assert runs[keep].index('databricks fs mkdir "$STRIDE_STATE"') < runs[keep].index(
        "databricks fs cp"
    )


def test_a_deployment_without_changed_models_succeeds_without_a_build(tmp_path):
    run = next(step["run"] for step in DEPLOY["steps"] if "dbt build" in step.get("run", ""))
    command = re.search(r"dbt (build .*--state.*)", run.replace("\\\n", ""))[1]
    state = tmp_path / "deployed"
    arguments = [str(state) if a == "target/state" else a for a in shlex.split(command)]
    target = arguments.index("--target")
    home = Home(tmp_path / "home")
    assert home.dbt("parse").returncode == 0
    shutil.copytree(home.folder / "target", state)
    done = home.dbt(*arguments[:target], *arguments[target + 2 :])
    assert done.returncode == 0, done.stdout
    assert "Nothing to do" in done.stdout


class Workspace(BaseHTTPRequestHandler):
    """GitHub's and the workspace's part of a login."""

    def do_any(self):
        here = f"http://{self.headers['Host']}"
        answers = {
            "/.well-known/databricks-config": {
                "oidc_endpoint": f"{here}/oidc",
                "workspace_id": "1",
            },
            "/oidc/.well-known/oauth-authorization-server": {
                "authorization_endpoint": f"{here}/oidc/v1/authorize",
                "token_endpoint": f"{here}/oidc/v1/token",
            },
            "/github": {"value": "word"},
            "/oidc/v1/token": {"access_token": "t", "token_type": "Bearer", "expires_in": 3600},
        }
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path = self.path.partition("?")[0]
        is_right = path != "/oidc/v1/token" or "subject_token=word" in body
        self.send_response(200 if is_right else 401)
        self.end_headers()
        self.wfile.write(json.dumps(answers[path]).encode())

    do_GET = do_POST = do_any

    def log_message(self, *args):
        """Do not log."""


@pytest.fixture
def login():
    """The environment of a job that may log in, and where its workspace is."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("DATABRICKS_")}
    with serving(Workspace) as host:
        yield clean | {
            "NO_PROXY": "127.0.0.1",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "github",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{host}/github?version=1",
            "DATABRICKS_HOST": host,
            "DATABRICKS_CLIENT_ID": "robot",
            "DATABRICKS_AUTH_TYPE": DEPLOY["env"]["DATABRICKS_AUTH_TYPE"],
        }


AS_DBT_DOES = """
import os
from dbt.adapters.databricks.credentials import DatabricksCredentialManager
manager = DatabricksCredentialManager(
    host=os.environ["DATABRICKS_HOST"], client_id=os.environ["DATABRICKS_CLIENT_ID"],
    client_secret="", token="given", auth_type="oauth")
print(manager.header_factory()["Authorization"])
"""


def test_github_s_word_is_exchanged_and_dbt_takes_the_token(login):
    steps = [step for step in DEPLOY["steps"] if ".venv/bin/dbt" in step.get("run", "")]
    assert len(steps) == 2
    for step in steps:
        script = re.search(r"\.venv/bin/python (\S+)\)", step["run"])[1]
        environment = login | {"DATABRICKS_AUTH_TYPE": step["env"]["DATABRICKS_AUTH_TYPE"]}
        made, taken = (
            subprocess.run(
                [sys.executable, *command],
                env=environment,
                cwd=ROOT,
                capture_output=True,
                text=True,
            )
            for command in ([script], ["-c", AS_DBT_DOES])
        )
        assert (made.stdout, made.stderr) == ("t\n", "::add-mask::t\n")
        assert taken.stdout == "Bearer given\n", taken.stderr
