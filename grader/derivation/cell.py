"""Check the text of a derivation cell, where the notebook's problems are defined.

`print_findings` is what `grader.notebook.derivation_check` makes code for. It runs wherever the
problem is: in the referee when grading, in a kernel for a student.
"""

import json
from typing import Any

from grader.problem import Problem

from .checker import check_derivation
from .render import as_json, markdown, summary
from .report import Report


def check_cell(problem: Problem, variable: str, text: str) -> Report:
    """The report on a derivation of one gradient, the variable given by its Python name."""
    given = (problem.formula.text,) if problem.formula else ()
    asked = (problem.variables[variable].name,)
    return check_derivation(text, tuple(problem.variables.values()), given, asked)


def findings(report: Report) -> dict[str, Any]:
    """A report as data: what `grader derivation --json` says, its score, and a table to be shown.

    `share` is of the cell's points. A text without any equation needs a person.
    """
    score = report.score()
    return {
        **as_json(report),
        "share": score.total,
        "needs_person": score.needs_person or not report.steps,
        "summary": summary(report),
        "table": markdown(report),
    }


def print_findings(problem: Problem, variable: str, text: str) -> None:
    """Print what is found in a derivation, as JSON on one line."""
    print(json.dumps(findings(check_cell(problem, variable, text)), ensure_ascii=False))
