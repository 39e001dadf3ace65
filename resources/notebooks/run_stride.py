# Databricks notebook source
# Runs a command of Stride on serverless compute. Secrets of a scope become environment variables.

# COMMAND ----------

# MAGIC %pip install --quiet --no-deps -r ../../requirements-databricks.txt

# COMMAND ----------

dbutils.library.restartPython()

# COMMAND ----------

import os
import sys

import click

sys.path.insert(0, os.path.abspath("../../python"))
from stride.cli import main

asked = dbutils.widgets.get
os.environ["STRIDE_HOME"] = f"/Volumes/{asked('catalog')}/landing/home"
os.environ["STRIDE_LANDING"] = asked("landing")
for secret in asked("secrets").split():
    os.environ[secret.upper()] = dbutils.secrets.get(asked("scope"), secret)
try:
    main(asked("command").split(), standalone_mode=False)
except click.ClickException as problem:
    sys.exit(problem.format_message())
