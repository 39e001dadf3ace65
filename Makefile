# What people, pre-commit and CI run. `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin

# Everything Stride keeps lives below STRIDE_HOME; the demo has a home of its own.
export STRIDE_HOME ?= data
export DBT_PROFILES_DIR ?= $(CURDIR)/profiles
export STRIDE_CODE_COMMIT ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)

# Nothing leaves this machine.
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export MLFLOW_DISABLE_TELEMETRY := true

# `make build AS_OF=2024-12-01` builds as of that day; without it, as of today.
export STRIDE_AS_OF ?= $(AS_OF)

.DEFAULT_GOAL := help
.PHONY: help install demo build freshness report docs test lint format pytest parity test-databricks benchmark-as-of benchmark-import benchmark-everyday benchmark-features benchmark-monitoring benchmark-forecasts house lock wheel clean

help:  ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/' | expand -t 20

install: $(VENV)/installed  ## The environment alone: .venv with everything that running needs

demo: $(VENV)/installed  ## The whole way on invented athletes: data, build, report, forecasts
	@$(BIN)/stride demo

build: $(VENV)/installed  ## Bring in what is new, build, write the report (AS_OF=day to pin the day)
	@$(BIN)/stride update

freshness: $(VENV)/installed  ## Whether something was imported lately (an athlete at rest is no stale pipeline)
	@$(BIN)/dbt source freshness

report: $(VENV)/installed  ## Write the report of the last build and print the forecasts
	@$(BIN)/stride report

# dbt writes where it ran into the page; that is nobody's business.
DOCS := $(or $(DBT_TARGET_PATH),target)/static_index.html
docs: $(VENV)/installed  ## Documentation and lineage of every table, in target/static_index.html
	@$(BIN)/dbt docs generate --static
	@home=$$(cd "$$STRIDE_HOME" && pwd) && \
	 sed -e "s|$$home|STRIDE_HOME|g" -e 's|$(dir $(abspath $(DOCS)))|target/|g' \
	 -e 's|$(CURDIR)|.|g' '$(DOCS)' > '$(DOCS).part' && mv '$(DOCS).part' '$(DOCS)'

test: lint pytest parity  ## Lint and every test, both engines

lint format: export STRIDE_HOME := target/lint
lint: $(VENV)/installed-dev  ## Style of Python and SQL
	@mkdir -p $(STRIDE_HOME)
	@echo "lint: Python"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "lint: SQL"
	@$(BIN)/sqlfluff lint models tests --disable-progress-bar

format: $(VENV)/installed-dev  ## Put the style right where a machine can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@mkdir -p $(STRIDE_HOME)
	@$(BIN)/sqlfluff fix models tests --disable-progress-bar

pytest: $(VENV)/installed-dev  ## Tests of the package and of the local build
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

parity: export STRIDE_HOME := target/parity/home
parity: $(VENV)/installed-dev  ## Build the sample on DuckDB and on Spark through dbt-databricks, and compare
	@rm -rf $(STRIDE_HOME)
	@$(BIN)/stride sample --athletes 3 --years 2 --seed 5
	@$(BIN)/stride import $(STRIDE_HOME)/sample/athletes.csv
	@$(BIN)/python tests/databricks/parity.py --as-of-date 2026-06-30 --no-tests

test-databricks: $(VENV)/installed-dev target/delta/installed  ## Proofs for Databricks: Delta Lake, Unity Catalog's DDL, the wheel
	@$(BIN)/python -m pytest -o timeout_func_only=true tests/databricks

# Java and Maven are wanted for this alone; without them those proofs say that they are skipped.
target/delta/installed: tests/databricks/pom.xml
	@mkdir -p $(@D)
	@if command -v mvn >/dev/null; then \
	 echo "Fetching Delta Lake's jars" && mvn --quiet --batch-mode -f $< dependency:copy-dependencies && touch $@; \
	 else echo "There is no mvn here: what needs Delta Lake's jars is skipped"; fi

