"""The feature specification: what a model was trained to know, and whether it still is that.

It is the dbt var ``feature_specification``: tables, keys, time keys, columns and how far back
they reach. The macro ``state_before`` builds training and scoring sets from it. A model carries
it; where the project's is another one by the time of scoring, a column may mean something else
under the same name, and no forecast is better than a wrong one.
"""

import hashlib
import json

from stride.errors import StrideError


def canonical(specification: dict | str) -> str:
    """Write a specification so that equal ones are equal texts.

    Parameters
    ----------
    specification : dict or str
        The var, or its JSON.

    Returns
    -------
    str
        JSON with sorted keys. The order of columns, which means nothing, is sorted away too.

    Raises
    ------
    StrideError
        If it is not JSON object of tables.

    Examples
    --------
    >>> canonical({"state": {"time_key": "day", "columns": ["b", "a"]}})
    '{"state": {"columns": ["a", "b"], "time_key": "day"}}'
    """
    try:
        tables = json.loads(specification) if isinstance(specification, str) else specification
        plain = {
            name: table | {"columns": sorted(table["columns"])} for name, table in tables.items()
        }
        return json.dumps(plain, sort_keys=True)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise StrideError(
            "The feature specification is no list of tables with their columns: "
            "look at the var feature_specification in dbt_project.yml."
        ) from None


def fingerprint(specification: dict | str) -> str:
    """Hash of a specification, for a tag of the model.

    Parameters
    ----------
    specification : dict or str

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> one = {"state": {"columns": ["a", "b"]}}
    >>> fingerprint(one) == fingerprint('{"state": {"columns": ["b", "a"]}}')
    True
    """
    return hashlib.sha256(canonical(specification).encode()).hexdigest()


def refusal(carried: dict | str | None, current: dict | str) -> str | None:
    """Why a model must not score, if it must not.

    Parameters
    ----------
    carried : dict or str or None
        The specification that the model was trained by; None if it carries none.
    current : dict or str
        The project's, by which the scoring set was built.

    Returns
    -------
    str or None
        One sentence that names the first difference, or None where both are the same.

    Examples
    --------
    >>> spec = {"state": {"table": "rolling_features", "columns": ["ctl"]}}
    >>> refusal(spec, spec) is None
    True
    >>> refusal(spec, {"state": {"table": "rolling_features", "columns": ["ctl", "atl"]}})
    'The model was trained by another feature specification (state: columns): train it anew.'
    """
    if carried is None:
        return "The model carries no feature specification: train it anew."
    then, now = (json.loads(canonical(s)) for s in (carried, current))
    for name in sorted(then.keys() | now.keys()):
        one, other = then.get(name), now.get(name)
        if one is None or other is None:
            return _another(name)
        for key in sorted(one.keys() | other.keys()):
            if one.get(key) != other.get(key):
                return _another(f"{name}: {key}")
    return None


def _another(where: str) -> str:
    return f"The model was trained by another feature specification ({where}): train it anew."
