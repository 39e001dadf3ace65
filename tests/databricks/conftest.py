"""Shared fixtures: a sample and its tables on DuckDB and Delta Lake."""

import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest

import changes
from parity import NO_TESTS, lay_home, use_landing
from proof import (
    CATALOG,
    DAY,
    KEPT,
    ONCE_MORE,
    PINS,
    ROOT,
    VOLUME,
    WHEEL,
    OnDelta,
    Project,
    stride,
)
from session import workspace

sys.path.append(str(ROOT / "tests" / "python"))
from local_mail import certificate, mail_server  # noqa: F401


@pytest.fixture(scope="session")
def work(tmp_path_factory) -> Path:
    """Folder of the homes, with the landing of the sample, and a later one, much changed."""
    folder = tmp_path_factory.mktemp("databricks")
    stride(folder, "sample", "--athletes", "2", "--years", "1", "--seed", "5")
    stride(folder, "import", str(folder / "sample" / "athletes.csv"))
    changes.make(folder, folder / "later")
    return folder


@pytest.fixture(scope="session")
def local(work) -> Project:
    """The sample built on DuckDB, as of the day before and, with what changed, of the day."""
    lay_home(work / "local", work / "landing")
    project = Project("local", work / "local", dict(os.environ))
    project.environment.pop("STRIDE_LANDING", None)
    project.build(DAY - timedelta(days=1), *NO_TESTS)
    use_landing(work / "local", work / "later" / "landing")
    project.build(DAY, "--selector", "daily", *NO_TESTS)
    return project


@pytest.fixture(scope="session")
def jars() -> Path:
    """Delta Lake's jars, where they are."""
    import pyspark

    folder = ROOT / "target" / "delta"
    if not list(folder.glob("delta-spark_*.jar")):
        pytest.skip("Delta Lake's jars are not here; `make test-databricks` fetches them, with mvn")
    wanted = next(folder.glob("delta-spark_*.jar")).name.split("_")[1]
    if not pyspark.__version__.startswith(wanted):
        pytest.skip(f"Delta Lake's jars are for Spark {wanted}, this is {pyspark.__version__}")
    return folder


@pytest.fixture(scope="session")
def delta(jars, work):
    """The sample built on Delta Lake: the day before, and the day, much changed, as in a morning.

    The whole graph is built once; the next day has no training, and is built with every test, the
    models' unit tests among them: nowhere else do they meet Spark. What is kept is built once more.
    """
    home = work / "databricks"
    volumes = home / "volumes"
    lay_home(home, work / "landing", volumes / CATALOG / VOLUME)
    # Python models run in the workspace: their registry is this home's too.
    os.environ["STRIDE_HOME"] = str(home)
    with workspace(home / "workspace", volumes, CATALOG, ROOT / "python", jars=jars) as environment:
        environment |= {"STRIDE_LANDING": f"/Volumes/{CATALOG}/{VOLUME}"}
        environment |= {"STRIDE_WHEEL": WHEEL, "STRIDE_PINS": PINS}
        project = OnDelta("databricks", home, environment)
        project.build(DAY - timedelta(days=1), *NO_TESTS)
        project.build(DAY - timedelta(days=1), "--selector", "training", command="test")
        project.first = project.contents(*KEPT)
        use_landing(home, work / "later" / "landing", volumes / CATALOG / VOLUME)
        project.morning(DAY)
        project.second = project.contents(*KEPT)
        project.build(DAY, "--select", *ONCE_MORE, *NO_TESTS)
        project.third = project.contents(*KEPT)
        yield project
