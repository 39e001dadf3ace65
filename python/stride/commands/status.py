"""``stride status``: summary of the last build."""

import click

from stride import paths


@click.command()
@click.option("--athlete", "athlete_id", metavar="ID", help="Only this athlete; default: all.")
def status(athlete_id: str | None):
    """Show fitness, forecasts, alerts, the last import and the pipeline's health."""
    from rich.console import Console

    from stride.status import page, read_status

    console = Console()
    for part in page(
        read_status(paths.database(), paths.landing(), paths.deliveries(), athlete_id)
    ):
        console.print(part)
