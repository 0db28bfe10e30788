r"""Derive a gradient as it is done on paper: `derivation(problem, "W")`, in Markdown.

    df = 2\langle H - Y, dH \rangle            what moves, met by its adjoint
       = 2\langle H - Y, \sigma'(Z) \odot dZ \rangle        one differential written out
       = 2\langle (H - Y) \odot \sigma'(Z), dZ \rangle      moved to the left, and so on

At each moment df is a sum of forms: an adjoint, and the differential of what it belongs to. The
latest of those is written out by the rule of its operation, as far as the next letter or the
variable asked; then the factors are moved to the other side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from grader.algebra.constructors import (
    added,
    apply,
    matmul,
    number,
    ones,
    plus,
    power,
    scaled,
    split,
    times,
    total,
    transpose,
)
from grader.algebra.expressions import Expr, is_constant, is_number, make, size
from grader.algebra.parts import parts
from grader.author.letters import leaf_of, letters_of, root_of, summing_to_1, used_in
from grader.author.terms import depends, inner, tidy
from grader.author.tex import Tex, Unwritable
from grader.diagnosis.gradient import RULES
from grader.problem import Problem

Turn = Callable[[Expr], Expr]
NUMBERS = ("plus", "times", "squares")  # passed over in silence while df is still a number's


@dataclass(frozen=True)
class Way:
    """One way by which what moves below changes what stands above."""

    target: Expr
    forward: Turn  # the differential above, given the target's
    backward: Turn  # the target's adjoint, given the one above


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
    writer = Tex(problem, letters)
    steps, gradient = Chain(root, leaf, letters, at_once, summing_to_1(problem)).run()
    return _text(problem, variable, writer, steps, gradient)


def _text(problem: Problem, variable: str, writer: Tex, steps: list[Expr], found: Expr) -> str:
    lines = _without_repeats([writer.of(step) for step in steps])
    name = problem.variables[variable].name
    used = used_in([*steps, found], writer.letters)
    defined = [f"${writer.letters[term]} = {writer.written_out(term)}$" for term in used]
    let = f"Let {_listed(defined)}. " if defined else ""
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


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


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
            self._pass_on(term, self._silently(term))
            return
        adjoint = self.forms[term]
        if term is not self.root:
            yield self._sum()
        ways = list(self._ways(term))
        written = _sum_of([way.forward(self._d(way.target)) for way in ways])
        yield self._sum({term: form(adjoint, written)})
        self._pass_on(term, ways)

    def _silently(self, term: Expr) -> list[Way]:
        """To the arguments of a sum of numbers, or from a norm's square to its inside."""
        ways = []
        for which, argument in enumerate(term.args):
            if depends(argument, self.leaf):
                ways.append(Way(argument, lambda x: x, passing(term, which)))
        return ways

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
        return _sum_of([way.forward(self._d(way.target)) for way in self._ways(term)])

    def _ways(self, term: Expr) -> Iterator[Way]:
        """Down to the next letters and the variable itself."""
        for which, argument in enumerate(term.args):
            if depends(argument, self.leaf):
                forward, backward = spreading(term, which), passing(term, which)
                if argument is self.leaf or argument in self.letters:
                    yield Way(argument, forward, backward)
                    continue
                for way in self._ways(argument):
                    yield Way(way.target, _after(forward, way.forward),
                              _after(way.backward, backward))  # fmt: skip


def _after(last: Turn, first: Turn) -> Turn:
    return lambda term: last(first(term))


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


# ------------------------------------------------------------------ one operation


def passing(term: Expr, which: int) -> Turn:
    """How the adjoint of a term becomes that of one of its arguments."""
    if term.op not in RULES or term.kind.axes or any(a.kind.axes for a in term.args):
        raise Unwritable(term.op)
    if term.op == "trace":
        return lambda g: times(g, make("identity", (), size(term.args[0])))
    if term.op == "apply" and term.args[0].op == "determinant" and term.detail == ("log", 0):
        return lambda g: times(g, power(term.args[0], -1.0))
    return lambda g: RULES[term.op](term, g)[which][1]


def spreading(term: Expr, which: int) -> Turn:
    """How the differential of one argument changes the term."""
    rule = SPREAD.get(term.op)
    if rule is None:
        raise Unwritable(term.op)
    return lambda dx: rule(term, which, dx)


def _of_plus(term: Expr, which: int, dx: Expr) -> Expr:
    dx = _spread(dx, term.args[which], term)
    return scaled(term.detail, dx) if which else dx


def _spread(dx: Expr, x: Expr, term: Expr) -> Expr:
    """The differential of a row that is added to every row, or of a number added to all."""
    rows, columns = term.kind.rows, term.kind.columns
    if x.kind.rows == "1" != rows:
        dx = (
            matmul(ones((rows, "1")), dx) if x.kind.columns != "1" else times(dx, ones((rows, "1")))
        )
    if x.kind.columns == "1" != columns:
        dx = matmul(dx, ones(("1", columns)))
    return dx


def _of_times(term: Expr, which: int, dx: Expr) -> Expr:
    other = term.args[1 - which]
    return times(other, dx)


def _of_matmul(term: Expr, which: int, dx: Expr) -> Expr:
    x, y = term.args
    return matmul(x, dx) if which else matmul(dx, y)


def _of_apply(term: Expr, which: int, dx: Expr) -> Expr:
    (x,), (function, primes) = term.args, term.detail
    return times(tidy(apply(function, x, primes + 1)), dx)


def _of_power(term: Expr, which: int, dx: Expr) -> Expr:
    return scaled(term.detail, times(power(term.args[0], term.detail - 1), dx))


def _of_inverse(term: Expr, which: int, dx: Expr) -> Expr:
    return scaled(-1, matmul(matmul(term, dx), term))


def _of_trace(term: Expr, which: int, dx: Expr) -> Expr:
    factor, rest = split(dx)
    return scaled(factor, make("trace", (rest,), ("1", "1")))


def _of_total(term: Expr, which: int, dx: Expr) -> Expr:
    factor, rest = split(dx)
    if term.detail == "all" and rest.op == "times" and not is_number(rest.args[0]):
        return scaled(factor, inner(*rest.args))
    return total(dx, term.detail)


def _of_determinant(term: Expr, which: int, dx: Expr) -> Expr:
    (x,) = term.args
    return times(term, make("trace", (matmul(make("inverse", (x,), size(x)), dx),), ("1", "1")))


def _of_softmax(term: Expr, which: int, dx: Expr) -> Expr:
    mean = total(times(term, dx), term.detail)
    spread = matmul(mean, ones(("1", term.kind.columns)))
    return times(term, plus(dx, scaled(-1, spread)))


def _of_logsumexp(term: Expr, which: int, dx: Expr) -> Expr:
    (x,) = term.args
    return total(times(make("softmax", (x,), size(x), term.detail), dx), term.detail)


SPREAD: dict[str, Callable[[Expr, int, Expr], Expr]] = {
    "plus": _of_plus, "times": _of_times, "matmul": _of_matmul, "apply": _of_apply,
    "power": _of_power, "inverse": _of_inverse, "trace": _of_trace, "total": _of_total,
    "determinant": _of_determinant, "softmax": _of_softmax,
    "transpose": lambda term, which, dx: transpose(dx), "logsumexp": _of_logsumexp,
}  # fmt: skip
