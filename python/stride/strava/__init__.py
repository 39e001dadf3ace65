"""Strava's API: connects athletes and syncs new, changed and deleted activities."""
