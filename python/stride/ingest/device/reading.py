"""Detects the format of a file by its content and calls its reader."""

from stride.ingest.device.dating import time_of_name
from stride.ingest.device.problem import Unreadable
from stride.ingest.device.session import Session


def read(name: str, content: bytes, written_s=()) -> list[Session]:
    """Read every session of a file.

    Parameters
    ----------
    name : str
    content : bytes
    written_s : iterable of float
        When the file was written, by the archive or folder that holds it; Unix time.

    Raises
    ------
    Unreadable
        With the code and the sentence for the user.
    """
    shown = time_of_name(name)
    clocks_s = [shown[0]] if shown else []
    if not content:
        raise Unreadable("empty_file", f"{name} is empty: export it again.")
    if content[8:12] == b".FIT":
        from stride.ingest.device.fit import read_fit

        return read_fit(name, content, clocks_s, written_s)
    if not looks_like_xml(content):
        if name.lower().endswith(".fit") and len(content) < 12 and content[0] in (12, 14):
            raise Unreadable("truncated_file", f"{name} ends within its header: export it again.")
        raise Unreadable("not_a_recording", f"{name} is not a FIT, TCX or GPX file.")

    from stride.ingest.device.safe_xml import local_name, parse

    root, warnings = parse(name, content)
    kind = local_name(root.tag)
    if kind in ("TrainingCenterDatabase", "Activities"):  # some tools lose the outermost element
        from stride.ingest.device.tcx import read_tcx

        return read_tcx(name, root, warnings, clocks_s, written_s)
    if kind == "gpx":
        from stride.ingest.device.gpx import read_gpx

        return read_gpx(name, root, warnings, clocks_s, written_s)
    raise Unreadable("not_a_recording", f"{name} is XML, but neither TCX nor GPX.")


def looks_like_xml(content: bytes) -> bool:
    """Whether the first character is ``<``, in whatever width and after whatever mark.

    Examples
    --------
    >>> looks_like_xml(b"\\xef\\xbb\\xbf  <gpx/>"), looks_like_xml(b"\\x0e\\x10GARMIN")
    (True, False)
    """
    start = content[:512].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    return start.startswith(b"<")
