"""Write a gradient in PyTorch: `gradient_code(problem, "W")` are the lines of a function's body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grader.algebra.differentiate import adjoints, slope
from grader.algebra.expressions import Expr, apply, is_number, size, split
from grader.algebra.functions import FUNCTIONS
from grader.author.derivation import Chain, positive
from grader.author.letters import leaf_of, letters_of, root_of, summing_to_1, used_in
from grader.author.terms import tidy
from grader.author.tex import Unwritable
from grader.latex.names import canonical
from grader.problem import Problem

SUM, PRODUCT, POWER, ATOM = range(4)  # how tightly a piece of code holds together


def gradient_code(problem: Problem, variable: str) -> list[str]:
    """The lines that compute the gradient and return it; Unwritable where there are none."""
    root = root_of(problem)
    leaf = leaf_of(root, problem, variable)
    if leaf is None:
        raise Unwritable(f"{variable} does not stand in the formula")
    letters = letters_of(problem, root)
    gradient = positive(_gradient(root, leaf, letters, summing_to_1(problem)))
    writer = Torch(problem, letters)
    result = writer.of(gradient)
    used = used_in([gradient], letters, writer.inside)
    lines = [f"{letters[term]} = {writer.written_out(term)}" for term in used]
    if is_number(leaf):  # sums have no dimension, a number of a problem has two
        result = f"({result}).reshape(1, 1)"
    return [*lines, f"return {result}"]


def _gradient(root: Expr, leaf: Expr, letters: Mapping[Expr, str], sums: frozenset[str]) -> Expr:
    """As the derivation finds it, or else as plain rules do."""
    try:
        return Chain(root, leaf, letters, sums=sums).run()[1]
    except Unwritable:
        return tidy(adjoints(root)[leaf], sums)


class Torch:
    """How the terms of one problem are written in PyTorch."""

    def __init__(self, problem: Problem, letters: Mapping[Expr, str]) -> None:
        self.problem = problem
        self.names = {canonical(v.name): name for name, v in problem.variables.items()}
        self.letters = letters

    def inside(self, term: Expr) -> Iterable[Expr]:
        """What a term is computed from: of the derivative of a function, perhaps its value."""
        return [_expanded(term)] if _is_derivative(term) else term.args

    def of(self, term: Expr, at_least: int = SUM) -> str:
        """The term, by its letter if it has one; in brackets unless it holds together so well."""
        if term in self.letters:
            return self.letters[term]
        text, tightness = self._written(term)
        return text if tightness >= at_least else f"({text})"

    def written_out(self, term: Expr) -> str:
        return self._written(term)[0]

    def _written(self, term: Expr) -> tuple[str, int]:
        write = getattr(self, f"_{term.op}", None)
        if write is None or term.kind.axes:
            raise Unwritable(term.op)
        text: tuple[str, int] = write(term)
        return text

    # ------------------------------------------------------------ leaves

    def _leaf(self, term: Expr) -> tuple[str, int]:
        return self.names[term.detail], ATOM

    def _number(self, term: Expr) -> tuple[str, int]:
        return _decimal(term.detail), ATOM if term.detail >= 0 else SUM

    def _size(self, term: Expr) -> tuple[str, int]:
        factors = str(term.detail).split("·")
        return " * ".join(map(self._length, factors)), ATOM if len(factors) == 1 else PRODUCT

    def _length(self, letter: str) -> str:
        for name, variable in self.problem.variables.items():
            for axis, said in enumerate((variable.rows, variable.columns)):
                if said == letter:
                    return f"{name}.shape[{axis}]"
        return letter

    def _ones(self, term: Expr) -> tuple[str, int]:
        rows, columns = map(self._length, size(term))
        return f"torch.ones({rows}, {columns})", ATOM

    def _identity(self, term: Expr) -> tuple[str, int]:
        return f"torch.eye({self._length(term.kind.rows)})", ATOM

    # ------------------------------------------------------------ sums and products

    def _plus(self, term: Expr) -> tuple[str, int]:
        x, y = term.args
        sign, least = ("+", SUM) if term.detail > 0 else ("-", PRODUCT)
        return f"{self.of(x)} {sign} {self.of(y, least)}", SUM

    def _times(self, term: Expr) -> tuple[str, int]:
        factor, rest = split(term)
        if factor == -1:
            return f"-{self.of(rest, PRODUCT)}", SUM
        if factor != 1 and rest.op == "power" and rest.detail == -1:
            return f"{_decimal(factor)} / {self.of(rest.args[0], ATOM)}", PRODUCT
        x, y = term.args
        if y.op == "power" and y.detail == -1 and y not in self.letters:
            return f"{self.of(x, PRODUCT)} / {self.of(y.args[0], ATOM)}", PRODUCT
        if any(_expanded(f).op == "compare" for f in (x, y)):  # true and false do in a product
            return " * ".join(map(self._of_factor, (x, y))), PRODUCT
        # 2 * X @ W is 2 * (X @ W), but C * X @ W is not C * (X @ W).
        least = PRODUCT if x.op == "number" or y.op in ("times", "apply") else POWER
        return f"{self.of(x, PRODUCT)} * {self.of(y, least)}", PRODUCT

    def _of_factor(self, term: Expr) -> str:
        if term not in self.letters and _expanded(term).op == "compare":
            return self._holds(_expanded(term))
        return self.of(term, POWER if term.op == "matmul" else PRODUCT)

    def _matmul(self, term: Expr) -> tuple[str, int]:
        x, y = term.args
        left = self.of(x, PRODUCT if x.op == "matmul" else POWER)
        return f"{left} @ {self.of(y, POWER)}", PRODUCT

    def _transpose(self, term: Expr) -> tuple[str, int]:
        return f"{self.of(term.args[0], ATOM)}.T", ATOM

    def _inverse(self, term: Expr) -> tuple[str, int]:
        return f"torch.linalg.inv({self.of(term.args[0])})", ATOM

    def _determinant(self, term: Expr) -> tuple[str, int]:
        return f"torch.linalg.det({self.of(term.args[0])})", ATOM

    def _power(self, term: Expr) -> tuple[str, int]:
        (x,), exponent = term.args, term.detail
        if exponent == -1:
            return f"1 / {self.of(x, ATOM)}", PRODUCT
        if exponent == 0.5:
            return f"torch.sqrt({self.of(x)})", ATOM
        return f"{self.of(x, ATOM)}**{self._exponent(exponent)}", POWER

    def _exponent(self, exponent: float) -> str:
        return f"{exponent:g}" if exponent >= 0 else f"({exponent:g})"

    # ------------------------------------------------------------ functions

    def _apply(self, term: Expr) -> tuple[str, int]:
        if _is_derivative(term):
            slope = _expanded(term)
            return (self.letters[slope], ATOM) if slope in self.letters else self._written(slope)
        code = FUNCTIONS[term.detail[0]].torch
        inside = self.of(term.args[0], SUM if "({})" in code else ATOM)
        return code.replace("{}", inside), ATOM

    def _compare(self, term: Expr) -> tuple[str, int]:
        like = next(x for x in term.args if x.op != "number")
        return f"{self._holds(term)}.to({self.of(like, ATOM)}.dtype)", ATOM

    def _holds(self, term: Expr) -> str:
        x, y = (self.of(argument, PRODUCT) for argument in term.args)
        return f"({x} {term.detail} {y})"

    def _maximum(self, term: Expr) -> tuple[str, int]:
        number = next((x for x in term.args if x.op == "number"), None)
        if number:  # the larger of Z and 1 is Z where it is at least 1
            (x,) = (x for x in term.args if x is not number)
            bound = "min" if term.op == "maximum" else "max"
            return f"{self.of(x, ATOM)}.clamp({bound}={self.of(number)})", ATOM
        return f"torch.{term.op}({', '.join(map(self.of, term.args))})", ATOM

    _minimum = _maximum

    def _softmax(self, term: Expr) -> tuple[str, int]:
        return f"{self.of(term.args[0], ATOM)}.softmax({_axis(term)})", ATOM

    def _logsumexp(self, term: Expr) -> tuple[str, int]:
        return f"{self.of(term.args[0], ATOM)}.logsumexp({_axis(term)}, keepdim=True)", ATOM

    def _trace(self, term: Expr) -> tuple[str, int]:
        return f"({self.of(term.args[0])}).trace()", ATOM

    def _squares(self, term: Expr) -> tuple[str, int]:
        return f"{self.of(term.args[0], ATOM)}.square().sum()", ATOM

    def _total(self, term: Expr) -> tuple[str, int]:
        (x,) = term.args
        if term.detail == "all":
            return f"{self.of(x, ATOM)}.sum()", ATOM
        return f"{self.of(x, ATOM)}.sum({_axis(term)}, keepdim=True)", ATOM


def _decimal(value: float) -> str:
    return f"{value:.12g}"


def _axis(term: Expr) -> int:
    return 0 if term.detail == "rows" else 1


def _is_derivative(term: Expr) -> bool:
    return bool(term.op == "apply" and term.detail[1])


def _expanded(term: Expr) -> Expr:
    """The derivative of a function by what it is made of; any other term as it is."""
    if not _is_derivative(term):
        return term
    (x,), (function, primes) = term.args, term.detail
    return tidy(slope(apply(function, x, primes - 1)))
