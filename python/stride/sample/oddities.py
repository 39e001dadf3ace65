"""Faults and unusual values of real exports, added to every sample archive."""

import numpy as np

from stride.sample.sessions import Session

_AWKWARD: tuple[dict[str, object], ...] = (
    {"name": "Easy, then strides, then coffee"},
    {"name": '"Easy" he said'},
    {"name": "=1+1"},
    {"name": "<b>easy</b>", "description": "<script>alert('no')</script>"},
    {"description": "Felt good.\nThen it rained.\n\n5 km left, walked 1."},
    {"mean_hr": 15.6},
)

# Column, its occurrence and the cell; each fault changes one row.
_FAULTS = (
    (("Activity Date", 0, "sometime in May"),),
    (("Distance", 1, "about 8 km"),),
    (("Elapsed Time", 0, "-1"), ("Elapsed Time", 1, "-1.0")),
    (("Elapsed Time", 0, ""), ("Elapsed Time", 1, "")),
)


def plant(sessions: list[Session], rng: np.random.Generator) -> list[int]:
    """Give some easy runs unusual values, in place, and choose rows for `spoil`.

    Parameters
    ----------
    sessions : list of Session
    rng : numpy.random.Generator

    Returns
    -------
    list of int
        Up to three further sessions: one for each fault, and one to export twice.
    """
    # The last sessions are unchanged, because their recordings should agree with their rows.
    easy = [i for i, session in enumerate(sessions[:-12]) if session.kind == "easy"]
    chosen = [int(i) for i in rng.permutation(easy)]
    for position, change in zip(chosen, _AWKWARD, strict=False):
        for key, value in change.items():
            setattr(sessions[position], key, value)
        if "mean_hr" in change:
            sessions[position].max_hr = sessions[position].max_hr or 151.0
    return chosen[len(_AWKWARD) : len(_AWKWARD) + 3]


def spoil(rows: list, chosen: list[int], number: int, put) -> None:
    """Add two faults to the chosen rows, in place, and in the first archive duplicate a row.

    Parameters
    ----------
    rows : list
        One per session.
    chosen : list of int
        From `plant`.
    number : int
        Number of the athlete; selects the faults.
    put : callable
        ``put(row, column, occurrence, cell)``.
    """
    for shift, position in enumerate(chosen[:2]):
        for column, occurrence, cell in _FAULTS[(number + shift) % len(_FAULTS)]:
            put(rows[position], column, occurrence, cell)
    if number == 1 and len(chosen) > 2:
        rows.insert(chosen[2] + 1, list(rows[chosen[2]]))
