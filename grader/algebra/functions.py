r"""The functions that work entry by entry: `FUNCTIONS["swish"]` is the row of `silu`.

A row says all that is known of a function, and is the only place that does. Reading, values,
derivations, diagnosis, LaTeX and code ask the table when they need it: a new function is a new row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .expressions import Expr, apply, both, make, number, plus, power, scaled, split, times
from .parts import parts, rebuilt

if TYPE_CHECKING:
    from torch import Tensor

Array = NDArray[Any]


# ------------------------------------------------------------------ slopes

Slope = Expr  # of one entry: that of tanh is `1 - F**2`
Z, F = make("leaf", (), ("1", "1"), "z"), make("leaf", (), ("1", "1"), "f")  # argument and value


def of(function: str, x: Expr, primes: int = 0) -> Expr:
    """A function of the table, or its derivative, of an expression."""
    return apply(function, x, primes)


def least(x: Expr, y: float) -> Expr:
    return both("minimum", x, number(y))


def function_of(e: Expr) -> Expr:
    """The function that a derivative belongs to, of the same argument."""
    (z,) = e.args
    return apply(e.detail[0], z)


def multiple_of_one_function(slope: Slope) -> bool:
    """Whether a slope is known as another function: the sine's is the cosine."""
    rest = split(slope)[1]
    return rest is F or (rest.op == "apply" and rest.args == (Z,))


def written(slope: Slope, z: Expr, value: Expr) -> Expr:
    """A slope for all entries of z, and of the function's value there."""
    return rebuilt(slope, {Z: z, F: value}, lambda e, args: ENTRYWISE[e.op](e, *args))


ENTRYWISE: dict[str, Callable[..., Expr]] = {
    "number": lambda e: e,
    "plus": lambda e, x, y: plus(x, scaled(e.detail, y)),
    "times": lambda e, x, y: times(x, y),
    "power": lambda e, x: power(x, e.detail),
    "apply": lambda e, x: apply(e.detail[0], x, e.detail[1]),
    "compare": lambda e, x, y: both("compare", x, y, e.detail),
    "minimum": lambda e, x, y: both("minimum", x, y),
}


@dataclass(frozen=True, eq=False)
class Function:
    """What there is to know of a function."""

    name: str
    value: Callable[[Array], Array]  # overflows only where the value does
    slope: Slope
    torch: str  # as a person writes it; {} is the argument
    oracle: str = ""  # as it is computed, where that is not what a person writes
    spellings: tuple[str, ...] = ()  # besides the name, in small letters
    latex: str = ""  # the sign that its primes hang on
    applied: str = ""  # the sign with its argument {}, where that is not sign({})
    word: str = ""  # its name in a sentence
    meaning: str = ""  # a definition, where a task had better give it
    kink: bool = False  # it or its slope jumps at 0
    positive: bool = False  # of positive numbers only
    plain: bool = False  # its derivative is always written out
    odd: bool = False  # f(-z) = -f(z)
    mirror: tuple[str, int] | None = None  # what s f(-z) is said to be, and s
    kin: tuple[str, ...] = ()  # what it is taken for
    wrong_slopes: tuple[Slope, ...] = ()  # what its slope is taken for
    slope_by_value: Slope | None = None  # where the slope can, but need not, be written so

    @property
    def polynomial(self) -> bool:
        """Whether no number saturates it."""
        return {part.op for part in parts(self.slope)} == {"number", "times", "leaf"}

    @property
    def written_out(self) -> bool:
        """Whether its derivative is written without a prime: 1/z of log z, or cos of sin."""
        return self.plain or multiple_of_one_function(self.slope)

    @property
    def through_value(self) -> Slope | None:
        """The slope by the function's value alone, as s (1 - s); None if it cannot be."""
        return self.slope_by_value or (None if Z in parts(self.slope) else self.slope)

    def in_latex(self, z: str, primes: int = 0) -> str:
        """The function, or its derivative, of an argument."""
        if self.applied and not primes:
            return self.applied.replace("{}", z)
        sign = self.latex or rf"\operatorname{{{self.name}}}"
        return f"{sign}{chr(39) * primes}({z})"


@cache
def on_tensors(function: Function) -> Callable[[Tensor], Tensor]:
    """The function in torch, differentiable by autograd."""
    import torch

    code = (function.oracle or function.torch).replace("{}", "z")
    computed: Callable[[Tensor], Tensor] = eval(f"lambda z: {code}", {"torch": torch})
    return computed


# ------------------------------------------------------------------ the table


def _products(but: Iterable[tuple[int, ...]]) -> Iterable[Slope]:
    """Products of f, 1 - f and 1 + f, but some: f (1 + f), 1 - f^2, f (1 - f)^2 and the like."""
    named = ((0, 0, 0), (1, 0, 0))  # left out, and f for its derivative, have names of their own
    for exponents in product((0, 1, 2), (0, 1, 2), (0, 1)):
        if exponents not in (*but, *named):
            factors = zip((F, 1 - F, 1 + F), exponents, strict=True)
            yield math.prod((x**e for x, e in factors if e), start=number(1))


def _sigmoid(z: Array) -> Array:
    share: Array = np.exp(-np.logaddexp(0.0, -z))
    return share


_error_function = np.vectorize(math.erf, otypes=[float])
_BELOW = 0.5 * (1 + of("erf", Z / math.sqrt(2)))  # the share of a normal distribution below z
_DENSITY = of("exp", -(Z**2) / 2) / math.sqrt(2 * math.pi)
_SIGMOID = of("sigmoid", Z)
_LEAKY = tuple((1 - a) * of("relu", Z, 1) + a for a in (0.01, 0.1))
_NEURONS = ("sigmoid", "tanh", "relu")  # for which any function that bends may be taken

