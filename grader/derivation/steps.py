"""The steps of a report as they are found: `Steps.add(part, outcome, chain)`.

Of each equality that holds, or does not, what the graph needs is kept beside its step.
"""

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.catalogue import Reason
from grader.latex import tree
from grader.latex.tex import Tex
from grader.latex.tree import Node

from .chains import Chain
from .definitions import Document
from .equation import Equations
from .gradients import Gradients
from .graph import Equality, Graph
from .outcome import Outcome, Verdict
from .report import Step
from .row import Part
from .text import Statement

ASIDE = {r"\arg", r"\argmin", r"\min", r"\lim", r"\int", r"\Pr", r"\inf", r"\sup"}
DERIVES = {"d", r"\partial", r"\nabla", r"\mathrm", r"\dd"}


@dataclass(frozen=True)
class Fault:
    """Why a step is wrong: the two sides as they stand, and as they were read."""

    left: Node | None
    right: Node | None
    order: int
    outcome: Outcome
    sides: tuple[Node, ...]


@dataclass(frozen=True)
class Strange:
    """An equation with names that nobody declared."""

    left: Node
    right: Node
    order: int
    names: tuple[str, ...]


class Steps:
    """What is said of each equation of a document, in order."""

    def __init__(
        self, document: Document, equations: Equations, gradients: Gradients, graph: Graph
    ) -> None:
        self.document, self.equations = document, equations
        self.gradients, self.graph = gradients, graph
        self.found: list[Step] = []
        self.faults: dict[int, Fault] = {}  # by step
        self.strange: list[Strange] = []
        self.starts = [0] + [m.end() for m in re.finditer("\n", document.text)]

    def add(
        self, part: Part, outcome: Outcome, chain: Chain | None = None, links: bool = False
    ) -> None:
        """Say this of an expression and of what it is compared with."""
        at = part.tokens[0].at if outcome.at is None or outcome.good else outcome.at
        line, column = self.place(part.tokens[0].at)
        step = Step(
            line, column, self._typed(part, chain), outcome.verdict, outcome.message,
            outcome.remarks, links=links, matters=self._matters(part, outcome),
            strangers=self._strangers(chain, part, outcome),
        )  # fmt: skip
        if outcome.verdict is Verdict.NOT_UNDERSTOOD and at is not None:
            line, column = self.place(at)
            step = replace(step, line=line, column=column)
        if chain is not None:
            self._remember(chain, part, outcome)
        self.found.append(step)

    def _remember(self, chain: Chain, part: Part, outcome: Outcome) -> None:
        """Keep the two sides of what does not hold, or cannot be known."""
        left = chain.previous.node if chain.previous else None
        left = left if isinstance(left, Node) else None
        right = part.node if isinstance(part.node, Node) else None
        if outcome.verdict is Verdict.WRONG:
            between = chain.compared.node if chain.compared else left
            sides = (self._as_read(n, outcome) for n in (between, right) if isinstance(n, Node))
            fault = Fault(left, right, chain.order, outcome, tuple(sides))
            self.faults[len(self.found)] = fault
        elif outcome.unknown and left and right:
            self.strange.append(Strange(left, right, chain.order, outcome.unknown))

    def withdraw(self, place: int) -> None:
        """A step that is wrong as we read it refuses nothing: it was not understood."""
        self.graph.refused = [e for e in self.graph.refused if e.step != place]

    def unchecked(self, statement: Statement, why: str) -> None:
        """Say at its beginning that a statement was not checked."""
        part = next(p for p in statement.parts if p.tokens)
        self.add(part, Outcome(Verdict.NOT_UNDERSTOOD, Reason.of(why)))

    # ------------------------------------------------------------ what a step is worth

    def keep(self, chain: Chain, part: Part, outcome: Outcome) -> None:
        """Keep an equality for the graph; one under an assumption is none."""
        left = chain.compared.node if chain.compared else None
        if not isinstance(left, Node) or not isinstance(part.node, Node) or outcome.assumed:
            return
        wrong = outcome.verdict is Verdict.WRONG
        if not outcome.good and not wrong:
            return
        sides = [self._as_read(side, outcome) for side in (left, part.node)]
        found = outcome.comparison
        held = frozenset(found.held) if found else frozenset()
        equality = Equality(
            len(self.found), sides[0], sides[1], chain.order, outcome, held,
            by_factor=found is not None and found.by_factor,
        )  # fmt: skip
        (self.graph.refused if wrong else self.graph.equalities).append(equality)

    def keep_as_before(self, before: Node, now: Node, order: int) -> None:
        """Keep that a name means here what it meant before this text."""
        same = Outcome(Verdict.DEFINITION)
        self.graph.equalities.append(
            Equality(len(self.found), before, now, order, same, frozenset(), False)
        )

    def _as_read(self, node: Node, outcome: Outcome) -> Node:
        """A side with a bare nabla by the variable it was read by."""

        def chosen(found: Node) -> Node:
            if isinstance(found, tree.Derivative) and found.bottom is None:
                return replace(found, bottom=self.gradients.chosen(outcome))
            return found

        return tree.rebuilt(node, chosen) if tree.holds(node, tree.Derivative) else node

    def links(self, chain: Chain, part: Part) -> bool:
        """Whether it says something of a differential, a derivative or an intermediate."""
        if chain.previous is None or not isinstance(chain.previous.node, Node):
            return False
        left, right = chain.previous.node, part.node
        assert isinstance(right, Node)
        if self.shown(chain.previous.tokens) == self.shown(part.tokens):
            return False
        by = self.gradients.of(left, chain.order)
        if by and self.graph.is_written_out(right, chain.order):
            return False
        return any(self._mentions(side) for side in (left, right))

    def _mentions(self, node: Node) -> bool:
        return any(
            isinstance(n, tree.Differential | tree.Derivative)
            or (isinstance(n, tree.Name) and n.name in self.document.students)
            for n in tree.walk(node)
        )

    # ------------------------------------------------------------ what was not understood

    def _matters(self, part: Part, outcome: Outcome) -> bool:
        """Whether a step that was not understood could bear on the derivation: it derives
        something, or speaks of known names alone.
        """
        texts = [t.text for t in part.tokens]
        derives = DERIVES & set(texts)
        if outcome.unknown and not derives:
            return False
        if ASIDE & set(texts):
            return False
        if not texts[0]:
            return True
        names = {n.split("_")[0] for n in self.document.names.values}
        return bool(derives) or any(t.lstrip("\\") in names for t in texts)

    def _strangers(self, chain: Chain | None, part: Part, outcome: Outcome) -> tuple[str, ...]:
        """The undeclared names of a line in which declared ones stand beside them, not only as
        what is derived or what it is derived by: a rule for any A names nothing of the task.
        """
        left = chain.previous.node if chain and chain.previous else None
        sides = [side for side in (left, part.node) if isinstance(side, Node)]
        if not outcome.unknown:
            return ()
        beside = any(
            not self.equations.rests.undeclared(tree.Name(0, name), chain.order if chain else 0)
            for side in sides
            for name in _names_outside(side)
        )
        return outcome.unknown if beside else ()

    # ------------------------------------------------------------ as it was typed

    def _typed(self, part: Part, chain: Chain | None) -> str:
        """The equation as it was typed; its left side only where that stands just before."""
        right = self.shown(part.tokens)
        before = chain.previous if chain else None
        if before is None or before is part or not before.tokens or before.tokens is part.tokens:
            return right
        first = chain is not None and before is chain.statement.parts[0]
        sign = "≈" if part.relation == "~" else "="
        return f"{self.shown(before.tokens)} {sign} {right}" if first else f"{sign} {right}"

    def shown(self, found: list[Tex]) -> str:
        """Tokens as they stand in the text, in one line."""
        if not found:
            return ""
        text = self.document.text
        return " ".join(text[found[0].at : found[-1].at + len(found[-1].text)].split())

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of an offset, from 1."""
        line = bisect.bisect_right(self.starts, at)
        return line, at - self.starts[line - 1] + 1


def _names_outside(node: Node) -> Iterator[str]:
    """The names of an expression that stand under no d and in no derivative."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        if isinstance(found, tree.Name):
            yield found.name
        if not isinstance(found, tree.Differential | tree.Derivative):
            waiting += tree.children(found)
