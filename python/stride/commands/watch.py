"""``stride watch``: an update whenever a file appears in a folder."""

import time
from pathlib import Path

import click

from stride import paths
from stride.errors import StrideError


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--every",
    type=click.FloatRange(1, 3600),
    default=20.0,
    show_default=True,
    help="Seconds between two looks. A file counts as complete when it is the same twice.",
)
def watch(folders: tuple[Path, ...], every: float):
    """Run `stride update` whenever a file in FOLDERS is new or changed and complete.

    For a folder that a watch, a sync program or a cloud service writes to. Import it once before,
    which says whose it is. Without FOLDERS every folder that was imported is watched. Stop with
    Ctrl-C.
    """
    names = watched(paths.home(), folders)
    click.echo(f"Watching {', '.join(names)}; stop with Ctrl-C.")
    before: dict[str, str | None] = {}
    while True:
        before = look(paths.home(), names, before)
        time.sleep(every)


def watched(home: Path, folders) -> list[str]:
    """Paths to watch.

    Raises
    ------
    StrideError
        If a folder was not imported before, or there is none.
    """
    from stride.sources import Sources

    known = [source.path for source in Sources(home).all() if source.is_folder]
    wanted = [str(folder.absolute()) for folder in folders] or known
    unknown = [path for path in wanted if path not in known]
    if unknown:
        raise StrideError(
            f"{unknown[0]} was not imported yet: stride import FOLDER --athlete ID says whose "
            "files these are; then watch it."
        )
    if not wanted:
        raise StrideError("No folder was imported yet: stride import FOLDER --athlete ID first.")
    return list(dict.fromkeys(wanted))


def look(home: Path, names: list[str], before: dict[str, str | None]) -> dict[str, str | None]:
    """Look once, and update if a folder changed and then stayed the same since the last look.

    Parameters
    ----------
    home : Path
    names : list of str
        Folders.
    before : dict of str to str
        What the last look returned; empty at first.

    Returns
    -------
    dict of str to str
        The state of each folder; None if it is not there.
    """
    from stride.commands.update import run_update
    from stride.sources import Sources, marks
    from stride.update import Busy

    now = {name: marks(Path(name)) for name in names}
    seen = {source.path: source.seen for source in Sources(home).all()}
    complete = [
        name
        for name in names
        if now[name] is not None and now[name] != seen.get(name) and now[name] == before.get(name)
    ]
    for name in complete:
        try:
            run_update(only=name)
        except (StrideError, Busy) as problem:
            click.echo(f"Error: {problem}", err=True)
            # Not again until something changes.
            kept = Sources(home)
            for source in kept.all():
                if source.path == name:
                    kept.remember(source._replace(seen=now[name]))
    return now