ROWS = (
    Function("relu", lambda z: np.where(z > 0, z, 0.0), Z > 0, "{}.clamp(min=0)",
             oracle="torch.relu({})",  # whose slope at 0 is 0; that of a clamp is 1
             latex=r"\max", applied=r"\max({}, 0)", word="max", kink=True, mirror=("min", -1),
             kin=("sigmoid", "tanh", "softplus", "abs"), slope_by_value=F > 0,
             wrong_slopes=(Z <= 0, of("sign", Z), Z, Z > 1, least(F, 1), *_LEAKY)),
    Function("sigmoid", _sigmoid, F * (1 - F), "torch.sigmoid({})",
             spellings=("logistic", "sigm", "sgm"), latex=r"\sigma", word="σ",
             meaning=r"\sigma(z) = 1/(1 + e^{-z})", mirror=("1 - {}", 1), kin=("tanh", "relu"),
             wrong_slopes=(*_products([(1, 1, 0), (2, 2, 0)]), F - 1, of("exp", -Z), Z)),
    Function("tanh", np.tanh, 1 - F**2, "torch.tanh({})", latex=r"\tanh", odd=True,
             kin=("sigmoid", "relu"),
             wrong_slopes=(*_products([(0, 1, 1)]), 1 + F**2, F**-2, 1 - Z**2, Z)),
    Function("softplus", lambda z: np.logaddexp(z, 0.0), _SIGMOID,
             "torch.nn.functional.softplus({})", kin=_NEURONS,
             oracle="torch.nn.functional.softplus({}, threshold=60)",  # 20 leaves out 2e-9
             meaning=r"\operatorname{softplus}(z) = \log(1 + e^z)"),
    Function("silu", lambda z: z * _sigmoid(z), _SIGMOID + F * (1 - _SIGMOID),
             "torch.nn.functional.silu({})", spellings=("swish",), kin=_NEURONS,
             meaning=r"\operatorname{silu}(z) = z/(1 + e^{-z})"),
    Function("gelu", lambda z: z * 0.5 * (1 + _error_function(z / math.sqrt(2))),
             _BELOW + Z * _DENSITY, "torch.nn.functional.gelu({})", kin=_NEURONS,
             meaning=r"\operatorname{gelu}(z) = z(1 + \operatorname{erf}(z/\sqrt{2}))/2"),
    Function("elu", lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0.0))),
             of("exp", least(Z, 0)), "torch.nn.functional.elu({})", kin=_NEURONS,
             meaning=r"\operatorname{elu}(z)$ is $z$ where $z > 0$, otherwise $e^z - 1"),
    Function("leakyrelu", lambda z: np.where(z > 0, z, 0.01 * z), 0.01 + 0.99 * (Z > 0),
             "torch.nn.functional.leaky_relu({})", kink=True, kin=_NEURONS,
             meaning=r"\operatorname{leakyrelu}(z)$ is $z$ where $z > 0$, otherwise $0.01z"),
    Function("abs", np.abs, of("sign", Z), "{}.abs()", kink=True),
    Function("sign", np.sign, number(0), "{}.sign()", spellings=("sgn",), kink=True, odd=True),
    Function("step", lambda z: (z > 0) * 1.0, number(0), "({} > 0).to({}.dtype)", kink=True,
             meaning=r"\operatorname{step}(z)$ is $1$ where $z > 0$, otherwise $0"),
    Function("exp", np.exp, F, "torch.exp({})", latex=r"\exp", plain=True),
    Function("log", np.log, 1 / Z, "torch.log({})", spellings=("ln",), latex=r"\log",
             positive=True, plain=True),
    Function("log2", np.log2, 1 / math.log(2) / Z, "torch.log2({})", latex=r"\log_2",
             positive=True),
    Function("log10", np.log10, 1 / math.log(10) / Z, "torch.log10({})", spellings=("lg",),
             latex=r"\log_{10}", positive=True),
    Function("sqrt", np.sqrt, 0.5 / F, "torch.sqrt({})", applied=r"\sqrt{{}}", positive=True,
             plain=True),
    Function("square", np.square, 2 * Z, "{}.square()", plain=True),
    Function("sin", np.sin, of("cos", Z), "torch.sin({})", latex=r"\sin", odd=True),
    Function("cos", np.cos, -of("sin", Z), "torch.cos({})", latex=r"\cos"),
    Function("arctan", np.arctan, 1 / (1 + Z**2), "torch.arctan({})", latex=r"\arctan", odd=True),
    Function("sinh", np.sinh, of("cosh", Z), "torch.sinh({})", latex=r"\sinh", odd=True),
    Function("cosh", np.cosh, of("sinh", Z), "torch.cosh({})", latex=r"\cosh"),
    Function("sech", lambda z: 2 * np.exp(-np.logaddexp(z, -z)), -F * of("tanh", Z),
             "torch.cosh({}).reciprocal()", oracle="2 * torch.exp(-torch.logaddexp({}, -{}))",
             meaning=r"\operatorname{sech}(z) = 1/\cosh(z)"),
    Function("erf", _error_function, 2 / math.sqrt(math.pi) * of("exp", -(Z**2)),
             "torch.erf({})", odd=True),
)  # fmt: skip
FUNCTIONS = {spelling: row for row in ROWS for spelling in (row.name, *row.spellings)}
