"""The local Spark that stands in for a SQL warehouse and serverless compute."""

import os
import sys
from pathlib import Path

from java import java_home

# The only catalog a plain Spark can keep tables in; the workspace's own name is mapped to it.
PHYSICAL = "spark_catalog"

# What `SET spark.databricks.clusterUsageTags.sparkVersion` answers.
RUNTIME = "17.3.x-scala2.13"


def start(state: Path, jars: Path | None = None):
    """Start Spark with ANSI SQL, UTC and a Spark Connect endpoint on a free loopback port.

    Parameters
    ----------
    state : Path
        Folder for the tables.
    jars : Path, optional
        Folder with Delta Lake's jars: tables are then Delta tables. Without it they are Parquet.

    Returns
    -------
    tuple
        The session and the port of Spark Connect.
    """
    os.environ["JAVA_HOME"] = java_home(state)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.memory": os.environ.get("WORKSPACE_MEMORY", "3g"),
        # Hundreds of short statements: time goes into compiling, not into crunching rows.
        # The quick compiler has room for little by default; when it is used up, nothing more is
        # compiled at all.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseParallelGC"
        " -XX:ReservedCodeCacheSize=512m",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": "0",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.files.minPartitionNum": "1",
        "spark.sql.leafNodeDefaultParallelism": "1",
        "spark.sql.sources.default": "parquet",
        "spark.sql.warehouse.dir": str(state / "warehouse"),
        "spark.databricks.clusterUsageTags.sparkVersion": RUNTIME,
    }
    settings |= delta_settings(jars) if jars else {}
    builder = SparkSession.builder.master("local[2]").appName("workspace")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    service = getattr(session._jvm, "org.apache.spark.sql.connect.service.SparkConnectService$")
    return session, getattr(service, "MODULE$").localPort()


def delta_settings(jars: Path) -> dict[str, str]:
    """Settings that make Delta Lake the tables' format."""
    return {
        "spark.jars": ",".join(str(jar) for jar in sorted(jars.glob("*.jar"))),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        f"spark.sql.catalog.{PHYSICAL}": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.sources.default": "delta",
        # Small tables: one task reads a table's log.
        "spark.databricks.delta.snapshotPartitions": "1",
        "spark.sql.shuffle.partitions": "1",
    }
