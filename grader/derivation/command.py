"""The command `grader derivation FILE.md --problem FILE.json`.

`run(text, problem)` gives the report of a derivation against a problem written as data:
`{"vars": "X:n,p W:p,q b_1:1,m", "given": ["f = ..."], "asked": ["W"], "names": ["Z = XW"]}`. After
the sizes of a variable a mark says its domain: `*` one-hot or rows that sum to 1, `+` positive,
`%` invertible, or words after another colon, `S:n,n:definite`. A first size of 1 makes a row.
`names` are what the text may use as if it had defined it; `"upstream": ["Z"]` gives the derivative
of the objective by Z, on which the gradients may rest.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.latex import LatexError, Variable
from grader.latex.errors import Unreadable
from grader.problem.declared import declared

from .choosing import check_derivation
from .render import as_json, terminal
from .report import Report, findings

MARKS = {"*": "one-hot", "+": "positive", "%": "invertible"}


class NotAProblem(ValueError):  # noqa: N818 - says what the file is not
    """A problem file that does not say what it should."""


def variables_of(text: str) -> tuple[Variable, ...]:
    """The variables of `X:n,p b_1:1,m`."""
    return declared(sizes_of(text)).variables


def sizes_of(text: str) -> dict[str, str]:
    """The sizes of `X:n,p Y:n,q* b_1:1,m` as a `Problem` takes them: {"b_1": "1,m row"}."""
    return dict(map(_sizes, text.split()))


def _sizes(word: str) -> tuple[str, str]:
    name, _, rest = word.partition(":")
    sizes, *words = rest.split(":")
    plain = sizes.rstrip("".join(MARKS))
    rows, comma, columns = plain.partition(",")
    if not (name and rows and comma and columns):
        raise NotAProblem(f'"{word}" should read NAME:ROWS,COLUMNS, as in X:n,p')
    marked = [MARKS[mark] for mark in sizes[len(plain) :]]
    row = ["row"] if rows == "1" != columns and "row" not in words else []
    return name, " ".join([plain, *marked, *words, *row])


def run(text: str, problem: Mapping[str, Any]) -> Report:
    """The report of a derivation against a problem."""
    if not isinstance(problem, Mapping) or not isinstance(problem.get("vars"), str):
        raise NotAProblem('a problem needs "vars", as in {"vars": "X:n,p W:p,q"}')
    given, asked, names, upstream = (
        _listed(problem, word) for word in ("given", "asked", "names", "upstream")
    )
    sizes = sizes_of(problem["vars"])
    try:
        said = declared(sizes, given, names, matrix=len(given) > 1, open_names=True)
        return check_derivation(text, said.variables, given, asked, names, upstream=upstream)
    except LatexError as error:
        raise NotAProblem(f"given, {error.in_a_line}") from None
    except Unreadable as error:
        raise NotAProblem(f"given: {error.message}") from None


def _listed(problem: Mapping[str, Any], word: str) -> tuple[str, ...]:
    said = problem.get(word) or []
    if not isinstance(said, list | tuple) or not all(isinstance(one, str) for one in said):
        raise NotAProblem(f'"{word}" should be a list of texts, as in ["f = X"]')
    return tuple(said)


def derivation(path: Path, problem: Path, as_data: bool = False, hints: bool = False) -> int:
    """Print the report of a file; 0 right, 1 something needs a person or is wrong, 2 wrong use."""
    try:
        said = json.loads(problem.read_text(encoding="utf-8"))
        report = run(path.read_text(encoding="utf-8-sig"), said)
    except (OSError, ValueError) as error:
        print(f"grader derivation: {error}", file=sys.stderr)
        return 2
    if as_data:
        print(json.dumps(as_json(findings(report)), ensure_ascii=False))
    else:
        print(terminal(findings(report), hints))
    return 0 if report.verdict == "right" else 1
