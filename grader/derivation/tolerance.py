"""Before an equation is called wrong: what else it may have been meant to say.

A condition ("set to zero", "if A is symmetric"), or a name given a second meaning. Neither states a
gradient.
"""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from grader.algebra.functions import Array
from grader.catalogue import Reason
from grader.latex import tree
from grader.latex.scope import Definition
from grader.latex.tree import Node
from grader.latex.values import Draw, Numbers

from .definitions import Document
from .equation import Equations
from .outcome import Outcome, Verdict
from .row import Part
from .text import Statement

if TYPE_CHECKING:
    from .chains import Chain

ZERO = re.compile(
    r"to zero|to 0\b|= ?0\b|vanish|置零|置 ?0|零点|为零|为 ?0|為零|等于零|等于 ?0|等於零|等於 ?0"
    r"|normal equation|minimi[sz]|optimal|stationary|驻点|駐點|极值|極值|最优|最優|正规方程",
    re.I,
)
SUPPOSES = re.compile(
    r"(若|如果|假设|假設|假定|假若|特别地|特別地|\bif\b|\bassum\w*|\bsuppos\w*|\bprovided)"
    r"[^。.;；\n]*$",
    re.I,
)
SYMMETRIC = re.compile(
    r"\$?\\?(?:mathbf|boldsymbol|bm)?\{?([A-Za-z])\}?\$?(?:\\text\{)?\s*"
    r"(?:为|為|是|is|被假设为|也)?\s*(?:一个|一個|a)?\s*(?:实)?(?:对称|對稱|symmetric)",
    re.I,
)
HEARD = 160  # characters of prose before an equation that can bear on it


