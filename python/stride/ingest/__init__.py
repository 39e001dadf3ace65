"""Imports: from an athlete's files to typed Parquet under ``landing/``."""
