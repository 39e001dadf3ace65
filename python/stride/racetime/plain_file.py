"""Reads a stored model that is made of numbers, texts and arrays, with NumPy alone.

skops writes a model as a zip with a description (``schema.json``) and arrays. Most versions hold
nothing of scikit-learn, and importing skops with it takes as long as everything else that scoring
does. A file that holds more is left to skops.
"""

import importlib
import io
import json
import zipfile

import numpy as np

_OWN = (("stride.racetime.model", "RaceTimeModel"), ("stride.racetime.stage_2", "Linear"))
"""Classes that may be made; any other is none of a plain file."""


class _NotPlain(Exception):
    pass


def read(data: bytes, package: str = "stride"):
    """Load a model from a file of skops.

    Parameters
    ----------
    data : bytes
    package : str
        Where the classes of ``stride`` are imported from.

    Returns
    -------
    RaceTimeModel or None
        None if the file holds more than is read here.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _value(json.loads(archive.read("schema.json")), archive, package)
    except _NotPlain:
        return None


def _value(node: dict, archive: zipfile.ZipFile, package: str):
    loader, name = node["__loader__"], (node["__module__"], node["__class__"])
    if loader == "JsonNode" and node.get("is_json"):
        return json.loads(node["content"])
    if loader == "NdArrayNode" and node.get("type") == "numpy":
        return np.load(io.BytesIO(archive.read(node["file"])), allow_pickle=False)
    if loader == "DictNode" and name == ("builtins", "dict"):
        keys = node["key_types"]["content"]
        if all((key["__module__"], key["__class__"]) == ("builtins", "str") for key in keys):
            return {key: _value(n, archive, package) for key, n in node["content"].items()}
    if loader == "ObjectNode" and name in _OWN and isinstance(node["content"], dict):
        module = importlib.import_module(package + name[0].removeprefix("stride"))
        made = object.__new__(getattr(module, name[1]))
        made.__dict__.update(_value(node["content"], archive, package))
        return made
    raise _NotPlain
