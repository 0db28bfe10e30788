"""The table that says of each line of a derivation whether it follows.

What checked a derivation leaves its findings in the record, where this page finds them:

    cell.derivation = {
        "verdict": "right" | "wrong" | "unknown",
        "first_wrong_line": None | int,
        "mistake": None | its name,
        "missing": [gradients asked for and not stated],
        "steps": [{"line", "column", "text", "verdict", "reasons"}],
        ...
    }

the values of which `grader derivation --json` makes words, as this page does. It is read as data,
not as HTML: a student wrote half of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from grader.course.pages.formula import as_mathml
from grader.course.pages.prose import line
from grader.graded.cells import derivation_in_words, mistake_in, step_in_words

SAID = {  # verdict: whether it is good, and in words
    "ok": ("ok", "holds"),
    "ok_with_remark": ("ok", "holds, with a remark"),
    "definition": ("ok", "definition"),
    "condition": ("ok", "condition"),
    "rule": ("ok", "rule"),
    "wrong": ("wrong", "wrong"),
    "conflict": ("wrong", "second meaning"),
    "not_understood": ("unclear", "not understood"),
    "not_checked": ("unclear", "not checked"),
}
MATH = re.compile(r"^\s*(\$\$?|\\\(|\\\[)(.*?)(\$\$?|\\\)|\\\])\s*$", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """One line of a derivation and what is said of it."""

    line: int
    formula: Markup
    status: str  # ok, wrong or unclear
    verdict: str  # in words
    message: Markup


@dataclass(frozen=True)
class Derivation:
    """A derivation that was checked line by line."""

    steps: tuple[Step, ...]
    first_wrong_line: int | None
    mistake: str
    missing: tuple[str, ...]
    summary: str  # in sentences

    @property
    def is_right(self) -> bool:
        return all(step.status == "ok" for step in self.steps)


def derivation_of(found: Mapping[str, Any] | None) -> Derivation | None:
    """What was found in a derivation, if it was checked."""
    if found is None:
        return None
    return Derivation(
        tuple(_step(one) for one in found.get("steps", [])),
        found.get("first_wrong_line"),
        mistake_in(found),
        tuple(map(str, found.get("missing", []))),
        derivation_in_words(found),
    )


def _step(found: Mapping[str, Any]) -> Step:
    verdict = str(found.get("verdict", ""))
    status, words = SAID.get(verdict, ("unclear", verdict.replace("_", " ")))
    formula = as_mathml(_bare(str(found.get("text", ""))))
    message = line(step_in_words(found))
    return Step(int(found.get("line", 0)), formula, status, words, message)


def _bare(text: str) -> str:
    """The formula without the signs around it, and without an alignment's marks."""
    inner = MATH.match(text)
    return (inner[2] if inner else text).replace("&", " ").removesuffix("\\\\")
