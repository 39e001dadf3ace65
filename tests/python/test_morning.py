"""The jobs of a morning one after the other, and what is told when something breaks."""

import re
from datetime import timedelta

import pytest
import yaml
from conftest import LAST_DAY, ROOT, Home
from test_build import assert_same, content, copy_of

DAYS = (LAST_DAY + timedelta(days=1), LAST_DAY + timedelta(days=2))


def morning_jobs() -> list[dict]:
    """Jobs with a schedule of every day, by the clock, each followed by the jobs that it starts."""
    jobs = {}
    for file in (ROOT / "resources").glob("*.yml"):
        jobs |= yaml.safe_load(file.read_text())["resources"].get("jobs", {})
    daily = {}
    for name, job in jobs.items():
        clock = job.get("schedule", {}).get("quartz_cron_expression", "").split()
        if clock[3:] == ["*", "*", "?"]:
            daily[name] = (int(clock[2]), int(clock[1]))
    ordered = []
    for name in sorted(daily, key=daily.get):
        ordered.append(jobs[name])
        for task in jobs[name]["tasks"]:
            # A training is started by a decision, not by the morning.
            if "run_job_task" in task and "depends_on" in task:
                started = re.search(r"jobs\.(\w+)\.id", task["run_job_task"]["job_id"])[1]
                ordered.append(jobs[started])
    return ordered


def commands(job: dict) -> list[list[str]]:
    """The dbt commands of a job's builds, without what Databricks fills in."""
    return [
        command.replace("${var.dbt_arguments}", "").split()[1:]
        for task in job["tasks"]
        for command in task.get("dbt_task", {}).get("commands", [])
    ]


def run_morning(home: Home, day) -> None:
    for job in morning_jobs():
        for command, *arguments in commands(job):
            done = home.dbt(command, *arguments, as_of=day)
            assert done.returncode == 0, (arguments, done.stdout[-4000:])


def test_a_morning_is_the_jobs_that_the_readme_names():
    selectors = [command[2] for job in morning_jobs() for command in commands(job)]
    assert selectors == ["ingest", "features", "inference", "monitoring"]


@pytest.mark.timeout(3000)
def test_the_jobs_of_two_mornings_leave_what_two_daily_builds_leave(sample_home, tmp_path):
    by_jobs = copy_of(sample_home, tmp_path / "jobs")
    at_once = copy_of(sample_home, tmp_path / "daily")
    for day in DAYS:
        run_morning(by_jobs, day)
        at_once.build(day, "--selector", "daily")
        assert_same(content(at_once), content(by_jobs))
