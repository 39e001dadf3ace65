"""``stride doctor``: what is wrong with a home."""

import sys

import click

from stride import paths


@click.command()
@click.option("--mend", is_flag=True, help="Put right what can be put right without loss.")
def doctor(mend: bool):
    """Say what is wrong with STRIDE_HOME and what to do; exits with 1 if something is.

    It looks at space and rights, the clock, other processes, the DuckDB file, the landing, the
    sources and the model registry. Nothing is changed without --mend.
    """
    from stride.doctor import findings
    from stride.racetime.registry_file import mend as mend_registry

    home = paths.home()
    if mend and (changed := mend_registry(home)):
        click.echo(f"The registry has today's addresses now ({changed:,} changed).")
    found = list(findings(home, paths.landing()))
    for sentence in found:
        click.echo(f"- {sentence}")
    if not found:
        click.echo(f"{home} is well.")
    sys.exit(1 if found else 0)
