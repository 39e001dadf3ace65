"""Watching: whether forecasts get worse, whether their inputs changed, and when nobody can tell."""
