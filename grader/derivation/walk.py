"""Walk along the statements of a document: `Walk(...).statement(order, statement)`.

Each expression of a chain is compared with the one before it, or, where the chain begins with `=`,
with one that was met before; a left side that introduces a name is no equation.
"""

from collections.abc import Sequence
from dataclasses import replace

from grader.catalogue import Reason
from grader.latex import tree
from grader.latex.errors import Unreadable
from grader.latex.names import canonical
from grader.latex.tree import Node

from .case import case_of
from .cases import Cases
from .chains import Chain, Expression
from .definitions import Document
from .equation import Equations
from .heads import Head
from .hypotheses import claimed
from .outcome import DEFINES, Outcome, Verdict, unread
from .row import Part
from .steps import Steps
from .text import Statement
from .tolerance import Tolerance

MOST_EARLIER = 14  # expressions that a line starting with = may go on from


class Walk:
    """One pass over the statements of a document, each step said to `Steps`."""

    def __init__(
        self, document: Document, equations: Equations, tolerance: Tolerance, steps: Steps,
        asked: Sequence[str],
    ) -> None:  # fmt: skip
        self.document, self.equations, self.tolerance = document, equations, tolerance
        self.steps, self.asked, self.cases = steps, asked, Cases(equations)
        self.defined: list[str] = []
        self.passed_over = False  # a line without `$` that may have said something
        self.met: list[Expression] = []

    def statement(self, order: int, statement: Statement) -> None:
        """Check one chain; a line typed without `$` only if we know all of it, and what was said in
        words only if it defines.
        """
        if statement.plain and not self._clear(order, statement):
            self.passed_over = True
            return
        if statement.said and (order, 1) not in self.document.heads:
            return
        self.tolerance.hear(statement)
        self.cases.hear(statement)
        if case_of(statement, self.document.names):
            return
        self._take_claim(order, statement)
        parts = list(statement.parts)
        chain = Chain(statement, order)
        if len(parts) == 1 and not parts[0].relation:
            self._alone(chain, parts[0])
            return
        if parts[0].relation or not parts[0].tokens:
            parts = parts if parts[0].relation else parts[1:]
            chain.earlier = self._candidates(statement)
        else:
            self._head(chain, parts.pop(0))
        for part in parts:
            self._part(chain, part)

    def _clear(self, order: int, statement: Statement) -> bool:
        """Whether a line typed without `$` is mathematics we know throughout."""
        nodes = [part.node for part in statement.parts if part.tokens]
        return all(
            isinstance(node, Node) and not self.equations.rests.undeclared(node, order)
            for node in nodes
        )

    def _take_claim(self, order: int, statement: Statement) -> None:
        """Read "the gradient by W is $...$" as an equation, if it is one that holds."""
        name = claimed(statement, self.document.text, self.asked)
        part = statement.parts[0]
        if not name or not isinstance(part.node, Node):
            return
        by = tree.Name(part.node.at, canonical(name))
        objective = tree.Name(part.node.at, self.document.objective)
        gradient = tree.Derivative(part.node.at, objective, by)
        if self.equations.check(gradient, part.node, order).good:
            statement.parts = [Part("", part.tokens, gradient), Part("=", part.tokens, part.node)]

    # ------------------------------------------------------------ along a chain

    def _alone(self, chain: Chain, part: Part) -> None:
        """Not an equation, but the next line may go on from it."""
        if isinstance(part.node, Unreadable) and not part.tokens[0].text:
            self.steps.add(part, replace(unread(part.node), at=None))
        elif chain.statement.display and isinstance(part.node, Node):
            self._meet(chain, part, head=True)

    def _head(self, chain: Chain, part: Part) -> None:
        chain.previous = part
        if isinstance(part.node, Unreadable):
            self.steps.add(part, unread(part.node))
        elif isinstance(part.node, Node):
            self._meet(chain, part, head=True)

    def _part(self, chain: Chain, part: Part) -> None:
        if part.relation == "~":
            said = Reason.of("derivation.approximation")
            self.steps.add(part, Outcome(Verdict.NOT_CHECKED, said))
            chain.previous = part
            return
        if not isinstance(part.node, Node):
            self._unread(chain, part)
            return
        head = self._defines(chain, part)
        outcome = self._definition(chain, part, head) if head else self._equation(chain, part)
        if head and outcome.verdict in DEFINES:
            self.defined.append(self.document.as_defined(chain.order, head))
        if not head:
            self.steps.keep(chain, part, outcome)
        self.steps.add(part, outcome, chain, links=not head and self.steps.links(chain, part))
        if outcome.good or outcome.verdict in DEFINES | {Verdict.WRONG}:
            chain.base = part
        chain.previous = part
        self._meet(chain, part)

    def _unread(self, chain: Chain, part: Part) -> None:
        """An expression that could not be read: the chain goes on from the one before."""
        if isinstance(part.node, Unreadable):
            self.steps.add(part, unread(part.node), chain)
        if chain.previous is None or not isinstance(chain.previous.node, Node):
            chain.previous = part

    def _defines(self, chain: Chain, part: Part) -> Head | None:
        if chain.earlier:
            return None
        place = next(i for i, p in enumerate(chain.statement.parts) if p is part)
        reverse = self.document.heads.get((chain.order, place - 1))
        return self.document.heads.get((chain.order, place)) or (
            reverse if place - 1 == 0 or reverse is None else None
        )

    def _definition(self, chain: Chain, part: Part, head: Head) -> Outcome:
        outcome = Outcome(Verdict.DEFINITION, Reason.of("derivation.defines", name=head.name))
        if head.kind in ("function", "alias"):
            return outcome
        trial = self.equations.evaluates(tree.Name(part.tokens[0].at, head.name), chain.order)
        if trial is None:
            return self._anew(head, part, chain.order) or outcome
        if trial.verdict is Verdict.WRONG:
            return self.tolerance.other_readings(chain, part, trial) or trial
        return trial

    def _anew(self, head: Head, part: Part, order: int) -> Outcome | None:
        """What is said of a name that meant something else before this text; it wins here."""
        before = self.document.before.get(head.name)
        if before is None or not isinstance(part.node, Node):
            return None
        if head.kind == "entries":
            before = tree.Index(part.node.at, tree.Group(part.node.at, before), head.parameters)
        if self.equations.holds(before, part.node, order):
            self.steps.keep_as_before(before, part.node, order)
            return None
        return Outcome(Verdict.CONFLICT, Reason.of("derivation.second_meaning", name=head.name))

    def _equation(self, chain: Chain, part: Part) -> Outcome:
        assert isinstance(part.node, Node)
        if chain.earlier:
            earlier, chain.earlier = chain.earlier, []
            return self._linked(chain, earlier, part)
        if chain.previous is None or not isinstance(chain.previous.node, Node):
            message = Reason.of("derivation.nothing_understood_before")
            return Outcome(Verdict.NOT_UNDERSTOOD, message)
        chain.compared = chain.previous
        outcome = self.equations.check(chain.previous.node, part.node, chain.order)
        if not outcome.good:
            outcome = self.tolerance.update(chain.previous.node, part) or outcome
        if outcome.verdict is Verdict.NOT_UNDERSTOOD and chain.base not in (None, chain.previous):
            outcome = self._against_base(chain, part, outcome)
        if outcome.verdict is Verdict.WRONG:
            outcome = self.cases.under(outcome, self.tolerance.around(part)) or outcome
        if outcome.verdict is Verdict.WRONG:
            outcome = self.tolerance.other_readings(chain, part, outcome) or outcome
        return outcome

    def _against_base(self, chain: Chain, part: Part, outcome: Outcome) -> Outcome:
        """After a part that says nothing, compare with the last one that did."""
        between = chain.previous.node if chain.previous else None
        base = chain.base
        if base is None or not isinstance(base.node, Node) or not isinstance(part.node, Node):
            return outcome
        if isinstance(between, Node) and self.equations.evaluates(between, chain.order) is None:
            return outcome
        other = self.equations.check(base.node, part.node, chain.order)
        if other.verdict not in (Verdict.OK, Verdict.REMARK, Verdict.WRONG):
            return outcome
        chain.compared = base
        line = self.steps.place(base.tokens[0].at)[0]
        remark = Reason.of("derivation.compared_above", line=line)
        return replace(other, remarks=(*other.remarks, remark), verdict=_remarked(other.verdict))

    # ------------------------------------------------------------ lines that start with =

    def _meet(self, chain: Chain, part: Part, head: bool = False) -> None:
        assert isinstance(part.node, Node)
        statement = chain.statement
        self.met.append(
            Expression(
                chain.order, part.node, statement.display, head, part.tokens, statement.segment
            )
        )

    def _candidates(self, statement: Statement) -> list[Expression]:
        """What a line that starts with = may go on from, the likely first."""
        likely = [e for e in self.met[-1:] if e.segment == statement.segment]
        displayed = [e for e in self.met if e.display]
        likely += displayed[-1:] + self.met[-1:]
        likely += [e for e in reversed(displayed) if e.head] + self.met[:-MOST_EARLIER:-1]
        return list({id(e): e for e in likely}.values())[:MOST_EARLIER]

    def _linked(self, chain: Chain, earlier: list[Expression], part: Part) -> Outcome:
        assert isinstance(part.node, Node)
        first: Outcome | None = None
        wrong: list[tuple[Expression, Outcome]] = []
        for place, expression in enumerate(earlier):
            outcome = self.equations.check(
                expression.node, part.node, chain.order, patient=place == 0
            )
            if outcome.good:
                chain.previous = chain.compared = Part("", expression.tokens, expression.node)
                return self._continued(chain, outcome, expression, place)
            if outcome.verdict is Verdict.WRONG:
                wrong.append((expression, outcome))
            if first is None or first.verdict in (Verdict.NOT_UNDERSTOOD, Verdict.RULE):
                first = outcome
        if first is None:
            return Outcome(Verdict.NOT_UNDERSTOOD, Reason.of("derivation.nothing_before"))
        case = self._in_a_case(chain, wrong, part)
        if case is not None:
            return case
        if first.verdict is Verdict.WRONG:
            chain.previous = chain.compared = Part("", earlier[0].tokens, earlier[0].node)
            for expression in earlier:
                before = Part("", expression.tokens, expression.node)
                other = self.tolerance.other_readings(replace(chain, previous=before), part, first)
                if other is not None:
                    return other
        return first

    def _in_a_case(
        self, chain: Chain, wrong: Sequence[tuple[Expression, Outcome]], part: Part
    ) -> Outcome | None:
        """What it says if it goes on from one of these in the case that is spoken of."""
        for expression, outcome in wrong:
            case = self.cases.under(outcome, self.tolerance.around(part))
            if case is not None:
                chain.previous = chain.compared = Part("", expression.tokens, expression.node)
                return case
        return None

    def _continued(
        self, chain: Chain, outcome: Outcome, expression: Expression, place: int
    ) -> Outcome:
        if place == 0 and expression.segment == chain.statement.segment:
            return outcome
        line = self.steps.place(expression.tokens[0].at)[0]
        text = self.steps.shown(expression.tokens)[:40]
        remark = Reason.of("derivation.goes_on", text=text, line=line)
        verdict = _remarked(outcome.verdict) if place else outcome.verdict
        return replace(outcome, verdict=verdict, remarks=(*outcome.remarks, remark))


def _remarked(verdict: Verdict) -> Verdict:
    return Verdict.REMARK if verdict is Verdict.OK else verdict
