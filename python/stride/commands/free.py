"""``stride free``: what `make build` asks first: dbt answers a locked file with a stack trace."""

import click

from stride import paths


@click.command(hidden=True)
def free():
    """Say so in one sentence if another run holds the database."""
    from stride.database import ensure_free

    ensure_free(paths.database())
