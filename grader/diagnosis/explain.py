"""Explain wrong answers: `explain(problem, name, asked, again)` gives the misconceptions that fit.

A misconception is said only when its candidate agrees with the student's answer at every point
asked. No explanation is better than a wrong one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.diagnosis.factors import Found
from grader.diagnosis.fit import Asked, Fit
from grader.diagnosis.probes import Again, told_apart, when_right, where_it_does_not_raise
from grader.diagnosis.symbols import Symbols

if TYPE_CHECKING:
    from grader.problem import Problem

SHAPES = re.compile("RuntimeError|IndexError|ValueError")  # errors that come of shapes


@dataclass(frozen=True)
class Explanation:
    """The misconceptions that explain an answer, and what the student is told of them."""

    names: tuple[str, ...] = ()
    sentence: str = ""


def explain(problem: "Problem", name: str, asked: Sequence[Asked], again: Again) -> Explanation:
    """What explains the answers, if anything does; `again` asks at another point."""
    if any(a.error and not SHAPES.match(a.error) for a in asked):
        return Explanation()
    if any(a.answer is None for a in asked):
        found = where_it_does_not_raise(problem, name, asked, again)
    else:
        found = Fit(problem, name, [*asked, *told_apart(problem, asked, again)]).best()
    found = found or when_right(problem, name, asked, again)
    return said(problem, found)


def said(problem: "Problem", found: Sequence[Found]) -> Explanation:
    """The explanation in one sentence, with the letters in it explained."""
    sentence = "; ".join(filter(None, dict.fromkeys(text for _, text in found)))
    names = tuple(dict.fromkeys(name for names, _ in found for name in names))
    legend = Symbols(problem).legend(sentence) if problem.formula else ""
    return Explanation(names, sentence + legend)
