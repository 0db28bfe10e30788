"""Check one equation: `Equations(document).check(left, right, order)`.

The usual reading comes first. Where it fails, the tolerated readings follow one at a time, and
what was taken the liberty of is always remarked; never two liberties at once. WRONG needs that
everything was understood, every symbol is known, and no tolerated reading holds; `witness` may
withdraw it when the whole text is known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from grader.algebra.expressions import Expr
from grader.algebra.parts import open_parts, settled
from grader.algebra.sizes import Misfit
from grader.catalogue import Reason
from grader.latex import tree
from grader.latex.asking import Key
from grader.latex.builder import Remark
from grader.latex.errors import Unreadable
from grader.latex.kinks import bends_of, draws_beside
from grader.latex.names import canonical
from grader.latex.reading import Read, readings
from grader.latex.tree import Node
from grader.latex.values import Draw, Numbers

from .alternatives import alternatives
from .compare import Comparison, compare, kinds_agree
from .definitions import Document
from .draws import SPARE, between, has_no_value
from .outcome import Outcome, Verdict, misfitting, rule, unread
from .rests import Rests

BEFORE_THE_TEXT = -0.9  # when what is given has its meaning, and nothing else
MOST_READINGS = 80


@dataclass
class Trial:
    """One reading of both sides, compared."""

    read: Read
    terms: tuple[Expr, Expr]
    comparison: Comparison
    numbers: Numbers
    meanings: Mapping[Key, int]


class Equations:
    """Equations of one document, checked at its draws."""

    def __init__(self, document: Document) -> None:
        self.document, self.scope = document, document.scope
        self.numbers = list(document.source.numbers)
        self.draws = [numbers.draw for numbers in self.numbers]
        self.rests = Rests(document.scope)
        self.movable = [canonical(v.name) for v in document.source.variables if not v.domain]
        self.scope.is_entrywise = self._is_entrywise
        self.hasty = False  # only the usual reading of each equation is tried
        task = self.value(tree.Name(0, document.objective), BEFORE_THE_TEXT)
        if task is not None and has_no_value(*task):
            self.draws = between(self.draws, self.movable)
            self.numbers = [Numbers(draw) for draw in self.draws]

    def _is_entrywise(self, of: Expr, by: Expr) -> bool:
        try:
            return self.numbers[0].is_entrywise(of, by)
        except KeyError:  # of sizes not known yet
            return False

    @cached_property
    def beside_kinks(self) -> list[Numbers]:
        """Numbers at which what bends in the objective lies close to its kinks, on both sides."""
        found = self.value(tree.Name(0, self.document.objective), float("inf"))
        if found is None:
            return []
        try:
            pairs = list(draws_beside(self.draws[0], found[0], self.movable))
        except (Unreadable, KeyError):
            return []
        return [Numbers(draw) for pair in pairs for draw in pair]

    # ------------------------------------------------------------ one equation

    def check(  # noqa: PLR0911
        self, left: Node, right: Node, order: float, patient: bool = True
    ) -> Outcome:
        """The verdict on left = right, as statement `order` means it."""
        if isinstance(left, tree.Function) and isinstance(right, tree.Function):
            return self._functions(left, right)
        unknown = sorted(self.rests.undeclared(left, order) | self.rests.undeclared(right, order))
        try:
            found, best, misfit = self._search(left, right, order, patient and not self.hasty)
            if unknown:
                return self._about_unknown(left, right, unknown, found, order)
            if found is not None:
                return self._confirmed(found)
        except Unreadable as error:
            return self._not_understood(left, right, unknown, error)
        except (FloatingPointError, RecursionError, KeyError):
            return Outcome(Verdict.NOT_UNDERSTOOD, Reason.of("derivation.no_value"))
        if best is not None:
            return self._wrong(best)
        message = misfitting(misfit) if misfit else Reason.of("derivation.sizes")
        return Outcome(
            Verdict.WRONG, message, at=misfit.at if misfit else None,
            comparison=Comparison(False, "sizes", message),
        )  # fmt: skip

    def _functions(self, left: tree.Function, right: tree.Function) -> Outcome:
        names = [self._original(side.function) for side in (left, right)]
        if names[0] == names[1] and left.primes == right.primes:
            return Outcome(Verdict.DEFINITION, Reason.of("derivation.function_named"))
        return Outcome(Verdict.NOT_UNDERSTOOD, Reason.of("derivation.functions"))

    def _original(self, function: str) -> str:
        """The function that a name like S was given to."""
        own = self.scope.functions.get(function)
        return own.body if own and isinstance(own.body, str) else function

    def _not_understood(
        self, left: Node, right: Node, unknown: list[str], error: Unreadable
    ) -> Outcome:
        if unknown and _is_rule(left, right):
            return rule(unknown)
        return replace(unread(error), unknown=tuple(unknown))

    def _wrong(self, best: Trial) -> Outcome:
        comparison = best.comparison
        message = comparison.message or Reason.of("derivation.differ")
        return Outcome(
            Verdict.WRONG, message, (), None, comparison, best.terms, best.numbers, best.meanings
        )

    # ------------------------------------------------------------ readings

    def _search(
        self, left: Node, right: Node, order: float, patient: bool
    ) -> tuple[Trial | None, Trial | None, Misfit | None]:
        """The first reading that holds; else the best that does not; else why none fits."""
        asked: dict[Key, int] = {}
        found, best, misfit = self._attempt((left, right), order, {}, asked)
        if found is not None or not patient:
            return found, best, misfit
        others = alternatives(asked, left, right, self.scope.variables)
        for tried, meanings in enumerate(others):
            if tried > MOST_READINGS or self.document.budget.spent():
                break
            found, other, _ = self._attempt((left, right), order, meanings, asked)
            if found is not None:
                return found, best, misfit
            best = best or other
        return None, best, misfit

    def _attempt(
        self,
        sides: tuple[Node, Node],
        order: float,
        meanings: dict[Key, int],
        asked: dict[Key, int],
    ) -> tuple[Trial | None, Trial | None, Misfit | None]:
        best: Trial | None = None
        ones: Misfit | None = None
        try:
            for read in readings(self.scope, order + 0.5, sides, meanings):
                asked.update(read.meanings)
                if len(read.liberties) > 1:
                    continue
                if self._turned_ones(read):
                    ones = Misfit("a bold 1 lacks its transpose, or has one too many", sides[1].at)
                    continue
                trial = self._best_sized(read, meanings)
                if trial.comparison.holds is not False and not self._too_free(trial):
                    return trial, best, None
                if best is None or trial.comparison.reason != "sizes":
                    best = best if best and best.comparison.reason != "sizes" else trial
        except Misfit as misfit:
            asked.update(misfit.__dict__.get("meanings", {}))
            return None, best, misfit
        return None, best, ones

    def _turned_ones(self, read: Read) -> bool:
        """Whether a column of ones would have to be a row here, or the other way round: then its
        transpose is missing.
        """
        if not read.ones or not kinds_agree(read):
            return False
        kinds = [read.sizes.known(kind) for kind in read.ones]
        rows = any(kind.rows == "1" != kind.columns for kind in kinds)
        columns = any(kind.columns == "1" != kind.rows for kind in kinds)
        if not (rows or columns):
            return False
        return rows if self.document.customs.ask("ones") == "column" else columns

    def _best_sized(self, read: Read, meanings: Mapping[Key, int]) -> Trial:
        """A trial; sizes that stay open (of a bold 1, of I) are any letter for which it holds."""
        kinds_agree(read)
        terms = [settled(t, read.sizes) for t in read.terms]
        opened = list(dict.fromkeys(s for t in open_parts(terms) for s in _open_sizes(t)))
        if not opened or read.unknown:
            return self._trial(read, meanings, 0)
        bound = dict(read.sizes.bound)
        for letter in self.scope.sizes:
            read.sizes.bound = bound | dict.fromkeys(opened, letter)
            trial = self._trial(read, meanings, 0)
            if trial.comparison.holds is not False:
                return trial
        read.sizes.bound = bound | dict.fromkeys(opened, self.scope.sizes[0])
        return trial

    def _too_free(self, trial: Trial) -> bool:
        """A liberty taken, and a variable silently held fixed besides."""
        return bool(trial.comparison.held) and "d" in trial.read.liberties

    def _trial(self, read: Read, meanings: Mapping[Key, int], draw: int) -> Trial:
        kinds_agree(read)
        done: dict[int, Expr] = {}
        first, second = (settled(t, read.sizes, done) for t in read.terms)
        numbers = self._numbers(read, (first, second), draw)
        comparison = compare(numbers, read, (first, second))
        return Trial(read, (first, second), comparison, numbers, dict(meanings))

    def _numbers(self, read: Read, terms: tuple[Expr, Expr], draw: int) -> Numbers:
        """The numbers of a draw, with values for undeclared names where there are any."""
        names = {t.detail: t for t in open_parts(terms) if t.op == "unknown"}
        open_sizes = list(dict.fromkeys(s for t in open_parts(terms) for s in _open_sizes(t)))
        if not names and not open_sizes:
            return self.numbers[draw]
        base = self.draws[draw]
        lengths = dict(base.lengths)
        for place, size in enumerate(open_sizes):
            lengths[size] = SPARE[(place + draw) % len(SPARE)]
        drawn = Numbers(Draw(lengths, dict(base.leaves)))
        for name, term in names.items():
            generator = np.random.default_rng([draw, sum(map(ord, name))])
            drawn.draw.leaves[name] = generator.standard_normal(drawn.shape(term.kind))
        return drawn

    def _confirmed(self, found: Trial) -> Outcome:
        """The same reading must hold at the other draw, and close to kinks."""
        again = self._trial(found.read, found.meanings, 1)
        if again.comparison.holds is False:
            return self._wrong(again)
        for numbers in self._close_to_kinks(found):
            there = compare(numbers, found.read, found.terms)
            if there.holds is False:
                return self._wrong(replace(found, comparison=there, numbers=numbers))
        remarks = (*found.comparison.remarks, *map(_read_as, found.read.remarks))
        if found.comparison.holds is None:
            return Outcome(Verdict.CONDITION, found.comparison.message, remarks)
        verdict = Verdict.REMARK if remarks else Verdict.OK
        return Outcome(
            verdict, None, remarks, None, found.comparison, found.terms, found.numbers,
            found.meanings,
        )  # fmt: skip

    def _close_to_kinks(self, found: Trial) -> list[Numbers]:
        """The numbers beside kinks, where a side bends and every name in it is declared."""
        if open_parts(found.terms) or not any(map(bends_of, found.terms)):
            return []
        return self.beside_kinks

    # ------------------------------------------------------------ undeclared symbols

    def _about_unknown(
        self, left: Node, right: Node, unknown: list[str], found: Trial | None, order: float
    ) -> Outcome:
        """An equation with symbols that nobody declared: a general rule, at best."""
        if found is not None and found.comparison.holds:
            confirmed = self._confirmed(found)
            if confirmed.good:
                return self._for_any(confirmed, unknown)
        if _is_rule(left, right):
            return rule(unknown)
        if self._about_numbers(left, right, unknown) and self._only_unknown(left, right):
            _, best, _ = self._attempt((left, right), order, {}, {})
            if best is not None and best.comparison.reason == "value":
                return self._wrong(best)
        message = Reason.of("derivation.undeclared", names=", ".join(unknown))
        return Outcome(Verdict.NOT_UNDERSTOOD, message, unknown=tuple(unknown))

    def _for_any(self, confirmed: Outcome, unknown: list[str]) -> Outcome:
        """It holds whatever the undeclared symbols are."""
        remarks = (*confirmed.remarks, Reason.of("derivation.for_any", names=", ".join(unknown)))
        return replace(confirmed, verdict=Verdict.REMARK, remarks=remarks, unknown=tuple(unknown))

    def _only_unknown(self, left: Node, right: Node) -> bool:
        return not any(
            isinstance(n, tree.Name)
            and (n.name in self.scope.variables or n.name in self.scope.definitions)
            for side in (left, right)
            for n in tree.walk(side)
        )

    def _about_numbers(self, left: Node, right: Node, unknown: list[str]) -> bool:
        """sigma'(x) = ...: one small letter and functions, so that it can be called wrong."""
        known = all(len(n) == 1 and n.islower() for n in unknown) and len(unknown) == 1
        return known and tree.holds(left, tree.Call) and not tree.holds(left, tree.Differential)

    def holds(self, left: Node | Expr, right: Node, order: float) -> bool:
        """Whether left = right holds strictly, with no liberty taken, at both draws."""
        nodes = (left, right) if isinstance(left, Node) else (right,)
        try:
            for read in readings(self.scope, order + 0.5, nodes):
                if read.liberties:
                    return False
                both = read if isinstance(left, Node) else replace(read, terms=(left, *read.terms))
                trial = self._best_sized(both, {})
                if trial.comparison.holds:
                    return bool(self._trial(both, {}, 1).comparison.holds)
        except (Misfit, Unreadable, KeyError, RecursionError):
            return False
        return False

    def evaluates(self, node: Node, order: float) -> Outcome | None:
        """None when an expression has a value; what is the matter with it otherwise."""
        try:
            read = next(readings(self.scope, order + 0.5, [node]))
            term = settled(read.terms[0], read.sizes)
            self._numbers(read, (term, term), 0).of(term)
        except Misfit as misfit:
            message = misfitting(misfit)
            sizes = Comparison(False, "sizes", message)
            return Outcome(Verdict.WRONG, message, at=misfit.at, comparison=sizes)
        except Unreadable as error:
            return unread(error)
        except (RecursionError, KeyError):
            return Outcome(Verdict.NOT_UNDERSTOOD, Reason.of("derivation.no_value"))
        return None

    def value(self, node: Node, order: float, draw: int = 0) -> tuple[Expr, Numbers] | None:
        """The usual reading of one expression and the numbers to evaluate it with."""
        try:
            read = next(readings(self.scope, order + 0.5, [node]))
            term = settled(read.terms[0], read.sizes)
            return term, self._numbers(read, (term, term), draw)
        except (Unreadable, Misfit, KeyError, RecursionError):
            return None


def _read_as(remark: Remark) -> Reason:
    return Reason.of("derivation.read_as", code=remark.code, said=remark.text)


def _is_rule(left: Node, right: Node) -> bool:
    kinds = (tree.Differential, tree.Derivative)
    return isinstance(tree.unwrapped(left), kinds) or isinstance(tree.unwrapped(right), kinds)


def _open_sizes(term: Expr) -> Iterator[str]:
    sizes = (term.kind.rows, term.kind.columns, *(size for _, size in term.kind.axes))
    for size in sizes:
        yield from (part for part in size.split("·") if part.startswith("?"))
