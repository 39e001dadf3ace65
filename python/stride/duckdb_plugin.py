"""What dbt-duckdb does before a build: see ``plugins`` in ``profiles/profiles.yml``."""

from contextlib import suppress

from dbt.adapters.duckdb.plugins import BasePlugin

from stride import paths


class Plugin(BasePlugin):
    """Gives a landing of an earlier version the columns and kinds that today's models read."""

    def initialize(self, config):
        """Write the files of columns; a landing that can't be written is left as it is."""
        from stride.ingest import landing

        if paths.landing().is_dir():
            with suppress(OSError):
                landing.write_columns(paths.landing())
