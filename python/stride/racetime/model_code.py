"""The code that a stored model brings along, so that it loads where Stride is not installed."""

import ast
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from types import CodeType

import pandas as pd

import stride

COLUMNS = {"code_digest": "string"}
_DISTRIBUTIONS = {"sklearn": "scikit-learn"}
"""What a package is called where it is installed from, if not by its own name."""
_INSTALLED = Path(stride.__file__).parents[1]
_PARSER = Lock()
"""Python 3.11's parser fails now and then if two threads parse at once."""


@contextmanager
def staged() -> Iterator[Path]:
    """Copy the part of the package that a model is made of to a folder of its own.

    Yields
    ------
    Path
        A folder ``stride`` with the modules of the package itself and of `stride.racetime`.
    """
    source = Path(stride.__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "stride"
        for part in (".", "racetime"):
            (target / part).mkdir(parents=True, exist_ok=True)
            for file in (source / part).glob("*.py"):
                shutil.copy(file, target / part)
        yield target


def pinned() -> list[str]:
    """What the model needs of other packages, as installed here.

    Returns
    -------
    list of str
        ``name==version``: what the model's modules import, and what reads its file.
    """
    packages = {"pandas", "sklearn", "skops"}
    for module in _modules():
        packages |= {name.split(".")[0] for name in _imports(module)}
    return sorted(
        f"{name}=={version(name)}"
        for name in (_DISTRIBUTIONS.get(package, package) for package in packages)
        if name not in sys.stdlib_module_names and name != "stride"
    )


def digest(root: Path | None = None) -> str:
    """Hash of the model's own modules: other code is another model, though the data be the same.

    Parameters
    ----------
    root : Path, optional
        Folder that holds the package ``stride``; default: where it is installed.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    text = b"".join(module.read_bytes() for module in sorted(_modules(root), key=lambda m: m.name))
    return hashlib.sha256(text).hexdigest()


def installed() -> pd.DataFrame:
    """Digest of the installed code, as the one row of a table with `COLUMNS`."""
    return pd.DataFrame({"code_digest": [digest()]})


def modules(root: Path | None = None) -> dict[str, str]:
    """Text of the modules that a model is made of, by dotted name.

    Parameters
    ----------
    root : Path, optional
        As for `digest`.
    """
    root = root or _INSTALLED
    return {
        ".".join(file.relative_to(root).with_suffix("").parts): file.read_text(encoding="utf-8")
        for file in _modules(root)
    }


def compiled(text: str, name: str, package: str) -> CodeType:
    """Compile a module of Stride so that it imports from ``package`` what it would from ``stride``.

    Parameters
    ----------
    text : str
    name : str
        For tracebacks.
    package : str
    """
    with _PARSER:
        tree = ast.parse(text)
    for node in ast.walk(tree):
        # None of a model's modules says `import stride`.
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "stride":
            node.module = package + node.module.removeprefix("stride")
    return compile(tree, name, "exec")


def _modules(root: Path | None = None) -> set[Path]:
    """`stride.racetime.model` and the modules of Stride that it is made of."""
    root = root or _INSTALLED
    found, ahead = set(), ["stride.racetime.model"]
    while ahead:
        module = root / f"{ahead.pop().replace('.', '/')}.py"
        if module not in found and module.exists():
            found.add(module)
            ahead += [name for name in _imports(module) if name.startswith("stride.")]
    return found


def _imports(module: Path) -> set[str]:
    names = set()
    with _PARSER:
        tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names
