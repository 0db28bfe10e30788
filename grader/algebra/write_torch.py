"""Write an expression in PyTorch: `Torch({"X": "X"}, letters, shapes).of(e)`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .differentiate import slope
from .expressions import Expr, apply, is_constant, size, split
from .forms import CALL, ENTRYWISE, POWER, PRODUCT, SIGN, SUM, Written
from .functions import FUNCTIONS
from .write import Writer


class Torch(Writer):
    """As a person writes code; `shapes` says where the length of a size is found."""

    column = "torch"

    def __init__(
        self, names: Mapping[str, str], letters: Mapping[Expr, str], shapes: Mapping[str, str]
    ) -> None:
        super().__init__(names, letters)
        self.shapes = shapes

    def inside(self, e: Expr) -> Iterable[Expr]:
        """What it is computed from: of the derivative of a function, perhaps its value."""
        return [expanded(e)] if _is_derivative(e) else e.args

    # ------------------------------------------------------------ leaves

    def _number(self, e: Expr) -> Written:
        return _decimal(e.detail), SIGN if e.detail >= 0 else SUM

    def _size(self, e: Expr) -> Written:
        factors = str(e.detail).split("·")
        return " * ".join(map(self._length, factors)), CALL if len(factors) == 1 else ENTRYWISE

    def _length(self, letter: str) -> str:
        return self.shapes.get(letter, letter)

    def _ones(self, e: Expr) -> Written:
        return f"torch.ones({', '.join(map(self._length, size(e)))})", CALL

    def _identity(self, e: Expr) -> Written:
        return f"torch.eye({self._length(e.kind.rows)})", CALL

    # ------------------------------------------------------------ products

    def _times(self, e: Expr) -> Written:
        factor, rest = split(e)
        if factor == -1:
            return f"-{self.of(rest, ENTRYWISE)}", SUM
        if factor != 1 and rest.op == "power" and rest.detail == -1:
            return f"{_decimal(factor)} / {self.of(rest.args[0], CALL)}", ENTRYWISE
        x, y = e.args
        if y.op == "power" and y.detail == -1 and y not in self.letters:
            return f"{self.of(x, ENTRYWISE)} / {self.of(y.args[0], CALL)}", ENTRYWISE
        if any(expanded(f).op == "compare" for f in (x, y)):  # true and false do in a product
            return " * ".join(map(self._of_factor, (x, y))), ENTRYWISE
        # 2 * X @ W is 2 * (X @ W), but C * X @ W is not C * (X @ W).
        need = ENTRYWISE if x.op == "number" or y.op in ("times", "apply") else POWER
        return f"{self.of(x, ENTRYWISE)} * {self.of(y, need)}", ENTRYWISE

    def _of_factor(self, e: Expr) -> str:
        if e not in self.letters and expanded(e).op == "compare":
            return self._holds(expanded(e))
        return self.of(e, POWER if e.op == "matmul" else ENTRYWISE)

    def _matmul(self, e: Expr) -> Written:
        x, y = e.args
        return f"{self.of(x, PRODUCT)} @ {self.of(y, POWER)}", PRODUCT

    def _power(self, e: Expr) -> Written:
        (x,), exponent = e.args, e.detail
        if exponent == -1:
            return f"1 / {self.of(x, CALL)}", ENTRYWISE
        if exponent == 0.5:
            return self._apply(apply("sqrt", x))
        written = f"{exponent:g}" if exponent >= 0 else f"({exponent:g})"
        return f"{self.of(x, CALL)}**{written}", POWER

    # ------------------------------------------------------------ functions

    def _apply(self, e: Expr) -> Written:
        if _is_derivative(e):
            slope = expanded(e)
            return (self.letters[slope], SIGN) if slope in self.letters else self.written(slope)
        (x,), code = e.args, FUNCTIONS[e.detail[0]].torch
        if e.detail[0] == "sqrt" and is_constant(x):  # a length is no tensor
            return f"{self.of(x, CALL)}**0.5", POWER
        return code.replace("{}", self.of(x, SUM if "({})" in code else CALL)), CALL

    def _compare(self, e: Expr) -> Written:
        like = next(x for x in e.args if x.op != "number")
        return f"{self._holds(e)}.to({self.of(like, CALL)}.dtype)", CALL

    def _holds(self, e: Expr) -> str:
        x, y = (self.of(argument, ENTRYWISE) for argument in e.args)
        return f"({x} {e.detail} {y})"

    def _maximum(self, e: Expr) -> Written:
        number = next((x for x in e.args if x.op == "number"), None)
        if number:  # the larger of Z and 1 is Z where it is at least 1
            (x,) = (x for x in e.args if x is not number)
            bound = "min" if e.op == "maximum" else "max"
            return f"{self.of(x, CALL)}.clamp({bound}={self.of(number)})", CALL
        return f"torch.{e.op}({', '.join(map(self.of, e.args))})", CALL

    _minimum = _maximum


def _decimal(value: float) -> str:
    return f"{value:.12g}"


def _is_derivative(e: Expr) -> bool:
    return bool(e.op == "apply" and e.detail[1])


def expanded(e: Expr) -> Expr:
    """The derivative of a function by what it is made of; any other expression as it is."""
    if not _is_derivative(e):
        return e
    (x,), (function, primes) = e.args, e.detail
    return slope(apply(function, x, primes - 1))
