"""How often a person is asked to read a derivation of the example class: `asked_and_plain()`.

Plain is an answer that a person would give all its points or none; of these at most one in ten may
be asked about. `PYTHONPATH=tests:examples python tests/derivations/test_asked.py` prints which are.
"""

from collections.abc import Iterator
from typing import Any

from grader.derivation.cell import check_cell
from grader.derivation.report import Report
from grader.problem import Problem
from notebooks import ASSIGNMENTS, cells
from students import CLASS, HandIn

PARTLY_RIGHT = {("cedar", "network_derivation_b2"), ("cedar", "network_derivation_b1")}  # by hand


def problems(assignment: str) -> dict[str, Any]:
    """What the set-up cell of an assignment binds, its problems among it."""
    names: dict[str, Any] = {}
    exec(cells(assignment)["setup"], names)
    return names


def written(one: HandIn) -> dict[str, str]:
    """The derivations of a hand-in in the order of the notebook."""
    model = {n: text for n, text in cells(one.assignment).items() if "_derivation_" in n}
    texts = one.answers if one.rest == "blank" else model | one.answers
    return {name: texts[name] for name in model if name in texts}


def reports() -> Iterator[tuple[str, str, Report]]:
    """The report on each derivation of the class, as when grading: student, cell, report."""
    known = {assignment: problems(assignment) for assignment in ASSIGNMENTS}
    for student, one in ((s, one) for s, ones in CLASS.items() for one in ones):
        before: list[tuple[str, str]] = []  # each assignment derives for one problem
        for name, text in written(one).items():
            problem, variable = name.split("_derivation_")
            assert isinstance(known[one.assignment][problem], Problem)
            yield student, name, check_cell(known[one.assignment][problem], variable, text, before)
            before = [*before, (variable, text)]


def asked_and_plain() -> tuple[list[tuple[str, str, Report]], int]:
    """Whose plain derivations a person is asked about, and how many plain ones there are."""
    plain = [one for one in reports() if one[:2] not in PARTLY_RIGHT]
    return [one for one in plain if one[2].needs_person], len(plain)


def test_at_most_one_in_ten_plain_derivations_is_asked_about() -> None:
    asked, plain = asked_and_plain()
    assert plain >= 50
    assert len(asked) <= plain / 10


if __name__ == "__main__":
    asked, plain = asked_and_plain()
    print(f"{len(asked)} of {plain} plain derivations are asked about")
    for student, name, report in asked:
        print(student, name, report.verdict)
