"""Puts the dbt project into the wheel, as ``stride/_project``."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

PROJECT = ("dbt_project.yml", "selectors.yml", "models", "macros", "seeds", "profiles")
TESTS = ("tests/generic", "tests/singular")


class BuildWithProject(build_py):
    """`build_py`, and the files that dbt reads."""

    def run(self):
        super().run()
        if self.editable_mode:  # the checkout itself is the project
            return
        target = Path(self.build_lib, "stride", "_project")
        shutil.rmtree(target, ignore_errors=True)
        for name in (*PROJECT, *TESTS):
            if Path(name).is_dir():
                ignored = shutil.ignore_patterns("__pycache__", ".user.yml")
                shutil.copytree(name, target / name, ignore=ignored)
            else:
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy2(name, target / name)


setup(cmdclass={"build_py": BuildWithProject})
