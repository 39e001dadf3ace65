"""Sends what is in the outbox, once."""
