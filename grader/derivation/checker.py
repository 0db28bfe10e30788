"""Check a derivation line by line: `check_derivation(text, variables, given, asked)`."""

import bisect
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from grader.catalogue import Reason
from grader.latex import Variable, tree
from grader.latex.errors import Unreadable
from grader.latex.names import canonical
from grader.latex.tex import Tex
from grader.latex.tree import Node

from .case import case_of
from .cases import Cases
from .definitions import Document, Head
from .equation import DEFINES, GOOD, Equations, Outcome, Verdict, unread
from .gradients import Gradients
from .graph import Equality, Graph
from .hypotheses import alias_of, claimed, delta_of
from .mistakes import Mistakes
from .orientation import orient
from .report import Report, Step, Told, report_of
from .row import Part
from .text import Statement
from .tolerance import Tolerance
from .witness import Witnesses

ASIDE = {r"\arg", r"\argmin", r"\min", r"\lim", r"\int", r"\Pr", r"\inf", r"\sup"}
LOG = logging.getLogger(__name__)
MOST_EARLIER = 14  # expressions that a line starting with = may go on from


@dataclass(frozen=True)
class Expression:
    """An expression met before, from which a dangling `=` may go on."""

    order: int
    node: Node
    display: bool
    head: bool
    tokens: list[Tex]
    segment: int


@dataclass
class Chain:
    """What is known while walking along `A = B = C`."""

    statement: Statement
    order: int
    previous: Part | None = None  # the expression the next one is compared with
    base: Part | None = None  # the last one that was understood
    earlier: list[Expression] = field(default_factory=list)  # for a chain that starts with =
    compared: Part | None = None  # what the last one was compared with


def check_derivation(
    text: str,
    variables: Sequence[Variable],
    given: Iterable[str] = (),
    asked: Sequence[str] = (),
    names: Iterable[str] = (),
) -> Report:
    """The report on a text: every equation, and whether each gradient asked for is stated.

    `names` are equations such as `Z = XW`: what the task itself or an earlier cell defined.
    """
    try:
        checker = Checker(text, variables, given, asked, names)
        report, alias = checker.report(), alias_of(checker.document)
        if alias:
            other = Checker(text, variables, given, asked, names, alias=alias).report()
            return other if bears_out(report, other) else report
        return report
    except RecursionError:
        steps = [Step(1, 1, "", Verdict.NOT_UNDERSTOOD, Reason.of("derivation.too_deep"))]
        return report_of(steps, tuple(asked))


def bears_out(report: Report, other: Report) -> bool:
    """Whether a line that said nothing before holds in the other reading of the text."""
    held = {(s.line, s.column, s.text) for s in report.steps if s.verdict in GOOD}
    return any(s.verdict in GOOD and (s.line, s.column, s.text) not in held for s in other.steps)


