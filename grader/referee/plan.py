"""Say of each code cell of an instructor edition where it runs, and which names tests may ask for.

Only the instructor edition is read here, never a submission.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from ..names import bound_names, needed_names

GRADIENTS = "*_grad_*"  # functions that must not use autograd, unless the course says otherwise


class Place(enum.Enum):
    """Where a cell runs."""

    SANDBOX = "sandbox"  # the student's cells, and locked ones that need the submission
    BOTH = "both"  # locked set-up: the tests' data is the referee's own
    REFEREE = "referee"  # tests


@dataclass(frozen=True)
class Plan:
    """Where the cells of an assignment run, by grade_id."""

    places: dict[str, Place]
    names: frozenset[str]  # what solution cells bind: all that a test may ask the submission for
    watched: frozenset[str]  # those of them that must not use autograd
    unresolved: dict[str, frozenset[str]]  # by grade_id: names a test reads that nothing binds


def make_plan(cells: Iterable[Any], gradients: str = GRADIENTS) -> Plan:
    """The plan for the instructor edition's cells (of nbformat)."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    names = frozenset[str]().union(*(bound_names(c.source) for c in code if _is_solution(c)))
    watched = frozenset(name for name in names if fnmatch(name, gradients))
    places: dict[str, Place] = {}
    known, theirs = frozenset[str](), names
    unresolved: dict[str, frozenset[str]] = {}
    for cell in code:
        place = _place(cell, theirs)
        places[_grade_id(cell)] = place
        if place is Place.BOTH:
            known |= bound_names(cell.source)
        elif place is Place.SANDBOX:
            theirs |= bound_names(cell.source)
        elif missing := needed_names(cell.source) - known - names:
            unresolved[_grade_id(cell)] = missing
    return Plan(places, names, watched, unresolved)


def _place(cell: Any, theirs: frozenset[str]) -> Place:
    settings = _settings(cell)
    if settings.get("grade") and not settings.get("solution"):
        return Place.REFEREE
    if settings.get("locked") and not needed_names(cell.source) & theirs:
        return Place.BOTH
    return Place.SANDBOX


def _is_solution(cell: Any) -> bool:
    return bool(_settings(cell).get("solution"))


def _grade_id(cell: Any) -> str:
    return str(_settings(cell).get("grade_id", ""))


def _settings(cell: Any) -> dict[str, Any]:
    settings: dict[str, Any] = cell.metadata.get("nbgrader", {})
    return settings
