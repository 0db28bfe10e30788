r"""Draw formulas of equal difficulty: `draw("activation", seed, number)`.

A family is one shape of formula. What is drawn is a function, signs, coefficients and where the one
transpose stands, never how many operations there are. Each number gives another function of the
matrices: a secret seed permutes the family's formulas, so no two numbers below `len(family)` share
one. Letters and the order of a sum are drawn besides; nothing rests on them.

>>> draw("activation", "autumn", 1).formula
'f = \\|5\\cos(WX^\\top) - 5C\\|_F^2 + 8\\|W\\|_F^2'
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

Triple = tuple[int, int, int]
FACTORS = range(2, 10)
COEFFICIENTS: tuple[Triple, ...] = tuple(product(FACTORS, FACTORS, FACTORS))
SIGNS = ("+", "-")
FUNCTIONS = (r"\sigma", r"\tanh", r"\sin", r"\cos", r"\arctan")
TARGETS = ("Y", "B", "C", "T")
LETTERS = (("n", "p", "q"), ("m", "n", "k"), ("k", "m", "p"), ("n", "k", "m"))


@dataclass(frozen=True)
class Drawn:
    """One formula and its sizes, as `grader derivation` writes them."""

    formula: str
    vars: str


@dataclass(frozen=True)
class Looks:
    """What is drawn besides, on which nothing rests: letters, and the order of sums."""

    target: str
    n: str
    p: str
    q: str
    turned: bool


@dataclass(frozen=True)
class Family:
    """One shape of formula, and all that may stand in it."""

    title: str
    asked: tuple[str, ...]
    choices: tuple[Sequence[Any], ...]
    write: Callable[..., Drawn]  # looks, then one of each of the choices

    def __len__(self) -> int:
        return prod(map(len, self.choices))


def draw(family: str, seed: str, number: int) -> Drawn:
    """The formula of this number; 0 is the model, which no student gets."""
    whole = FAMILIES[family]
    if not 0 <= number < len(whole):
        raise ValueError(f"the family {family} has {len(whole)} formulas; there is no {number}")
    place = permuted(number, len(whole), f"{family}/{seed}")
    chosen = []
    for choice in whole.choices:
        place, which = divmod(place, len(choice))
        chosen.append(choice[which])
    return whole.write(_looks(family, seed, number), *chosen)


def _looks(family: str, seed: str, number: int) -> Looks:
    value = _hashed(f"looks/{family}/{seed}", number)
    value, target = divmod(value, len(TARGETS))
    value, letters = divmod(value, len(LETTERS))
    return Looks(TARGETS[target], *LETTERS[letters], turned=bool(value % 2))


# ------------------------------------------------------------------ a permutation from a secret


def permuted(number: int, size: int, secret: str) -> int:
    """Where a secret permutation of range(size) takes a number.

    A Feistel network permutes a somewhat larger range; it is walked on until it comes back.
    """
    half = max(1, ((size - 1).bit_length() + 1) // 2)
    mask = (1 << half) - 1
    while True:
        left, right = number >> half, number & mask
        for turn in range(6):
            left, right = right, left ^ (_hashed(f"{secret}/{turn}", right) & mask)
        number = (left << half) | right
        if number < size:
            return number


def _hashed(secret: str, number: int) -> int:
    digest = hashlib.sha256(f"{secret}/{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


# ------------------------------------------------------------------ the families


def _product(looks: Looks, form: str) -> tuple[str, dict[str, str], tuple[str, str]]:
    """A product of X and W with one transpose, their sizes, and its own."""
    n, p, q = looks.n, looks.p, looks.q
    forms = {
        "X'W": (r"X^\top W", {"X": f"{p},{n}", "W": f"{p},{q}"}, (n, q)),
        "XW'": (r"XW^\top", {"X": f"{n},{p}", "W": f"{q},{p}"}, (n, q)),
        "W'X": (r"W^\top X", {"X": f"{p},{n}", "W": f"{p},{q}"}, (q, n)),
        "WX'": (r"WX^\top", {"X": f"{n},{p}", "W": f"{q},{p}"}, (q, n)),
    }
    return forms[form]


PRODUCTS = ("X'W", "XW'", "W'X", "WX'")


def _sized(sizes: dict[str, str]) -> str:
    return " ".join(f"{name}:{size}" for name, size in sizes.items())


def _difference(looks: Looks, first: str, sign: str, second: str) -> str:
    """A sum in either order; a difference stays as it is."""
    turned = looks.turned and sign == "+"
    return f"{second} + {first}" if turned else f"{first} {sign} {second}"


def _residual(looks: Looks, form: str, sign: str, abc: Triple) -> Drawn:
    a, b, c = abc
    both, sizes, size = _product(looks, form)
    inside = _difference(looks, f"{a}{both}", sign, f"{b}{looks.target}")
    sizes[looks.target] = ",".join(size)
    return Drawn(rf"f = \|{inside}\|_F^2 + {c}\|W\|_F^2", _sized(sizes))


def _activation(looks: Looks, function: str, form: str, sign: str, abc: Triple) -> Drawn:
    a, b, c = abc
    both, sizes, size = _product(looks, form)
    inside = _difference(looks, f"{a}{function}({both})", sign, f"{b}{looks.target}")
    sizes[looks.target] = ",".join(size)
    return Drawn(rf"f = \|{inside}\|_F^2 + {c}\|W\|_F^2", _sized(sizes))


def _weighted(looks: Looks, form: str, sign: str, abc: Triple) -> Drawn:
    a, b, c = abc
    both, sizes, size = _product(looks, form)
    inside = _difference(looks, f"{a}{both}", sign, f"{b}{looks.target}")
    sizes |= {looks.target: ",".join(size), "M": ",".join(size)}
    return Drawn(rf"f = \|M \odot ({inside})\|_F^2 + {c}\|W\|_F^2", _sized(sizes))


def _factors(looks: Looks, order: str, turned: int, sign: str, abc: Triple) -> Drawn:
    """A product of three, of which one is transposed."""
    a, b, c = abc
    lengths = (looks.n, looks.p, looks.q, "r")
    names, sizes = [], {}
    for place, name in enumerate(order):
        rows, columns = lengths[place], lengths[place + 1]
        sizes[name] = f"{columns},{rows}" if place == turned else f"{rows},{columns}"
        names.append(rf"{name}^\top" if place == turned else name)
    both = re.sub(r"\\top(?=[XWV])", r"\\top ", "".join(names))
    inside = _difference(looks, f"{a}{both}", sign, f"{b}{looks.target}")
    ordered = {name: sizes[name] for name in "XWV"} | {looks.target: f"{lengths[0]},r"}
    return Drawn(rf"f = \|{inside}\|_F^2 + {c}\|W\|_F^2", _sized(ordered))


def _trace(looks: Looks, form: str, sign: str, last_sign: str, abc: Triple) -> Drawn:
    """A quadratic form and a linear one, both as traces."""
    a, b, c = abc
    n, p, target = looks.n, looks.p, looks.target
    quadratic, side = {"X'AX": (r"X^\top AX", n), "XAX'": (r"XAX^\top", p)}[form]
    traces = [
        rf"{factor}\operatorname{{tr}}({product})"
        for factor, product in [(a, quadratic), (b, rf"{target}^\top X")]
    ]
    both = _difference(looks, traces[0], sign, traces[1])
    sizes = {"X": f"{n},{p}", "A": f"{side},{side}", target: f"{n},{p}"}
    return Drawn(rf"f = {both} {last_sign} {c}\|X\|_F^2", _sized(sizes))


ORDERS = ("XWV", "XVW", "WXV", "VXW", "WVX", "VWX")
FAMILIES = {
    "residual": Family("A residual", ("W", "X"), (PRODUCTS, SIGNS, COEFFICIENTS), _residual),
    "activation": Family(
        "A nonlinear residual",
        ("W", "X"),
        (FUNCTIONS, PRODUCTS, SIGNS, COEFFICIENTS),
        _activation,
    ),
    "weighted": Family(
        "A weighted residual",
        ("W", "X"),
        (PRODUCTS, SIGNS, COEFFICIENTS),
        _weighted,
    ),
    "factors": Family(
        "Three factors",
        ("W", "V"),
        (ORDERS, range(3), SIGNS, COEFFICIENTS),
        _factors,
    ),
    "trace": Family(
        "Two traces",
        ("X",),
        (("X'AX", "XAX'"), SIGNS, SIGNS, COEFFICIENTS),
        _trace,
    ),
}
