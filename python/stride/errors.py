"""The exception for errors that are shown to the user."""


class StrideError(Exception):
    """An error that the user can fix; its message says what, where and what to do."""