class Checker:
    """One pass over the statements of a document."""

    def __init__(
        self,
        text: str,
        variables: Sequence[Variable],
        given: Iterable[str] = (),
        asked: Sequence[str] = (),
        names: Iterable[str] = (),
        *,
        alias: str = "",
    ) -> None:
        self.text, self.asked, self.alias = text, tuple(asked), alias
        self.document = Document(text, variables, given, names, alias)
        orient(self.document)
        self.equations = Equations(self.document, variables)
        self.gradients = Gradients(self.equations)
        self.graph = Graph(self.equations, self.gradients, tuple(map(canonical, asked)))
        self.tolerance = Tolerance(self.document, self.equations)
        self.cases = Cases(self.equations)
        self.mistakes = Mistakes(self.document, self.equations, self.tolerance.holds_if_symmetric)
        self.steps: list[Step] = []
        self.wrong: dict[int, list[Node]] = {}  # the sides of wrong steps
        self.defined: list[str] = []
        self.met: list[Expression] = []
        self.starts = [0] + [m.end() for m in re.finditer("\n", text)]

    def report(self) -> Report:
        """What the whole text comes to."""
        self.run()
        self._withdraw()
        counting, contested = self.graph.counting(), self.graph.contested()
        stated = {n: at for n, at in self.graph.stated.items() if n not in contested}
        self.steps = [
            replace(
                step,
                states=tuple(n for n, last in stated.items() if last == place),
                links=place in counting if step.verdict in GOOD else step.links,
            )
            for place, step in enumerate(self.steps)
        ]
        both = {
            name: (self.graph.stated[name], last)
            for name, last in contested.items()
            if name in self.graph.stated
        }
        blank = not self.text.strip()
        refused = frozenset(self.graph.stated_if_all_held())
        idle = not self.graph.says_something() and not self.graph.refused
        told = Told(both, refused, self.document.cures, blank, idle)
        report = report_of(self.steps, self.asked, told)
        return replace(
            report,
            definitions=tuple(self.defined),
            conventions=tuple(self._conventions()),
            person=report.person or self._by_definition(report),
        )

    def _withdraw(self) -> None:
        """A wrong line that is written with what no line that holds bears out is not understood."""
        if not self.wrong:
            return
        document, scope = self.document, self.document.scope
        task = [d.node for known in scope.definitions.values() for d in known if d.order < 0]
        quantities = {h.name for h in document.heads.values() if h.kind == "quantity"}  # J(W)
        objectives = {document.objective, document.alias, *quantities}
        witnesses = Witnesses(objectives, scope.variables.keys(), task)
        for equality in self.graph.equalities:
            witnesses.hear(equality.left, equality.right)
        for place, sign in witnesses.withdrawn(self.wrong).items():
            why = Reason.of("derivation.unwitnessed", sign=sign)
            self.graph.refused = [e for e in self.graph.refused if e.step != place]
            self.steps[place] = replace(
                self.steps[place], verdict=Verdict.NOT_UNDERSTOOD, message=why,
                mistake=None, hint=None, follows=None, remarks=(),
            )  # fmt: skip

    def _by_definition(self, report: Report) -> Reason | None:
        """Backpropagation that is only defined: whether it was derived is for a person to say."""
        if report.verdict != "right" or report.score().linked or not self.defined:
            return None
        name = delta_of(self.document, self.equations)
        return Reason.of("person.by_definition", name=name) if name else None

    def _conventions(self) -> Iterator[Reason]:
        """What was taken for the whole text."""
        if self.alias:
            objective = self.document.objective
            yield Reason.of("derivation.alias", name=self.alias, objective=objective)

    def run(self) -> list[Step]:
        for order, statement in enumerate(self.document.statements):
            if self.document.budget.spent():
                self._unchecked(statement, "derivation.out_of_time")
                self.steps[-1] = replace(self.steps[-1], matters=True)
                break
            if statement.plain and not self._clear(order, statement):
                continue
            self.tolerance.hear(statement)
            self.cases.hear(statement)
            if case_of(statement, self.document.names):
                continue
            try:
                self._statement(order, statement)
            except RecursionError:  # its names, written out, lead too deep
                self._unchecked(statement, "derivation.too_deep")
            except Exception:  # a fault of ours must not cost the rest of the text
                LOG.exception("statement %d could not be checked", order)
                self._unchecked(statement, "derivation.failed")
        return self.steps

    def _unchecked(self, statement: Statement, why: str) -> None:
        """Say at its beginning that a statement was not checked."""
        part = next(p for p in statement.parts if p.tokens)
        self._add(part, Outcome(Verdict.NOT_UNDERSTOOD, Reason.of(why)))

    def _clear(self, order: int, statement: Statement) -> bool:
        """Whether a line typed without `$` is mathematics we know throughout."""
        nodes = [part.node for part in statement.parts if part.tokens]
        return all(
            isinstance(node, Node) and not self.equations.undeclared(node, order) for node in nodes
        )

    # ------------------------------------------------------------ a gradient in a sentence

    def _take_claim(self, order: int, statement: Statement) -> None:
        """Read "the gradient by W is $...$" as an equation, if it is one that holds."""
        name = claimed(statement, self.text, self.asked)
        part = statement.parts[0]
        if not name or not isinstance(part.node, Node):
            return
        by = tree.Name(part.node.at, canonical(name))
        objective = tree.Name(part.node.at, self.document.objective)
        gradient = tree.Derivative(part.node.at, objective, by)
        if self.equations.check(gradient, part.node, order).good:
            statement.parts = [Part("", part.tokens, gradient), Part("=", part.tokens, part.node)]

    # ------------------------------------------------------------ along a chain

    def _statement(self, order: int, statement: Statement) -> None:
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

    def _alone(self, chain: Chain, part: Part) -> None:
        """Not an equation, but the next line may go on from it."""
        if isinstance(part.node, Unreadable) and not part.tokens[0].text:
            self._add(part, replace(unread(part.node), at=None))
        elif chain.statement.display and isinstance(part.node, Node):
            self._meet(chain, part, head=True)

    def _head(self, chain: Chain, part: Part) -> None:
        chain.previous = part
        if isinstance(part.node, Unreadable):
            self._add(part, unread(part.node))
        elif isinstance(part.node, Node):
            self._meet(chain, part, head=True)

    def _part(self, chain: Chain, part: Part) -> None:
        if part.relation == "~":
            self._add(part, Outcome(Verdict.NOT_CHECKED, Reason.of("derivation.approximation")))
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
            self._keep(chain, part, outcome)
        self._add(part, outcome, chain, links=not head and self._links(chain, part))
        if outcome.good or outcome.verdict in DEFINES | {Verdict.WRONG}:
            chain.base = part
        chain.previous = part
        self._meet(chain, part)

    def _unread(self, chain: Chain, part: Part) -> None:
        """An expression that could not be read: the chain goes on from the one before."""
        if isinstance(part.node, Unreadable):
            self._add(part, unread(part.node), chain)
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
            same = Outcome(Verdict.DEFINITION)
            self.graph.equalities.append(
                Equality(len(self.steps), before, part.node, order, same, frozenset(), False)
            )
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
            around = self.tolerance.around(part)
            outcome = self.cases.under(outcome, around) or outcome
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
        line = self._place(base.tokens[0].at)[0]
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
        for place, expression in enumerate(earlier):
            outcome = self.equations.check(
                expression.node, part.node, chain.order, patient=place == 0
            )
            if outcome.good:
                self._go_on(chain, expression)
                return self._continued(chain, outcome, expression, place)
            if first is None or first.verdict in (Verdict.NOT_UNDERSTOOD, Verdict.RULE):
                first = outcome
        if first is None:
            return Outcome(Verdict.NOT_UNDERSTOOD, Reason.of("derivation.nothing_before"))
        if first.verdict is Verdict.WRONG:
            chain.previous = chain.compared = Part("", earlier[0].tokens, earlier[0].node)
            for expression in earlier:
                before = Part("", expression.tokens, expression.node)
                other = self.tolerance.other_readings(replace_previous(chain, before), part, first)
                if other is not None:
                    return other
        return first

    def _go_on(self, chain: Chain, expression: Expression) -> None:
        chain.previous = chain.compared = Part("", expression.tokens, expression.node)

    def _continued(
        self, chain: Chain, outcome: Outcome, expression: Expression, place: int
    ) -> Outcome:
        if place == 0 and expression.segment == chain.statement.segment:
            return outcome
        line = self._place(expression.tokens[0].at)[0]
        text = self._shown(expression.tokens)[:40]
        remark = Reason.of("derivation.goes_on", text=text, line=line)
        verdict = _remarked(outcome.verdict) if place else outcome.verdict
        return replace(outcome, verdict=verdict, remarks=(*outcome.remarks, remark))

    # ------------------------------------------------------------ what a step is worth

    def _keep(self, chain: Chain, part: Part, outcome: Outcome) -> None:
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
            len(self.steps), sides[0], sides[1], chain.order, outcome, held,
            by_factor=found is not None and found.by_factor,
        )  # fmt: skip
        (self.graph.refused if wrong else self.graph.equalities).append(equality)

    def _as_read(self, node: Node, outcome: Outcome) -> Node:
        """A side with dW as a gradient, and a bare nabla by the variable it was read by."""
        if outcome.codes:
            node = self.tolerance.as_gradients(node, self.document.objective)

        def chosen(found: Node) -> Node:
            if isinstance(found, tree.Derivative) and found.bottom is None:
                return replace(found, bottom=self.gradients.chosen(outcome))
            return found

        return tree.rebuilt(node, chosen) if tree.holds(node, tree.Derivative) else node

    def _links(self, chain: Chain, part: Part) -> bool:
        """Whether it says something of a differential, a derivative or an intermediate."""
        if chain.previous is None or not isinstance(chain.previous.node, Node):
            return False
        left, right = chain.previous.node, part.node
        assert isinstance(right, Node)
        if self._shown(chain.previous.tokens) == self._shown(part.tokens):
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

    def _matters(self, part: Part, outcome: Outcome) -> bool:
        """Whether a step that was not understood could bear on the derivation: it derives
        something, or speaks of known names alone.
        """
        texts = [t.text for t in part.tokens]
        derives = {"d", r"\partial", r"\nabla", r"\mathrm", r"\dd"} & set(texts)
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
            not self.equations.undeclared(tree.Name(0, name), chain.order if chain else 0)
            for side in sides
            for name in _names_outside(side)
        )
        return outcome.unknown if beside else ()

    # ------------------------------------------------------------ steps

    def _add(
        self,
        part: Part,
        outcome: Outcome,
        chain: Chain | None = None,
        links: bool = False,
    ) -> None:
        at = part.tokens[0].at if outcome.at is None or outcome.good else outcome.at
        line, column = self._place(part.tokens[0].at)
        step = Step(
            line, column, self._typed(part, chain), outcome.verdict, outcome.message,
            outcome.remarks, links=links, matters=self._matters(part, outcome),
            strangers=self._strangers(chain, part, outcome),
        )  # fmt: skip
        if outcome.verdict is Verdict.NOT_UNDERSTOOD and at is not None:
            line, column = self._place(at)
            step = replace(step, line=line, column=column)
        if outcome.verdict is Verdict.WRONG and chain is not None:
            between = chain.compared or chain.previous
            sides = (between.node if between else None, part.node)
            self.wrong[len(self.steps)] = [
                self._as_read(side, outcome) for side in sides if isinstance(side, Node)
            ]
            step = self.mistakes.explained(step, chain, part, outcome)
        elif chain is not None:
            self.mistakes.remember(step, chain, part, outcome)
        self.steps.append(step)

    def _typed(self, part: Part, chain: Chain | None) -> str:
        """The equation as it was typed; its left side only where that stands just before."""
        right = self._shown(part.tokens)
        before = chain.previous if chain else None
        if before is None or before is part or not before.tokens or before.tokens is part.tokens:
            return right
        first = chain is not None and before is chain.statement.parts[0]
        sign = "≈" if part.relation == "~" else "="
        return f"{self._shown(before.tokens)} {sign} {right}" if first else f"{sign} {right}"

    def _shown(self, found: list[Tex]) -> str:
        if not found:
            return ""
        return " ".join(self.text[found[0].at : found[-1].at + len(found[-1].text)].split())

    def _place(self, at: int) -> tuple[int, int]:
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


def _remarked(verdict: Verdict) -> Verdict:
    return Verdict.REMARK if verdict is Verdict.OK else verdict


def replace_previous(chain: Chain, part: Part) -> Chain:
    """The same chain, going on from another expression."""
    return replace(chain, previous=part)
