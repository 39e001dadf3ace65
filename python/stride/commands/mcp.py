"""``stride mcp``: answers an assistant's questions about one athlete."""

import click

from stride import paths


@click.command()
@click.option("--athlete", "athlete_id", metavar="ID", help="Whose; needed if there are several.")
def mcp(athlete_id):
    """Serve one athlete's data to an assistant by the Model Context Protocol, over stdio.

    Read-only, without network. The athlete is chosen here and by no question. An assistant starts
    it itself; its configuration names the command: stride mcp --athlete ID.
    """
    from stride.mcp_server.server import build_server

    build_server(paths.database(), athlete_id).run("stdio")
