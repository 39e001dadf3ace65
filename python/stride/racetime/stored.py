"""A stored version: whether its files are whole, and the code that scores it.

A version keeps the modules that it is made of and, for invented runners, the forecasts that it made
when it was trained. While the installed modules are the same ones, they score it. After a new
release the version's own modules do, imported beside the installed ones under another name, so its
forecasts stay what the gate passed. Either must reproduce the kept forecasts.
"""

import hashlib
import importlib.abc
import importlib.util
import io
import json
import sys
import zipfile
from pathlib import Path
from threading import RLock

import numpy as np
import pandas as pd

from stride.errors import StrideError
from stride.racetime import model_code

EXAMPLES = "examples.json"
"""Name of the file with invented runners and the version's forecasts for them."""

_MODEL, _CODE, _EXAMPLES = "model.skops", "code", f"extra_files/{EXAMPLES}"
_MAKERS = ("stride.", "numpy.", "sklearn.", "scipy.", "crepes.", "mapie.", "lightgbm.")
"""Whose classes a stored model may hold; one that holds another is neither stored nor loaded."""
_TIMES = ("predicted_time_s", "lower_80_s", "upper_80_s")
_TOLERANCE = 1e-9
"""Relative; other processors differ by about 1e-13."""
_IMPORTS = RLock()


def load(folder: Path, fingerprint: str | None = None):
    """Load a version, with its own code where the installed code is another.

    Parameters
    ----------
    folder : Path
        The version's files.
    fingerprint : str, optional
        What `files_fingerprint` was when the version was registered; without it, files are not
        compared.

    Returns
    -------
    RaceTimeModel or CarriedModel

    Raises
    ------
    StrideError
        If the files are not those that were registered, or the version's forecasts can't be
        reproduced.
    """
    if fingerprint is not None and fingerprint != files_fingerprint(folder):
        raise StrideError("its files are not those that were registered")
    file = (folder / _MODEL).read_bytes()
    modules = model_code.modules(folder / _CODE)
    if not modules:
        raise StrideError("it carries no code")
    if model_code.digest(folder / _CODE) == model_code.digest():
        model = _read(file)
    else:
        model = CarriedModel(modules, file)
    if (folder / _EXAMPLES).exists():
        _reproduce(model, json.loads((folder / _EXAMPLES).read_text(encoding="utf-8")))
    return model


