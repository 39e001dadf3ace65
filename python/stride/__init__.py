"""Stride: from an athlete's own activity history to honest race-time forecasts."""