benchmark-as-of: export STRIDE_HOME := target/benchmark
benchmark-as-of: $(VENV)/installed-dev  ## Time of the point-in-time join: a million races over nine million days
	@mkdir -p $(STRIDE_HOME)
	@$(BIN)/python tests/benchmarks/as_of_join.py

benchmark-import: $(VENV)/installed-dev  ## Time of reading exports and recordings, beside the parsers alone
	@$(BIN)/python tests/benchmarks/strava_csv.py
	@$(BIN)/python tests/benchmarks/device_files.py

benchmark-monitoring: $(VENV)/installed-dev  ## False alarms and detections of the monitors, on simulations whose truth is known (about five minutes)
	@$(BIN)/python tests/benchmarks/monitoring.py $(ARGS)

benchmark-forecasts: $(VENV)/installed-dev  ## Errors and coverage of the forecasts, on simulated populations (ARGS="--study FILE" adds a study)
	@$(BIN)/python tests/benchmarks/forecasts.py $(ARGS)

house: export STRIDE_HOME := target/lint
house: $(VENV)/installed-dev  ## How big the project is: models, longest path, paths, files that name a feature
	@mkdir -p $(STRIDE_HOME)
	@$(BIN)/dbt --quiet parse
	@$(BIN)/python tests/house.py $(ARGS)

benchmark-everyday: $(VENV)/installed-dev  ## What a day costs, as ratios to a warm dbt parse (ARGS="--athletes 200 --years 2")
	@$(BIN)/python tests/benchmarks/everyday.py $(ARGS)

benchmark-features: $(VENV)/installed-dev  ## Time of the features: 5,000 athletes, 5 years, and a day more (ARGS="--athletes 500")
	@$(BIN)/python tests/benchmarks/features.py $(ARGS)

lock: $(VENV)/installed-dev  ## Renew requirements*.txt from pyproject.toml
	@sh -c '\
	 compile() { $(BIN)/uv pip compile --universal --python-version 3.11 \
	   --no-strip-extras --no-emit-index-url --no-header --quiet --upgrade "$$@"; }; \
	 compile pyproject.toml --generate-hashes --extra dev -o requirements-dev.txt && \
	 compile pyproject.toml --generate-hashes --extra run -c requirements-dev.txt -o requirements.txt && \
	 mkdir -p target/lock && sed "/\"dbt-/d" pyproject.toml > target/lock/pyproject.toml && \
	 compile target/lock/pyproject.toml --no-annotate --extra strava --extra monitoring -c requirements-dev.txt \
	   -o requirements-databricks.txt'

wheel: $(VENV)/installed  ## The wheel, with the dbt project in it: dist/
	@$(BIN)/pip wheel --no-deps --no-build-isolation --quiet --wheel-dir dist .

clean:  ## Remove everything made here but your data and the environment
	@rm -rf target logs demo dist build python/*.egg-info .pytest_cache .ruff_cache

# The environment: hash-pinned packages, then Stride itself, editable and without the network.
# The lock is complete and leaves out on purpose what [tool.uv] of pyproject.toml names: --no-deps.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info < (3, 13); \
	 sys.exit(None if ok else "Stride needs Python 3.11 or 3.12, this is " + sys.version.split()[0] + ": run make PYTHON=python3.12 ...")'
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.txt pyproject.toml | $(VENV)/bin/python
	@if [ -e $(VENV)/installed-dev ]; then $(MAKE) --no-print-directory $(VENV)/installed-dev; else \
	 echo "Installing (a minute)" && $(call install,requirements.txt); fi
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what developing needs (a minute or two)"
	@$(call install,requirements-dev.txt)
	@touch $(VENV)/installed $@

# uv, itself pinned by hash, installs in parallel and without compiling; where it can't reach what
# pip is set up for, pip does it.
define install
sed -n '/^uv==/,/[^\\]$$/p' $(1) > $(VENV)/uv.txt && \
$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --require-hashes -r $(VENV)/uv.txt && \
{ $(BIN)/uv pip install --quiet --no-deps --python $(BIN)/python --require-hashes -r $(1) || \
  $(BIN)/pip install --disable-pip-version-check --quiet --no-deps --require-hashes -r $(1); } && \
$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
endef
