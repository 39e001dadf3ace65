"""dbt-duckdb plugin that runs before each build, see ``plugins`` in ``profiles/profiles.yml``."""

from contextlib import suppress

from dbt.adapters.duckdb.plugins import BasePlugin

from stride import paths


class Plugin(BasePlugin):
    """Adds missing columns and kinds of files to a landing of an earlier version."""

    def initialize(self, config):
        """Write the files with the columns; a read-only landing is left unchanged."""
        from stride.ingest import landing

        if paths.landing().is_dir():
            with suppress(OSError):
                landing.write_columns(paths.landing())
