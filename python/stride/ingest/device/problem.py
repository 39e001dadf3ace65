"""Reasons why a recording can't be used."""

from typing import NamedTuple

PROBLEMS = {
    "empty_file": "the file has no bytes",
    "not_a_recording": "neither FIT nor TCX nor GPX",
    "truncated_file": "it ends before the first usable sample",
    "broken_file": "the format is right, but the content can't be parsed",
    "unsafe_xml": "XML that declares a document type or entities, or is nested absurdly deep",
    "no_records": "it holds no session and no samples",
    "no_times": "it has samples, but none tells when",
    "not_an_activity": "it holds monitoring, sleep, settings, a course or the like",
}
"""Every code a landed row can carry."""


class Problem(NamedTuple):
    """A file that gave no session."""

    code: str
    """A key of `PROBLEMS`."""
    detail: str
    """One sentence: which file, and what is the matter with it."""


class Unreadable(Exception):
    """Raised by the readers; `read_sessions` turns it into a `Problem`."""

    def __init__(self, code: str, detail: str):
        super().__init__(detail)
        self.problem = Problem(code, detail)
