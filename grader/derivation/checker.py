"""Check a text in one reading: `Checker(source, conventions).report()`."""

import logging
from collections.abc import Iterable, Set
from dataclasses import replace

from grader.catalogue import Reason
from grader.latex.conventions import USUAL, Conventions
from grader.latex.names import canonical

from .definitions import Document
from .equation import Equations
from .gradients import Gradients
from .graph import Graph
from .hypotheses import delta_of
from .mistakes import Mistakes
from .orientation import orient
from .outcome import GOOD, Verdict
from .report import Report, Step, Told, report_of
from .source import Source
from .steps import Steps
from .taken import taken
from .text import Statement
from .tolerance import Tolerance
from .walk import Walk
from .witness import Witnesses

LOG = logging.getLogger(__name__)
Place = tuple[int, int]  # line and column


class Checker:
    """One reading of a text, from its statements to the report."""

    def __init__(self, source: Source, conventions: Conventions = USUAL) -> None:
        self.document = Document(source, conventions)
        orient(self.document)
        self.equations = Equations(self.document)
        self._begin()

    def _begin(self) -> None:
        """Nothing is checked yet."""
        asked = self.document.source.asked
        gradients = Gradients(self.equations)
        self.graph = Graph(self.equations, gradients, tuple(map(canonical, asked)))
        tolerance = Tolerance(self.document, self.equations)
        self.mistakes = Mistakes(self.document, self.equations, tolerance.holds_if_symmetric)
        self.steps = Steps(self.document, self.equations, gradients, self.graph)
        self.walk = Walk(self.document, self.equations, tolerance, self.steps, asked)
        self.spans: list[slice] = []  # the steps of each statement
        self.holding = 0
        self.wrong: frozenset[Place] = frozenset()  # where lines do not hold, mended by no witness

    def run(self, most_wrong: int | None = None) -> bool:
        """Check every statement; False if more lines are wrong than that, and the rest is not."""
        for order, statement in enumerate(self.document.statements):
            if self.document.budget.spent():
                self.steps.unchecked(statement, "derivation.out_of_time")
                self.steps.found[-1] = replace(self.steps.found[-1], matters=True)
                break
            self.spans.append(self._check(order, statement))
            if most_wrong is not None and len(self.steps.faults) > most_wrong:
                return False
        self.wrong = frozenset(map(self.place, self.steps.faults))
        self.holding = sum(s.verdict in GOOD for s in self.steps.found)
        return True

    def _check(self, order: int, statement: Statement) -> slice:
        """Check one statement; its steps."""
        first = len(self.steps.found)
        try:
            self.walk.statement(order, statement)
        except RecursionError:  # its names, written out, lead too deep
            self.steps.unchecked(statement, "derivation.too_deep")
        except Exception:  # a fault of ours must not cost the rest of the text
            LOG.exception("statement %d could not be checked", order)
            self.steps.unchecked(statement, "derivation.failed")
        return slice(first, len(self.steps.found))

    def gains_on(self, other: "Checker") -> bool:
        """Whether more holds here, read plainly, in one of the statements in which not all holds in
        another reading: without that it is no better.
        """
        self.equations.hasty = True
        try:
            return any(
                self._held(order) > other.held(span)
                for order, span in enumerate(other.spans)
                if other.held(span) < span.stop - span.start or span.start == span.stop
            )
        finally:
            self.equations.hasty = False
            self._begin()

    def _held(self, order: int) -> int:
        """How much of a statement holds, where it may go on from the one before."""
        statements = self.document.statements
        if order and statements[order].parts[0].relation:
            self._check(order - 1, statements[order - 1])
        return self.held(self._check(order, statements[order]))

    def held(self, span: slice) -> int:
        """How many of these steps hold."""
        return sum(step.verdict in GOOD for step in self.steps.found[span])

    def place(self, step: int) -> Place:
        """Where a step stands."""
        found = self.steps.found[step]
        return found.line, found.column

    # ------------------------------------------------------------ what it comes to

    def report(self, doubted: Set[Place] = frozenset()) -> Report:
        """What the whole text comes to; a wrong line at a doubted place is not understood."""
        explained = self._explained()
        for place, why in self._withdrawn(doubted).items():
            self.steps.withdraw(place)
            explained[place] = replace(
                explained[place], verdict=Verdict.NOT_UNDERSTOOD, message=why,
                mistake=None, hint=None, follows=None, remarks=(),
            )  # fmt: skip
        counting, contested = self.graph.counting(), self.graph.contested()
        stated = {n: at for n, at in self.graph.stated.items() if n not in contested}
        steps = [
            replace(
                step,
                states=tuple(n for n, last in stated.items() if last == place),
                links=place in counting if step.verdict in GOOD else step.links,
            )
            for place, step in enumerate(explained)
        ]
        report = report_of(steps, self.document.source.asked, self._told(contested))
        return replace(
            report,
            definitions=tuple(self.walk.defined),
            conventions=tuple(taken(self.document)),
            person=report.person or self._by_definition(report),
        )

    def _explained(self) -> list[Step]:
        """The steps, the likely mistake named where one is wrong."""
        faults = self.steps.faults
        return [
            self.mistakes.explained(step, faults[place]) if place in faults else step
            for place, step in enumerate(self.steps.found)
        ]

    def _told(self, contested: dict[str, int]) -> Told:
        stated = self.graph.stated
        both = {name: (stated[name], at) for name, at in contested.items() if name in stated}
        refused = frozenset(self.graph.stated_if_all_held())
        says = self.graph.says_something() or self.graph.refused or self.walk.passed_over
        idle = not says
        return Told(both, refused, self.document.cures, not self.document.text.strip(), idle)

    def _withdrawn(self, doubted: Set[Place]) -> dict[int, Reason]:
        """The wrong lines that are not understood, each with the reason: it is written with what no
        line that holds bears out, or another reading of the text lets it hold.
        """
        if not self.steps.faults:
            return {}
        found = {p: Reason.of("derivation.unwitnessed", sign=s) for p, s in self._unwitnessed()}
        for place in self.steps.faults:
            if self.place(place) in doubted:
                found[place] = Reason.of("derivation.readings_differ")
        return found

    def _unwitnessed(self) -> Iterable[tuple[int, str]]:
        document, scope = self.document, self.document.scope
        task = [d.node for known in scope.definitions.values() for d in known if d.order < 0]
        quantities = {h.name for h in document.heads.values() if h.kind == "quantity"}  # J(W)
        objectives = {document.objective, document.alias, *quantities}
        witnesses = Witnesses(objectives, scope.variables.keys(), task)
        for equality in self.graph.equalities:
            witnesses.hear(equality.left, equality.right)
        sides = {place: fault.sides for place, fault in self.steps.faults.items()}
        return witnesses.withdrawn(sides).items()

    def _by_definition(self, report: Report) -> Reason | None:
        """Backpropagation that is only defined: whether it was derived is for a person to say."""
        if report.verdict != "right" or report.score().linked or not self.walk.defined:
            return None
        name = delta_of(self.document, self.equations)
        return Reason.of("person.by_definition", name=name) if name else None
