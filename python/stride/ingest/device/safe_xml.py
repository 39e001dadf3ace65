"""Parses untrusted XML: decoded once, checked for declarations, parsed without network access.

What is searched is exactly what is parsed: the text is decoded once, by a short list of encodings,
and handed to the parser as UTF-8.
"""

import re

from lxml import etree

from stride.ingest.device.problem import Unreadable

_MARKS = [  # longest first: UTF-32's mark begins with UTF-16's
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
]
_PLAIN = {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252"}
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_FORBIDDEN = re.compile(r"<!\s*(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
# What XML 1.0 has no place for; a stray byte must not cost the whole recording.
_CONTROLS = bytes(sorted(set(range(32)) - set(b"\t\n\r")))


def parse(name: str, content: bytes) -> tuple[etree._Element, list[str]]:
    """Parse a file, mending what can be mended.

    Parameters
    ----------
    name : str
        For messages.
    content : bytes

    Returns
    -------
    root : lxml element
        Of what could be read: of a file cut short, everything before the cut.
    warnings : list of str
        What was wrong with it.

    Raises
    ------
    Unreadable
        ``unsafe_xml`` for a document type, entities or absurd depth; ``broken_file`` if no root
        can be read.

    Examples
    --------
    >>> parse("a.gpx", b"<!DOCTYPE gpx><gpx/>")
    Traceback (most recent call last):
    ...
    stride.ingest.device.problem.Unreadable: a.gpx declares a document type or entities: refused.
    """
    text = _decode(name, content)
    if _FORBIDDEN.search(text):
        raise Unreadable("unsafe_xml", f"{name} declares a document type or entities: refused.")
    text = _DECLARATION.sub("", text, count=1)
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,  # an undeclared prefix or a missing end costs nothing else
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,  # libxml2's own limits of depth and size stay on
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8").translate(None, _CONTROLS), parser)
    except etree.XMLSyntaxError:
        root = None
    complaints = list(parser.error_log)
    if any("depth" in complaint.message.lower() for complaint in complaints):
        raise Unreadable("unsafe_xml", f"{name} is nested too deeply: refused.")
    if root is None:
        raise Unreadable("broken_file", f"{name} is XML that can't be parsed: export it again.")
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("unsafe_xml", f"{name} declares a document type or entities: refused.")
    warnings = [f"line {complaint.line}: {complaint.message}"[:200] for complaint in complaints]
    return root, warnings[:3]


def local_name(tag: str) -> str:
    """Drop a tag's namespace, or the prefix that was never declared.

    Examples
    --------
    >>> local_name("{http://x}Lap"), local_name("ns3:TPX"), local_name("ele")
    ('Lap', 'TPX', 'ele')
    """
    return tag.rpartition("}")[2].rpartition(":")[2]


def _decode(name: str, content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, errors="replace")
    start = content[:64].lstrip()
    if start.startswith(b"<\0\0\0") or start.startswith(b"\0\0\0<"):
        return content.decode("utf-32-le" if start[0] else "utf-32-be", errors="replace")
    if start.startswith(b"<\0") or start.startswith(b"\0<"):
        return content.decode("utf-16-le" if start[0] else "utf-16-be", errors="replace")
    declared = _DECLARED.match(content[:400])
    encoding = declared[1].decode().lower() if declared else "utf-8"
    if encoding.startswith("utf-16"):  # declared, yet one byte a character: it is not
        encoding = "utf-8"
    if encoding not in _PLAIN:
        raise Unreadable("broken_file", f"{name} is written in the unusual encoding {encoding}.")
    return content.decode(encoding, errors="replace")
