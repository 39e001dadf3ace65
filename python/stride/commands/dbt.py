"""``stride dbt`` and ``stride init``: the dbt project of an installed Stride."""

import shutil
import sys
from pathlib import Path

import click

from stride import paths
from stride.errors import StrideError


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def dbt(arguments):
    """Run a dbt command on Stride's project and your home: stride dbt build --selector daily.

    The home, the profile and the folders for dbt's files are set; everything else is dbt's own.
    """
    from stride import project

    home = paths.home()
    home.mkdir(parents=True, exist_ok=True)
    with project.environment(home):
        from dbt.cli.main import dbtRunner

        done = dbtRunner().invoke(list(arguments))
    if done.exception is not None:
        raise StrideError(str(done.exception).strip().splitlines()[0])
    sys.exit(0 if done.success else 1)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder):
    """Copy the dbt project to FOLDER, to change it or to keep it in a repository of your own.

    Stride uses the project of the folder in which it is run.
    """
    from stride import project

    source = project.folder()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StrideError(f"{folder} is not empty: give a folder that does not exist yet.")
    for name in ("dbt_project.yml", "selectors.yml", "models", "macros", "seeds", "profiles"):
        _copy(source / name, folder / name)
    for name in ("generic", "singular"):
        _copy(source / "tests" / name, folder / "tests" / name)
    click.echo(f"The dbt project is in {folder}. In it: stride update, or stride dbt build.")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        ignored = shutil.ignore_patterns("__pycache__", ".user.yml")
        shutil.copytree(source, target, ignore=ignored)
    else:
        shutil.copy2(source, target)
