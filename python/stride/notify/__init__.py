"""Sends the messages of the outbox by e-mail, each once."""
