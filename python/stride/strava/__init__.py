"""Strava's API: connect an athlete, bring what is new, know what is gone."""
