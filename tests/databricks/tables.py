"""The parts of CREATE TABLE that belong to Delta and Unity Catalog."""

import re
from dataclasses import dataclass, field


@dataclass
class Wanted:
    """A CREATE TABLE without its name, split in what Spark takes and what is recorded."""

    body: str
    query: str = ""
    constraints: list[tuple[str, str]] = field(default_factory=list)
    not_null: set[str] = field(default_factory=set)
    clustering: str | None = None


def parse(text: str, has_delta: bool = False) -> Wanted:
    """Split what follows the table's name in CREATE TABLE.

    Parameters
    ----------
    text : str
        Columns, options and query.
    has_delta : bool
        Whether Spark has Delta Lake: then only what Unity Catalog keeps is taken out.

    Returns
    -------
    Wanted
        With constraints, NOT NULL and CLUSTER BY taken out and, without Delta, Parquet for it.
    """
    text, wanted = text.lstrip(), Wanted("")
    columns = ""
    if text.startswith("("):
        items, text = _in_parentheses(text)
        columns = f"({', '.join(_columns(items, wanted))}) "
    query = re.search(r"\bas\b\s*(?:\(|select\b|with\b)", _bare(text), re.I)
    options, query = (text[: query.start()], text[query.start() :]) if query else (text, "")
    if not has_delta:
        options = re.sub(r"(?i)\busing\s+delta\b", "using parquet", options)
    clustering = re.search(r"\bcluster\s+by\s+(auto|none|\([^)]*\))", _bare(options), re.I)
    if clustering:
        wanted.clustering = clustering[1]
        # Automatic clustering is Databricks' own; columns to cluster by are Delta's.
        if not (has_delta and clustering[1].startswith("(")):
            options = options.replace(clustering[0], "")
    wanted.body, wanted.query = f"{columns}{options} {query}", query
    return wanted


def _columns(items: list[str], wanted: Wanted) -> list[str]:
    kept = []
    for item in items:
        found = re.match(
            r"\s*constraint\s+`?(\w+)`?\s+((?:primary key|foreign key|check)\b.*)",
            item,
            re.I | re.S,
        )
        if found:
            wanted.constraints.append((found[1], found[2].strip()))
            continue
        if re.search(r"\bnot\s+null\b", _bare(item), re.I):
            wanted.not_null.add(re.match(r"\s*`?(\w+)", item)[1].lower())
        kept.append(item)
    return kept


def _in_parentheses(text: str) -> tuple[list[str], str]:
    """Items of the list that the text opens with, and what comes after it."""
    items, depth, start = [], 0, 1
    for at, letter in enumerate(_bare(text)):
        if letter in "(<":
            depth += 1
        elif letter in ")>":
            depth -= 1
            if not depth:
                return [*items, text[start:at]], text[at + 1 :]
        elif letter == "," and depth == 1:
            items.append(text[start:at])
            start = at + 1
    raise ValueError(f"[PARSE_SYNTAX_ERROR] unclosed parenthesis: {text[:80]}")


def _bare(text: str) -> str:
    """The text with blanks for all that is quoted: comments may hold any word."""
    quoted = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`"
    return re.sub(quoted, lambda found: " " * len(found[0]), text, flags=re.S)
