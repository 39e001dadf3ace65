"""Three-part names: what dbt writes, what Unity Catalog knows, what the local Spark has."""

import re

from engine import PHYSICAL

PART = r"(?:`[^`]+`|[\w$-]+)"
NAME = rf"({PART}(?:\s*\.\s*{PART})*)"
QUOTED = r"'(?:[^'\\]|\\.)*'"


def to_physical(sql: str, catalog: str) -> str:
    """Name Spark's own catalog where the statement names the workspace's.

    Text between single quotes stays as it is: it may be a path or a comment.
    """
    own = re.escape(catalog)
    pattern = re.compile(
        rf"{QUOTED}|`{own}`(?=\s*\.\s*[`\w])|(?<![\w.`]){own}(?=\s*\.\s*[`\w])"
        rf"|(?i:(?<=schemas in )`{own}`)"
    )
    return pattern.sub(lambda m: m[0] if m[0].startswith("'") else f"`{PHYSICAL}`", sql)


def key(name: str, catalog: str) -> tuple[str, str, str]:
    """The name under which Unity Catalog's metadata of a table is kept."""
    parts = [p.strip("`").lower() for p in re.findall(r"`[^`]+`|[^.\s]+", name)]
    schema = parts[-2] if len(parts) > 1 else "default"
    return catalog, schema, parts[-1]


def physical(table: tuple[str, str, str]) -> str:
    """The same table's name in the local Spark."""
    return ".".join(f"`{p}`" for p in (PHYSICAL, *table[1:]))


def beside(name: str, suffix: str) -> str:
    """A table's name with a suffix, in the same schema."""
    parts = re.findall(r"`[^`]+`|[^.\s]+", name)
    return ".".join([*parts[:-1], f"`{parts[-1].strip('`')}{suffix}`"])


def in_schema(name: str) -> str:
    """A table's name without its catalog, which `ALTER TABLE .. RENAME TO` wants."""
    return ".".join(re.findall(r"`[^`]+`|[^.\s]+", name)[-2:])