@dataclass
class Tolerance:
    """Other things an equation may mean, with the prose heard so far."""

    document: Document
    equations: Equations
    after_zero: bool = False

    def hear(self, statement: Statement) -> None:
        """Take note of the prose before a statement."""
        if re.search(r"^#", statement.prose, re.M):
            self.after_zero = False
        if ZERO.search(statement.prose):
            self.after_zero = True

    def _before(self, part: Part) -> str:
        at = part.tokens[0].at
        return self.document.text[max(0, at - HEARD) : at]

    def around(self, part: Part) -> str:
        at, text = part.tokens[0].at, self.document.text
        line = text.find("\n", at)
        return text[max(0, at - 40) : line if line >= 0 else len(text)]

    def other_readings(self, chain: "Chain", part: Part, wrong: Outcome) -> Outcome | None:
        """What the equation says instead of being wrong; None when it is wrong."""
        left = chain.previous.node if chain.previous else None
        if not isinstance(left, Node) or not isinstance(part.node, Node):
            return None
        for meant in (
            self._mended, self._zero, self._some_entries, self._a_number, self._stationary,
            self._second_meaning, self._symmetric, self._supposed,
        ):  # fmt: skip
            outcome = meant(left, part, chain, wrong)
            if outcome is not None:
                return outcome
        return None

    # ------------------------------------------------------------ not an identity at all

    def _mended(self, left: Node, part: Part, chain: "Chain", wrong: Outcome) -> Outcome | None:
        """A line, or a definition it rests on, whose brackets were paired by guess."""
        orders = {chain.order} | {
            d.order
            for side in (left, part.node)
            if isinstance(side, Node)
            for n, _ in self.equations.rests.expanded(side, chain.order)
            if isinstance(n, tree.Name)
            for d in self.document.scope.definitions.get(n.name, ())
        }
        for order in orders:
            if order >= 0 and self.document.statements[int(order)].mended:
                at, said = self.document.statements[int(order)].mended[0]
                return Outcome(
                    Verdict.NOT_UNDERSTOOD, Reason.of("derivation.brackets", said=said), at=at
                )
        return None

    def update(self, left: Node, part: Part) -> Outcome | None:
        """What W = W - eta G says: a step of an algorithm."""
        if isinstance(left, tree.Name) and isinstance(part.node, tree.Sum):
            first = part.node.terms[0][1]
            if isinstance(first, tree.Name) and first.name == left.name:
                return Outcome(Verdict.NOT_CHECKED, Reason.of("derivation.update"))
        return None

    # ------------------------------------------------------------ set to zero

    def _zero(self, left: Node, part: Part, chain: "Chain", wrong: Outcome) -> Outcome | None:
        last = chain.statement.parts[-1].node
        fixed = isinstance(last, tree.Number) and not last.value and part.node is not last
        if fixed and all(map(_is_of_a_name, (left, part.node))):  # da = db = 0
            return Outcome(Verdict.CONDITION, Reason.of("derivation.held_fixed"))
        if wrong.comparison is None or wrong.comparison.reason != "zero":
            return None
        self.after_zero = True
        return Outcome(Verdict.CONDITION, Reason.of("derivation.condition"))

    def _some_entries(
        self, left: Node, part: Part, chain: "Chain", wrong: Outcome
    ) -> Outcome | None:
        """Says D_ij = 1 of some entries, with words around it."""
        entries = isinstance(left, tree.Index) and isinstance(part.node, tree.Number)
        message = Reason.of("derivation.some_entries")
        return Outcome(Verdict.CONDITION, message) if entries else None

    def _a_number(self, left: Node, part: Part, chain: "Chain", wrong: Outcome) -> Outcome | None:
        """Says a^T u = 1, which variables do not do by themselves: a constraint."""
        right = tree.unwrapped(part.node) if isinstance(part.node, Node) else None
        if not isinstance(right, tree.Number) or wrong.comparison is None:
            return None
        if tree.holds(left, tree.Differential, tree.Derivative):
            return None
        names = {n.name for n in tree.walk(left) if isinstance(n, tree.Name)}
        free = names & set(self.document.scope.variables)
        return Outcome(Verdict.CONDITION, Reason.of("derivation.condition")) if free else None

    def _stationary(self, left: Node, part: Part, chain: "Chain", wrong: Outcome) -> Outcome | None:
        """After "set to zero": the condition that a gradient is zero, or its solution."""
        right = part.node
        if not self.after_zero or not isinstance(right, Node):
            return None
        if any(tree.holds(s, tree.Differential, tree.Derivative) for s in (left, right)):
            return None
        for name in self.document.scope.variables:
            said = self._condition(name, left, right, chain.order)
            if said:
                return Outcome(Verdict.REMARK, None, (said,), assumed=True)
        if isinstance(left, tree.Name) and left.name in self.document.scope.variables:
            return None  # a solution that is none
        return Outcome(Verdict.CONDITION, Reason.of("derivation.condition"))

    def _condition(self, name: str, left: Node, right: Node, order: int) -> Reason | None:
        if isinstance(left, tree.Name) and left.name in self.document.scope.variables:
            zero = all(self._zero_at(name, left.name, right, order, k) for k in (0, 1))
            return Reason.of("derivation.solution", name=name) if zero else None
        same = all(self._proportional(name, left, right, order, k) for k in (0, 1))
        return Reason.of("derivation.stationary", name=name) if same else None

    def _gradient(self, name: str) -> Node:
        return tree.Derivative(0, tree.Name(0, self.document.objective), tree.Name(0, name))

    def _zero_at(self, name: str, solved: str, solution: Node, order: int, draw: int) -> bool:
        """Whether the gradient by a variable is zero where one, perhaps itself, is this."""
        found = self.equations.value(solution, order, draw)
        gradient = self.equations.value(self._gradient(name), order, draw)
        if found is None or gradient is None:
            return False
        value = found[1].of(found[0])
        base = self.equations.draws[draw]
        if value.shape != base.leaves[solved].shape:
            return False
        there = Numbers(Draw(base.lengths, {**base.leaves, solved: value}))
        at_solution, elsewhere = there.of(gradient[0]), gradient[1].of(gradient[0])
        return bool(np.abs(at_solution).max() < 1e-8 * max(1.0, np.abs(elsewhere).max()))

    def _proportional(self, name: str, left: Node, right: Node, order: int, draw: int) -> bool:
        difference = self.equations.value(tree.Sum(left.at, ((1, left), (-1, right))), order, draw)
        gradient = self.equations.value(self._gradient(name), order, draw)
        if difference is None or gradient is None:
            return False
        a, b = (n.of(t) for t, n in (difference, gradient))
        return any(_multiple(side, b) for side in (a, np.swapaxes(a, -1, -2)))

    # ------------------------------------------------------------ names and assumptions

    def _second_meaning(
        self, left: Node, part: Part, chain: "Chain", wrong: Outcome
    ) -> Outcome | None:
        if not isinstance(left, tree.Name) or left.name not in self.document.students:
            return None
        scope = self.document.scope
        earlier = scope.definition(left.name, chain.order)
        if earlier is None or earlier.order >= chain.order or not isinstance(part.node, Node):
            return None
        if chain.statement.parts[0] is not chain.previous:
            return None
        scope.define(left.name, Definition(chain.order, part.node))
        self.equations.rests.forget()
        if self.equations.evaluates(left, chain.order) is not None:
            scope.definitions[left.name] = [
                d for d in scope.definitions[left.name] if d.order != chain.order
            ]
            self.equations.rests.forget()
            return None
        message = Reason.of("derivation.defined_anew", name=left.name)
        return Outcome(Verdict.CONFLICT, message)

    def _symmetric(self, left: Node, part: Part, chain: "Chain", wrong: Outcome) -> Outcome | None:
        found = SYMMETRIC.search(self._before(part))
        if not found or not isinstance(part.node, Node):
            return None
        name = found[1]
        if name not in self.document.scope.variables:
            return None
        outcome = self._where(name, left, part.node, chain.order)
        if outcome is None or not outcome.good:
            return None
        remark = Reason.of("derivation.symmetric", name=name)
        remarks = (remark, *outcome.remarks)
        return replace(outcome, verdict=Verdict.REMARK, remarks=remarks, assumed=True)

    def _where(
        self, name: str, left: Node, right: Node, order: int, strict: bool = False
    ) -> Outcome | None:
        """The outcome where one variable is symmetric."""
        equations = self.equations
        before = equations.draws, equations.numbers
        if any(d.leaves[name].shape[0] != d.leaves[name].shape[1] for d in before[0]):
            return None
        equations.draws = [
            Draw(d.lengths, {**d.leaves, name: _symmetrised(d.leaves[name])}) for d in before[0]
        ]
        equations.numbers = [Numbers(d) for d in equations.draws]
        try:
            if strict:
                holds = equations.holds(left, right, order)
                return Outcome(Verdict.OK if holds else Verdict.WRONG)
            return equations.check(left, right, order)
        finally:
            equations.draws, equations.numbers = before

    def holds_if_symmetric(self, name: str, left: Node, right: Node, order: int) -> bool:
        """Whether the equation would hold for a symmetric matrix."""
        outcome = self._where(name, left, right, order, strict=True)
        return outcome is not None and outcome.good

    def _supposed(self, left: Node, part: Part, chain: "Chain", wrong: Outcome) -> Outcome | None:
        first = next(p for p in chain.statement.parts if p.tokens)
        if not SUPPOSES.search(self._before(first)):
            return None
        return Outcome(Verdict.CONDITION, Reason.of("derivation.supposed"))


def _is_of_a_name(side: object) -> bool:
    """Whether it is dX or its transpose."""
    while isinstance(side, tree.Transpose | tree.Group):
        side = side.inner
    if isinstance(side, tree.Differential):
        side = side.inner
        return isinstance(side.inner if isinstance(side, tree.Transpose) else side, tree.Name)
    return False


def _multiple(a: Array, b: Array) -> bool:
    if a.shape != b.shape or not b.any():
        return False
    factor = float((a * b).sum() / (b**2).sum())
    return abs(factor) > 1e-12 and bool(np.allclose(a, factor * b, rtol=1e-8, atol=1e-10))


def _symmetrised(value: Array) -> Array:
    return (value + value.T) / 2
