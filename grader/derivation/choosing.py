"""Check a derivation in the reading that it bears out best: `check_derivation(text, ...)`.

Only conventions that came up are open. A reading takes the place of another if no more lines fail
and more hold; a name that nobody declared gets a meaning only so. Wrong lines on which the best
readings disagree are not understood.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from grader.catalogue import Reason
from grader.latex import Variable, tree
from grader.latex.conventions import OTHERS, USUAL, Conventions, Meaning

from .checker import Checker, Place
from .hypotheses import alias_of
from .meanings import functions_meant, meanings_of
from .outcome import GOOD, Verdict
from .report import Report, Step, report_of
from .source import Source
from .steps import Strange

MOST_CONTENDERS = 3  # readings that tie, in each of which undeclared names are given a meaning
MOST_ROUNDS = 2  # conventions that differ from the usual at once
LINES = {
    "case": 2,
    "ones": 2,
    "repeats": 2,
}  # that must hold besides, where one line could be a slip
SUM = re.compile(r"\\sum|∑")
ROWS = 2  # lines that hold in numerator layout, where one alone is a transposed gradient


def check_derivation(
    text: str,
    variables: Sequence[Variable],
    given: Iterable[str] = (),
    asked: Sequence[str] = (),
    names: Iterable[str] = (),
    *,
    upstream: Iterable[str] = (),
) -> Report:
    """The report on a text: every equation, and whether each gradient asked for is stated.

    `names` are equations such as `Z = XW`: what the task itself or an earlier cell defined. By each
    name `upstream`, such as Z, the derivative of the objective is given: a gradient may rest on it.
    """
    try:
        return Choice(Source(text, variables, given, asked, names, upstream=upstream)).report()
    except RecursionError:
        steps = [Step(1, 1, "", Verdict.NOT_UNDERSTOOD, Reason.of("derivation.too_deep"))]
        return report_of(steps, tuple(asked))


class Choice:
    """The readings of one text that were tried."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tried: dict[Conventions, Checker | None] = {}

    def report(self) -> Report:
        """What the text comes to in the best reading."""
        usual = self._usual()
        if not usual.wrong:
            report = usual.report()
            if _is_clear(report):
                return report
        best = self._best(usual)
        return best.report(self._doubted(best))

    # ------------------------------------------------------------ the first reading

    def _usual(self) -> Checker:
        """The usual reading, with another name of the objective where a line bears it out."""
        plain = Checker(self.source)
        alias = alias_of(plain.document)
        if alias:
            other = self._run(Conventions(alias=alias))
            if other is not None and _bears_out(other, alias, plain):
                return other
        plain.run()
        self.tried[plain.document.conventions] = plain
        return plain

    def _run(
        self, conventions: Conventions, rival: Checker | None = None, *, sure: bool = True
    ) -> Checker | None:
        """The text read so; None where it surely is not better than a rival, or when time is up."""
        if self.tried.get(conventions) is None and (not sure or conventions not in self.tried):
            if self.source.budget.spent():
                return None
            checker = Checker(self.source, conventions)
            most_wrong = len(rival.wrong) if rival else None
            able = rival is None or not sure or checker.gains_on(rival)
            self.tried[conventions] = checker if able and checker.run(most_wrong) else None
        return self.tried[conventions]

    # ------------------------------------------------------------ other readings

    def _best(self, usual: Checker) -> Checker:
        best = self._among_rivals(usual)
        contenders = [best, *self._tied(best), *self._with_more_names(best)][:MOST_CONTENDERS]
        named = _best_of(best, map(self._with_meanings, contenders))
        lettered = [named, *self._unsure(named, "script"), *self._with_more_names(named)]
        known = _best_of(named, map(self._with_functions, lettered))
        return self._among_rivals(known) if known is not best else best

    def _among_rivals(self, best: Checker) -> Checker:
        for _ in range(MOST_ROUNDS):
            better = _best_of(best, self._rivals(best))
            if better is best:
                break
            best = better
        return best

    def _rivals(self, best: Checker) -> Iterator[Checker]:
        """Readings that answer one open question otherwise."""
        for conventions in _others(best):
            other = self._run(conventions, best)
            if other is not None:
                yield other

    def _tied(self, best: Checker) -> Iterator[Checker]:
        """Other readings that the text bears out as well."""
        for checker in self.tried.values():
            if checker and checker is not best and _evidence(checker) == _evidence(best):
                yield checker

    def _with_more_names(self, best: Checker) -> Iterator[Checker]:
        """Readings that say something as soon as a name in them means something."""
        if any(map(_defines_a_differential, best.steps.strange)):
            yield from self._unsure(best, "differentials")
        yield from self._unsure(best, "e")

    def _unsure(self, best: Checker, question: str) -> Iterator[Checker]:
        """Readings that answer a question otherwise, though no line holds for that alone."""
        taken = getattr(best.document.conventions, question)
        for conventions in _others(best):
            if getattr(conventions, question) != taken:
                other = self._run(conventions, best, sure=False)
                if other is not None:
                    yield other

    def _with_meanings(self, checker: Checker) -> Checker:
        """The reading with a meaning for each undeclared name for which lines bear one out."""
        meanings = meanings_of(checker)
        other = self._with(checker, meanings) if meanings else None
        return other if other is not None and _beats(other, checker) else checker

    def _with_functions(self, checker: Checker) -> Checker:
        """The reading with a function for each undeclared name that is applied to something."""
        for functions in functions_meant(checker):
            others = [self._with(checker, (function,)) for function in functions]
            better = [other for other in others if other and _beats(other, checker)]
            checker = better[0] if better else checker
        return checker

    def _with(self, checker: Checker, meanings: tuple[Meaning, ...]) -> Checker | None:
        """The reading with these meanings besides."""
        conventions = checker.document.conventions
        more = replace(conventions, meanings=(*conventions.meanings, *meanings))
        return self._run(more, checker)

    def _doubted(self, best: Checker) -> frozenset[Place]:
        """Where a line is wrong that does not fail in another reading as good."""
        return frozenset(place for other in self._tied(best) for place in best.wrong - other.wrong)


