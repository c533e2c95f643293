"""Suggestions to priorities, by declared rules."""

from __future__ import annotations

from collections.abc import Mapping

from voc.datatypes import Priority

PRIORITY_RULES: Mapping[Priority, str] = {
    "P0": "a problem of ten people or more: at least 5 % of all, or surging, new or back and at least 2 %",
    "P1": "at least 2 % of all people, or surging, new or back, or surely (interval) among the ten first",
    "P2": "at least 0.5 % of all people and no fewer than five",
    "P3": "everything else",
}
TOP = 10
FEW = 5
_MANY = 10


def prioritise(is_problem: bool, n_people: int, all_people: int, trend: str, *, sure_top: bool) -> Priority:
    """The priority by `PRIORITY_RULES`.

    >>> prioritise(True, 60, 1000, "steady", sure_top=True)
    'P0'
    >>> prioritise(False, 4, 1000, "steady", sure_top=False)
    'P3'
    """
    share = n_people / max(all_people, 1)
    moving = trend in ("surging", "new", "returned")
    if n_people < FEW:
        return "P3"
    if is_problem and n_people >= _MANY and (share >= 0.05 or (moving and share >= 0.02)):
        return "P0"
    if share >= 0.02 or moving or sure_top:
        return "P1"
    return "P2" if share >= 0.005 else "P3"
