"""Write the slope of a function as an expression of one entry: that of tanh is `1 - F**2`.

`Z` is the function's argument and `F` its own value there. An expression is read by `fold`: as an
array, as a term, or as whatever else has these few operations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Slope:
    """One operation on expressions; `detail` is what it needs to know besides."""

    op: str
    args: tuple[Slope, ...] = ()
    detail: Any = None

    def __add__(self, other: Slope | float) -> Slope:
        return _plus(self, _slope(other), 1)

    def __radd__(self, other: float) -> Slope:
        return _plus(_slope(other), self, 1)

    def __sub__(self, other: Slope | float) -> Slope:
        return _plus(self, _slope(other), -1)

    def __rsub__(self, other: float) -> Slope:
        return _plus(_slope(other), self, -1)

    def __mul__(self, other: Slope | float) -> Slope:
        return _times(self, _slope(other))

    __rmul__ = __mul__

    def __neg__(self) -> Slope:
        return self * -1

    def __truediv__(self, other: Slope | float) -> Slope:
        return self * _slope(other) ** -1

    def __rtruediv__(self, other: float) -> Slope:
        return other * self**-1

    def __pow__(self, exponent: float) -> Slope:
        if self.op == "number":
            return number(self.detail**exponent)
        return self if exponent == 1 else Slope("power", (self,), float(exponent))

    def __gt__(self, other: float) -> Slope:
        return Slope("compare", (self, number(other)), ">")

    def __le__(self, other: float) -> Slope:
        return Slope("compare", (self, number(other)), "<=")

    def parts(self) -> Iterator[Slope]:
        """All expressions in it, itself first."""
        yield self
        for argument in self.args:
            yield from argument.parts()


Z, F = Slope("argument"), Slope("value")


def number(value: float) -> Slope:
    return Slope("number", (), float(value))


def of(function: str, x: Slope, primes: int = 0) -> Slope:
    """A function of the table, or its derivative, of an expression."""
    return Slope("apply", (x,), (function, primes))


def least(x: Slope, y: float) -> Slope:
    return Slope("minimum", (x, number(y)))


def _slope(x: Slope | float) -> Slope:
    return x if isinstance(x, Slope) else number(x)


def _plus(x: Slope, y: Slope, sign: int) -> Slope:
    if y == number(0):
        return x
    if x == number(0):
        return y * sign
    return Slope("plus", (x, y), sign)


def _times(x: Slope, y: Slope) -> Slope:
    """A product with its number in front."""
    (a, x), (b, y) = _split(x), _split(y)
    product = y if x == number(1) else x if y == number(1) else Slope("times", (x, y))
    if a * b == 0 or product == number(1):
        return number(a * b)
    return product if a * b == 1 else Slope("times", (number(a * b), product))


def _split(x: Slope) -> tuple[float, Slope]:
    """The number in front, and the rest."""
    if x.op == "number":
        return x.detail, number(1)
    if x.op == "times" and x.args[0].op == "number":
        return x.args[0].detail, x.args[1]
    return 1.0, x


def multiple_of_one_function(slope: Slope) -> bool:
    """Whether a slope is known as another function: the sine's is the cosine."""
    rest = _split(slope)[1]
    return rest == F or (rest.op == "apply" and rest.args == (Z,))


def fold(slope: Slope, ways: Mapping[str, Callable[..., Any]], z: Any, value: Any) -> Any:
    """The expression by other operations, of this argument and this value of the function."""
    if slope == Z:
        return z
    if slope == F:
        return value
    args = [fold(argument, ways, z, value) for argument in slope.args]
    detail = () if slope.detail is None else (slope.detail,)
    return ways[slope.op](*args, *detail)


def differentiated(x: Slope, slope: Slope) -> Slope:
    """The derivative of an expression by Z, where F has the given slope."""
    if x in (Z, F):
        return number(1) if x == Z else slope
    below = [differentiated(argument, slope) for argument in x.args]
    return DERIVED[x.op](x, *below)


def _of_product(x: Slope, dy: Slope, dz: Slope) -> Slope:
    y, z = x.args
    return dy * z + y * dz


def _of_power(x: Slope, dy: Slope) -> Slope:
    exponent: float = x.detail
    return exponent * x.args[0] ** (exponent - 1) * dy


DERIVED: dict[str, Callable[..., Slope]] = {
    "number": lambda x: number(0),
    "compare": lambda x, dy, _: number(0),
    "plus": lambda x, dy, dz: _plus(dy, dz, x.detail),
    "times": _of_product,
    "power": _of_power,
    "minimum": lambda x, dy, _: Slope("compare", x.args, "<=") * dy,
    "apply": lambda x, dy: of(x.detail[0], x.args[0], x.detail[1] + 1) * dy,
}