def files_fingerprint(folder: Path) -> str:
    """Hash of the files that decide a version's forecasts: model, code and examples.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    files = [folder / _MODEL, folder / _EXAMPLES, *sorted((folder / _CODE).rglob("*.py"))]
    found = hashlib.sha256()
    for file in files:
        if file.exists():
            found.update(file.relative_to(folder).as_posix().encode() + b"\0")
            found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


def trusted(data: bytes) -> list[str]:
    """The classes in a model file beside scikit-learn's own.

    Raises
    ------
    StrideError
        If one is of an unknown maker.
    """
    import skops.io

    types = skops.io.get_untrusted_types(data=data)
    unknown = [name for name in types if not name.startswith(_MAKERS)]
    if unknown:
        raise StrideError(f"The model holds {', '.join(unknown)}, which Stride does not trust.")
    return types


def forecasts_to_keep(model) -> str:
    """Forecasts of a fitted model for invented runners: the text of the file `EXAMPLES`."""
    runners = invented_runners()
    return json.dumps(
        {"inputs": _plain(runners), "outputs": _plain(model.predict_interval(runners))}
    )


def invented_runners() -> pd.DataFrame:
    """Inputs for which every part of a model has something to do; nobody's own.

    Returns
    -------
    DataFrame of 60 rows
        The columns of `model.FEATURES`: no race, one and several, recent and old; distances from
        200 m, which is refused, to 100 km; every number missing in some row.
    """
    from stride.racetime.model import FEATURES

    draw = np.random.default_rng(0)
    distances = (200.0, 1609.344, 5000.0, 10000.0, 21097.5, 42195.0, 100_000.0)
    rows = []
    for place in range(60):
        level = draw.uniform(0.75, 1.5)
        days = np.cumsum(draw.integers(5, 120, (0, 1, 2, 5, 15)[place % 5]))
        days += draw.choice([0, 400], p=[0.75, 0.25])
        over = draw.choice(distances[2:6], len(days))
        taken = level * 300 * over / 1000 * (over / 10000) ** 0.07 * draw.normal(1, 0.03, len(days))
        week_m = draw.uniform(0, 120e3)
        row = {
            "distance_m": distances[place % 7],
            "earlier_races": " ".join(
                f"{d}:{m}:{s:.0f}" for d, m, s in zip(days, over, taken, strict=True)
            )
            or None,
            "days_of_history": draw.uniform(1, 2000),
            "ctl": draw.uniform(0, 120),
            "tsb": draw.uniform(-40, 40),
            "run_distance_28d_m": 4 * week_m * draw.uniform(0.5, 1.5),
            "run_distance_84d_m": 12 * week_m,
            "longest_run_60d_m": draw.uniform(3e3, 40e3),
            "best_1k_84d_s": level * draw.uniform(220, 280),
            "best_5k_84d_s": level * draw.uniform(1250, 1500),
            "critical_speed_mps": 3.6 / level,
            "best_run_5k_84d_s": level * draw.uniform(1300, 1600),
            "best_run_half_84d_s": level * draw.uniform(6000, 7500),
            "days_since_last_run": draw.choice([0.0, 3.0, 40.0, 500.0]),
            "sex": draw.choice(["f", "m"]),
            "age_years": draw.uniform(16, 80),
        }
        if len(days):
            row |= {"last_race_distance_m": over[0], "last_race_time_s": round(taken[0])}
            row["days_since_last_race"] = days[0]
        for name in draw.choice(FEATURES[5:], 2, replace=False) if place % 2 else ():
            row[name] = None
        rows.append(row)
    return typed({name: [row.get(name) for row in rows] for name in FEATURES})


def typed(columns: dict[str, list]) -> pd.DataFrame:
    """Inputs of a model as it is scored with: two texts, and numbers that may be missing."""
    texts = ("earlier_races", "sex")
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=object if name in texts else float)
            for name, values in columns.items()
        }
    )


class CarriedModel:
    """A model whose class is the version's own, and not the installed one.

    It forecasts and has the attributes of the model that it wraps; pickled, it takes its code with
    it.

    Parameters
    ----------
    modules : dict of str to str
        Text of each module by its dotted name.
    file : bytes
        The model file.
    """

    def __init__(self, modules: dict[str, str], file: bytes):
        self._kept = (modules, file)
        self._model = _read(file, _imported(modules))

    def __getattr__(self, name: str):
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._model, name)

    def __reduce__(self):
        return CarriedModel, self._kept


def _read(file: bytes, package: str = "stride"):
    """Load a model file, its classes of ``stride`` from ``package`` instead."""
    from stride.racetime import plain_file

    if (model := plain_file.read(file, package)) is not None:
        return model
    import skops.io

    trusted(file)
    if package != "stride":
        with zipfile.ZipFile(io.BytesIO(file)) as old:
            parts = {name: old.read(name) for name in old.namelist()}
        named = parts["schema.json"].decode()
        parts["schema.json"] = named.replace(
            '"__module__": "stride.', f'"__module__": "{package}.'
        ).encode()
        changed = io.BytesIO()
        with zipfile.ZipFile(changed, "w") as new:
            for name, content in parts.items():
                new.writestr(name, content)
        file = changed.getvalue()
    # Every type was looked at above, when it had its own name.
    return skops.io.loads(file, trusted=skops.io.get_untrusted_types(data=file))


def _imported(modules: dict[str, str]) -> str:
    """Make modules importable as a package of their own, and return its name."""
    text = "\0".join(f"{name}\0{text}" for name, text in sorted(modules.items()))
    package = f"stride_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    with _IMPORTS:
        if not any(isinstance(one, _Carried) and one.package == package for one in sys.meta_path):
            sys.meta_path.append(_Carried(package, modules))
    return package


class _Carried(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds carried modules below a package's name and runs them; they import each other by it."""

    def __init__(self, package: str, modules: dict[str, str]):
        self.package, self.modules = package, modules

    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] != self.package:
            return None
        name = self._own(fullname)
        is_package = any(known.startswith(f"{name}.") for known in self.modules)
        if name not in self.modules and not is_package:
            return None
        return importlib.util.spec_from_loader(fullname, self, is_package=is_package)

    def exec_module(self, module):
        name = self._own(module.__name__)
        text = self.modules.get(name, "")
        exec(model_code.compiled(text, f"<{name} of a version>", self.package), module.__dict__)

    def _own(self, fullname: str) -> str:
        return f"stride{fullname.removeprefix(self.package)}"


def _reproduce(model, kept: dict) -> None:
    """Refuse a model that does not make the kept forecasts."""
    made = model.predict_interval(typed(kept["inputs"]))
    for name, wanted in kept["outputs"].items():
        if name in _TIMES:
            wanted = np.array(wanted, dtype=float)
            is_same = np.allclose(made[name], wanted, rtol=_TOLERANCE, atol=0, equal_nan=True)
        else:
            is_same = _plain(made[[name]])[name] == wanted
        if not is_same:
            raise StrideError(
                "with the packages installed here it does not make the forecasts that it made when "
                "it was trained"
            )


def _plain(frame: pd.DataFrame) -> dict[str, list]:
    """Columns as JSON has them: null where there is no value."""
    return {
        name: [None if pd.isna(value) else value for value in frame[name].tolist()]
        for name in frame
    }