def _is_clear(report: Report) -> bool:
    """Whether nothing is left that another reading could mend."""
    strange = any(step.strangers for step in report.steps)
    return report.verdict == "right" and report.person is None and not strange


def _evidence(checker: Checker) -> tuple[int, int]:
    return len(checker.wrong), -checker.holding


def _best_of(best: Checker, others: Iterable[Checker]) -> Checker:
    """The best of those that take its place, or the one that there is."""
    return min((c for c in others if _beats(c, best)), key=_evidence, default=best)


def _beats(other: Checker, best: Checker) -> bool:
    """Whether no more lines fail in it, and more hold."""
    taken, before = other.document.conventions, best.document.conventions
    if taken.layout != USUAL.layout and _in_rows(other) < ROWS:
        return False
    needed = max(
        (n for q, n in LINES.items() if getattr(taken, q) != getattr(before, q)), default=1
    )
    return len(other.wrong) <= len(best.wrong) and other.holding >= best.holding + needed


def _defines_a_differential(line: Strange) -> bool:
    """Whether it says what dU is, and what it rests on is not known."""
    return isinstance(line.left, tree.Differential) and isinstance(line.left.inner, tree.Name)


def _in_rows(checker: Checker) -> int:
    """How many lines hold with a derivative by a column read as a row."""
    return sum(
        step.verdict in GOOD and any(dict(r.values).get("code") == "layout" for r in step.remarks)
        for step in checker.steps.found
    )


def _bears_out(checker: Checker, alias: str, plain: Checker) -> bool:
    """Whether a line about the name holds that says more than that a thing is itself, and would
    say nothing if the name were anything else.
    """
    return any(
        _names(e.left, alias) or _names(e.right, alias)
        for e in checker.graph.equalities
        if checker.graph.says_more(e) and not plain.equations.check(e.left, e.right, e.order).good
    )


def _names(node: tree.Node, name: str) -> bool:
    return any(isinstance(n, tree.Name) and n.name == name for n in tree.walk(node))


def _others(checker: Checker) -> Iterator[Conventions]:
    """The conventions of a reading with one answer changed, of the questions that came up."""
    taken = checker.document.conventions
    signs = SUM.search(checker.document.text)  # who writes them leaves none out
    questions = checker.document.customs.open - ({"repeats"} if signs else set())
    for question in sorted(questions):
        for answer in OTHERS[question]:
            if getattr(taken, question) != answer:
                other = replace(taken, **{question: answer})  # type: ignore[arg-type]
                yield other
                if question == "differentials":
                    yield from (replace(other, averaged=size) for size in _averages(checker))


def _averages(checker: Checker) -> list[str]:
    """The sizes by which the task divides: what a text may move from dZ to dW."""
    scope = checker.document.scope
    given = [d.node for known in scope.definitions.values() for d in known if d.order < 0]
    below = [n.bottom for node in given for n in tree.walk(node) if isinstance(n, tree.Quotient)]
    names = (n.name for bottom in below for n in tree.walk(bottom) if isinstance(n, tree.Name))
    return list(dict.fromkeys(name for name in names if name in scope.sizes))
