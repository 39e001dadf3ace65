"""Imports: from an athlete's export to typed Parquet under ``landing/``."""

from stride.ingest.landing import Receipt, land_export

__all__ = ["Receipt", "land_export"]
