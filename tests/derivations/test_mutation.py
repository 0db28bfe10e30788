"""Every single edit of a verified step: the untrue ones are not accepted.

An edit may leave a step true (a transpose of a symmetric matrix). What is true is decided by a
strict evaluation, with no tolerated reading; an edit that the checker accepts and the strict
evaluation does not is an untrue one accepted.
"""

import random
from collections import Counter

import pytest

from grader.derivation import Verdict
from grader.derivation.chains import Chain
from grader.derivation.checker import Checker
from grader.derivation.command import variables_of
from grader.derivation.edits import Context, edits
from grader.derivation.outcome import Outcome
from grader.derivation.row import Part
from grader.derivation.source import Source
from grader.derivation.walk import Walk
from grader.latex.budget import UNBOUNDED
from grader.latex.tree import Node

from .texts import Written, written

TEXTS = written("corpus") + written("further") + written("second")
Pair = tuple[Node, Node, int]


class Recording(Walk):
    """A walk that keeps the equations it verified."""

    verified: list[Pair]

    def _equation(self, chain: Chain, part: Part) -> Outcome:
        outcome = super()._equation(chain, part)
        before = chain.previous.node if chain.previous else None
        if outcome.good and isinstance(before, Node) and isinstance(part.node, Node):
            self.verified.append((before, part.node, chain.order))
        return outcome


def judged(text: Written, share: float) -> Counter[str]:
    """What becomes of the edits of a text's verified steps."""
    variables = variables_of(text.problem["vars"])
    checker = Checker(Source(text.text, variables, text.problem["given"]))
    walk = checker.walk
    recording = Recording(
        walk.document, walk.equations, walk.tolerance, walk.steps, text.problem.get("asked", ())
    )
    recording.verified, checker.walk = [], recording
    checker.run()
    checker.document.budget = checker.document.scope.budget = UNBOUNDED
    names = (*checker.document.scope.definitions, *checker.document.scope.variables)
    found: Counter[str] = Counter()
    for left, right, order in recording.verified:
        for edit in edits(right, Context(names, ())):
            if random.random() < share:
                found[judgement(checker, left, edit.node, order)] += 1
    return found


def judgement(checker: Checker, left: Node, edited: Node, order: int) -> str:
    outcome = checker.equations.check(left, edited, order)
    if outcome.verdict not in (Verdict.OK, Verdict.REMARK):
        return "refused" if outcome.verdict is Verdict.WRONG else "not accepted"
    if checker.equations.holds(left, edited, order):
        return "true"
    return "untrue accepted"


def total(texts: list[Written], share: float) -> Counter[str]:
    random.seed(7)
    found: Counter[str] = Counter()
    for text in texts:
        found += judged(text, share)
    return found


def assert_few_untrue_accepted(found: Counter[str]) -> None:
    untrue = found["untrue accepted"] + found["refused"] + found["not accepted"]
    print(dict(found), f"{found['untrue accepted'] / untrue:.2%} of {untrue} untrue ones accepted")
    assert found["untrue accepted"] <= 0.005 * untrue


def test_untrue_edits_of_a_sample_are_refused() -> None:
    """At most 0.5 % of a sample of the untrue edits are accepted."""
    assert_few_untrue_accepted(total(TEXTS[::7], 0.15))


@pytest.mark.slow
def test_untrue_edits_are_refused() -> None:
    """At most 0.5 % of all untrue edits of all verified steps are accepted."""
    assert_few_untrue_accepted(total(TEXTS, 1.0))
