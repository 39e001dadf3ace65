"""The one kind of error a user is meant to read."""


class StrideError(Exception):
    """Something the user can put right: one sentence saying what, where and what to do."""
