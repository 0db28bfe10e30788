"""Check the text of a derivation cell, where the notebook's problems are defined.

`print_findings` is what `grader.notebook.derivation_checks` makes code for. It runs wherever the
problem is: in the referee when grading, in a kernel for a student.
"""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from grader.problem import Problem

from .choosing import check_derivation
from .render import as_json, markdown, summary
from .report import Report, findings

Written = tuple[str, str]  # a variable, by its Python name, and the text of its derivation
SECONDS = 2.0  # of CPU for all derivations of a submission


def check_cell(
    problem: Problem, variable: str, text: str, earlier: Sequence[Written] = ()
) -> Report:
    """The report on a derivation of one gradient, the variable given by its Python name.

    The names that the task gives count as defined, and so does what earlier cells of the problem
    defined: definitions alone, not what they claim.
    """
    return _report(problem, variable, text, tuple(earlier))


@lru_cache(maxsize=64)
def _report(problem: Problem, variable: str, text: str, earlier: tuple[Written, ...]) -> Report:
    """Kept, because each cell is asked for again by those that follow it."""
    given = (problem.formula.text,) if problem.formula else ()
    asked = (problem.variables[variable].name,)
    names = _names(problem, earlier)
    return check_derivation(text, tuple(problem.variables.values()), given, asked, names)


def _names(problem: Problem, earlier: tuple[Written, ...]) -> tuple[str, ...]:
    """What is defined before a cell, in order: of a name that comes twice the last counts."""
    if not earlier:
        return tuple(name.text for name in problem.named)
    *before, (variable, text) = earlier
    known = problem.variables.get(variable)
    defined = _report(problem, variable, text, tuple(before)).definitions if known else ()
    return (*_names(problem, tuple(before)), *defined)


def printed(report: Report) -> dict[str, Any]:
    """What is printed of a report: its findings as values, and in words, with a table."""
    found = findings(report)
    return {
        **as_json(found),
        "share": found["share"],
        "summary": summary(found),
        "table": markdown(found),
        "findings": found,
    }


def print_findings(
    problem: Problem, variable: str, text: str, earlier: Sequence[Written] = ()
) -> None:
    """Print what is found in a derivation, as JSON on one line.

    All derivations of a submission share a budget; of one that comes when it is used up, only that
    is said.
    """
    if _spent.seconds >= SECONDS:
        print(json.dumps({"too_much": True}))
        return
    began = time.thread_time()
    found = printed(check_cell(problem, variable, text, earlier))
    print(json.dumps(found, ensure_ascii=False))
    _spent.seconds += time.thread_time() - began


@dataclass
class _Spent:
    """CPU that this process has used for derivations."""

    seconds: float = 0.0

    def forget(self) -> None:
        self.seconds = 0.0


_spent = _Spent()
os.register_at_fork(after_in_child=_spent.forget)  # each submission is judged in a fork
