r"""Derive a gradient as it is done on paper: `derivation(problem, "W")`, in Markdown.

    df = 2\langle H - Y, dH \rangle            what moves, met by its adjoint
       = 2\langle H - Y, \sigma'(Z) \odot dZ \rangle        one differential written out
       = 2\langle (H - Y) \odot \sigma'(Z), dZ \rangle      moved to the left, and so on

At each moment df is a sum of forms: an adjoint, and the differential of what it belongs to. The
latest of those is written out by the rule of its operation, as far as the next letter or the
variable asked; then the factors are moved to the other side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from grader.algebra.differentiate import ways
from grader.algebra.expressions import (
    Expr,
    added,
    is_constant,
    is_number,
    make,
    number,
    plus,
    scaled,
    size,
    split,
    times,
)
from grader.algebra.forms import Unwritable
from grader.algebra.linear import Way
from grader.algebra.matrices import inner
from grader.algebra.parts import parts
from grader.algebra.tidy import tidy
from grader.algebra.write_latex import Latex
from grader.author.letters import leaf_of, letters_of, names_of, root_of, summing_to_1, used_in
from grader.problem import Problem
from grader.problem.statement import listed

NUMBERS = ("plus", "times", "squares")  # passed over in silence while df is still a number's


def derivation(problem: Problem, variable: str, at_once: bool = False) -> str:
    """The derivation of one gradient; Unwritable where the formula does not allow one.

    With `at_once` each differential is written out down to the variable from the start. That is
    needed where another variable also stands in terms that do not move: dH would bring it along.
    """
    root = root_of(problem)
    leaf = leaf_of(root, problem, variable)
    if leaf is None:
        raise Unwritable(f"{variable} does not stand in the formula")
    named = letters_of(problem, root)
    letters = {term: letter for term, letter in named.items() if not is_constant(term)}
    writer = Latex(names_of(problem), letters)
    steps, gradient = Chain(root, leaf, letters, at_once, summing_to_1(problem)).run()
    return _text(problem, variable, writer, steps, gradient)


def _text(problem: Problem, variable: str, writer: Latex, steps: list[Expr], found: Expr) -> str:
    lines = _without_repeats([writer.of(step) for step in steps])
    name = problem.variables[variable].name
    used = used_in([*steps, found], writer.letters)
    defined = [f"${writer.letters[term]} = {writer.written_out(term)}$" for term in used]
    let = f"Let {listed(defined)}. " if defined else ""
    moves = f"Only ${name}$ moves." if len(problem.variables) > 1 else ""
    opening = f"{let}{moves}".strip()
    ending = (
        rf"$$\frac{{\partial {problem.name}}}{{\partial {name}}} = {writer.of(positive(found))}$$"
    )
    return "\n\n".join(filter(None, [opening, _aligned(f"d{problem.name}", lines), ending]))


def _aligned(left: str, lines: list[str]) -> str:
    if len(lines) == 1:
        return f"$${left} = {lines[0]}$$"
    indent = " " * len(left)
    rows = [f"{left if i == 0 else indent} &= {line}" for i, line in enumerate(lines)]
    body = " \\\\\n".join(rows)
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"


def _without_repeats(lines: list[str]) -> list[str]:
    return [line for i, line in enumerate(lines) if i == 0 or line != lines[i - 1]]


# ------------------------------------------------------------------ the chain


class Chain:
    """The steps from df to the variable's own differential."""

    def __init__(
        self,
        root: Expr,
        leaf: Expr,
        letters: Mapping[Expr, str],
        at_once: bool = False,
        sums: frozenset[str] = frozenset(),  # the variables whose rows sum to 1
    ) -> None:
        self.root, self.leaf, self.letters = root, leaf, letters
        self.at_once, self.sums = at_once, sums
        self.order = {term: place for place, term in enumerate(parts(root))}
        self.forms: dict[Expr, Expr] = {root: number(1)}  # what moves, and its adjoint
        self.moving = moved_by(leaf, root)
        if root not in self.moving:
            raise Unwritable("the gradient is zero everywhere")

    def run(self) -> tuple[list[Expr], Expr]:
        """The right sides of df = ..., and the gradient."""
        steps: list[Expr] = []
        while self._latest() is not None:
            steps += self._expanded()
        steps.append(self._sum())
        return steps, self.forms[self.leaf]

    def _latest(self) -> Expr | None:
        """What is written out next: sums of numbers, then what depends on all others."""
        waiting = [term for term in self.forms if term is not self.leaf]
        silent = [term for term in waiting if self._is_plain_number(term) and term.op in NUMBERS]
        return max(silent or waiting, key=self.order.__getitem__, default=None)

    def _is_plain_number(self, term: Expr) -> bool:
        return is_number(term) and term not in self.letters and term is not self.leaf

    def _expanded(self) -> Iterator[Expr]:
        term = self._latest()
        assert term is not None
        if self._is_plain_number(term) and term.op in NUMBERS:
            self._pass_on(term, list(self._moving(term)))
            return
        adjoint = self.forms[term]
        if term is not self.root:
            yield self._sum()
        ways = list(self._ways(term))
        written = self._moved(ways)
        yield self._sum({term: form(adjoint, written)})
        self._pass_on(term, ways)

    def _moving(self, term: Expr) -> Iterator[Way]:
        """To the arguments that the variable moves; Unwritable where only autograd knows."""
        known = ways(term)
        if known is None:
            raise Unwritable(term.op)
        yield from (way for way in known if way.target in self.moving)

    def _pass_on(self, term: Expr, ways: list[Way]) -> None:
        adjoint = self.forms.pop(term)
        for way in ways:
            before = self.forms.get(way.target)
            passed = tidy(way.backward(adjoint), self.sums)
            self.forms[way.target] = plus(passed, before) if before else passed

    def _sum(self, instead: Mapping[Expr, Expr] | None = None) -> Expr:
        """All forms added, one of them perhaps written otherwise."""
        later = sorted(self.forms, key=self.order.__getitem__, reverse=True)
        return _sum_of([(instead or {}).get(t) or form(self.forms[t], self._d(t)) for t in later])

    def _d(self, term: Expr) -> Expr:
        """The differential of a term: as a sign, or written out."""
        if term is self.leaf or not (self.at_once or self._is_plain_number(term)):
            return d(term)
        return self._moved(self._ways(term))

    def _ways(self, term: Expr) -> Iterator[Way]:
        """Down to the next letters and the variable itself."""
        for way in self._moving(term):
            if way.target is self.leaf or way.target in self.letters:
                yield way
            else:
                for below in self._ways(way.target):
                    yield Way(below.target, (*below.maps, *way.maps))

    def _moved(self, ways: Iterable[Way]) -> Expr:
        """The differential of what moves in these ways."""
        return _sum_of([tidy(way.forward(self._d(way.target)), self.sums) for way in ways])


def moved_by(leaf: Expr, root: Expr) -> set[Expr]:
    """The parts that a variable moves; one that compares with it jumps, and does not move."""
    found = {leaf}
    for term in parts(root):
        known = ways(term)
        below = term.args if known is None else [way.target for way in known]
        if not found.isdisjoint(below):
            found.add(term)
    return found


def _sum_of(terms: list[Expr]) -> Expr:
    return added([split(term) for term in terms])


def positive(term: Expr) -> Expr:
    """A negative multiple of a difference, turned about: 2(Y - H) for -2(H - Y)."""
    factor, rest = split(term)
    if factor < 0 and rest.op == "plus" and rest.detail < 0 and split(rest.args[1])[0] > 0:
        x, y = rest.args
        return scaled(-factor, make("plus", (y, x), size(rest), -1))
    return term


def d(term: Expr) -> Expr:
    """The differential of a term, of the term's sizes."""
    return make("differential", (term,), size(term))


def form(adjoint: Expr, differential: Expr) -> Expr:
    """An adjoint times a differential, a number."""
    if is_number(differential):
        return times(adjoint, differential)
    return inner(adjoint, differential)
