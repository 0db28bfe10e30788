"""Find the one addend of a gradient that is off by any number: `off_by(problem, forms, points)`.

Where a sum x + y stands linearly in the gradient as it is written, an answer in which x is off by
a factor is c * rest + a * (what comes of x) + b * (what comes of y). The numbers are solved for, at
all points at once if they are the same there; c = b = 1 says that x alone is off, by the factor a.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grader.algebra.expressions import Expr, like, scaled
from grader.algebra.parts import parts, replaced
from grader.diagnosis.factors import (
    COMMON,
    TOLERANCE_32,
    Factors,
    Found,
    common_of,
    factor_said,
    near,
    over_sizes,
)
from grader.diagnosis.symbols import Symbols
from grader.diagnosis.values import Values

if TYPE_CHECKING:
    from grader.problem import Problem

LINEAR = ("transpose", "total", "mean", "trace", "diagonal", "spread_diagonal")
SMALLEST = 1e-6  # singular value of columns of length 1, below which they are not told apart
SPARE = 2  # more equations than unknown numbers, at least

Sizes = Mapping[str, int]
Place = tuple[Sizes, Values, Tensor]  # the sizes of a point, the values there, and the answer
Weights = list[tuple[Sizes, list[float]]]  # where, and how often the rest and both addends count


def off_by(
    problem: "Problem", forms: Sequence[Expr], points: Sequence[Place], tolerance: float
) -> list[Found]:
    """The plainest explanation of the answers by an addend that is off, or two."""
    numbers = {part.detail for form in forms for part in parts(form) if part.op == "number"}
    reader = _Reader(problem, numbers)
    sums = [(form, part) for form in forms for part in parts(form) if part.op == "plus"]
    weighed = [
        (part, _weights(_pieces(form, part), points, tolerance))
        for form, part in sums
        if is_linear(form, part)
    ]
    readings = (
        reader.said(part, which, weights, wholes)
        for wholes in ((1.0,), COMMON)  # an answer that is right besides is plainest
        for part, weights in weighed
        for which in ((1, 0) if weights else ())
    )
    return list(filter(None, readings))[:1]


def is_linear(term: Expr, part: Expr) -> bool:
    """Whether a term depends on one of its parts linearly, but for what is added."""
    holding = [a for a in term.args if part in parts(a)]
    if term is part or not holding:
        return True
    if term.op in ("times", "matmul"):
        linear = len(holding) == 1
    elif term.op == "pullback":
        linear = holding == [term.args[0]]
    else:
        linear = term.op == "plus" or term.op in LINEAR
    return linear and all(is_linear(a, part) for a in holding)


def _pieces(form: Expr, part: Expr) -> list[Expr]:
    """The form without both addends, with the first alone, and with the second alone."""
    x, y = part.args
    without = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
    pairs = [(scaled(a, x), scaled(b, y)) for a, b in without]
    return [replaced(form, {part: like(part, pair)}) for pair in pairs]


def _weights(pieces: Sequence[Expr], points: Sequence[Place], tolerance: float) -> Weights:
    """The numbers that are the same everywhere, or else for the same sizes; none if not."""
    numbers = _solved(pieces, points, tolerance)
    if numbers:
        return [(points[0][0], numbers)]
    groups: dict[tuple[int, ...], list[Place]] = {}
    for point in points:
        groups.setdefault(tuple(point[0].values()), []).append(point)
    found = [(group[0][0], _solved(pieces, group, tolerance)) for group in groups.values()]
    return found if len(found) > 1 and all(numbers for _, numbers in found) else []


def _solved(pieces: Sequence[Expr], points: Sequence[Place], tolerance: float) -> list[float]:
    """How often the rest, and what comes of each addend, are in the answers; nothing if not."""
    columns, right = [], []
    for _, here, answer in points:
        worth = [here.worth(piece) for piece in pieces]
        scale = answer.abs().max()
        fitting = [w.flatten() / scale for w in worth if w is not None and w.shape == answer.shape]
        if scale == 0 or len(fitting) < len(pieces):
            return []
        rest, *others = fitting
        columns.append(torch.stack([rest, *(other - rest for other in others)], 1))
        right.append(answer.flatten() / scale)
    return _numbers(torch.cat(columns), torch.cat(right).to(columns[0].dtype), tolerance)


def _numbers(columns: Tensor, right: Tensor, tolerance: float) -> list[float]:
    """The numbers with which the columns add up to the right side; nan for no rest."""
    lengths = columns.norm(dim=0)
    there = lengths > SMALLEST * lengths.max()
    if not lengths.isfinite().all() or not there[1:].all():
        return []
    units = columns[:, there] / lengths[there]
    if len(right) < units.shape[1] + SPARE or torch.linalg.svdvals(units)[-1] < SMALLEST:
        return []
    found = torch.linalg.lstsq(units, right[:, None]).solution
    if float((units @ found - right[:, None]).abs().max()) > tolerance:
        return []
    numbers = torch.full_like(lengths, torch.nan)
    numbers[there] = found[:, 0] / lengths[there]
    return numbers.tolist()


class _Reader:
    """What the numbers say of an addend, in the words of one problem."""

    def __init__(self, problem: "Problem", numbers: Collection[float]) -> None:
        self.problem, self.numbers, self.symbols = problem, numbers, Symbols(problem)

    def said(
        self, part: Expr, which: int, weights: Weights, wholes: Sequence[float]
    ) -> Found | None:
        """One addend off, where all else has one of these factors; or both off."""
        addend, other = part.args[which], part.args[1 - which]
        own = [(sizes, numbers[1 + which]) for sizes, numbers in weights]
        besides = [numbers[2 - which] for _, numbers in weights]
        rest = [numbers[0] for _, numbers in weights]
        same = all(math.isnan(r) or near(r, (b,)) for r, b in zip(rest, besides, strict=True))
        if not same or not all(near(b, wholes) for b in besides):
            return None
        off_alone = [(sizes, n / b) for (sizes, n), b in zip(own, besides, strict=True)]
        if near(besides[0], (1.0,)):
            return self._off(addend, off_alone)
        if math.isnan(rest[0]) and len(weights) == 1:
            return joined(self._off(addend, own), self._off(other, [(own[0][0], besides[0])]))
        return joined(self._off(addend, off_alone), factor_said(besides[0]))

    def _off(self, addend: Expr, factors: Factors) -> Found | None:
        """An addend that is off by a number, or by a size."""
        said = self.symbols.said(addend)
        if len(factors) == 1:
            names, how = addend_said(factors[0][1], self.numbers)
            return names, f"as if {said} {how}"
        found = over_sizes(self.problem, factors, COMMON) if common_of(factors) is None else None
        return found and (found[0], f"{found[1]}, in {said} alone")


def joined(one: Found | None, other: Found | None) -> Found | None:
    """Both mistakes, if both are said."""
    if one is None or other is None:
        return None
    return tuple(dict.fromkeys((*one[0], *other[0]))), f"{one[1]}, and {other[1]}"


def is_nothing(factor: float) -> bool:
    return abs(factor) <= TOLERANCE_32


def addend_said(factor: float, numbers: Collection[float]) -> Found:
    """An addend left out, with the other sign, without one of its numbers, or off by a factor."""
    if is_nothing(factor):
        return ("term_left_out",), "were left out"
    if near(factor, (-1.0,)):
        return ("term_sign",), "had the other sign"
    said = f"alone were off by a factor {factor:.4g}"
    lost = next((n for n in numbers if abs(n) != 1 and near(factor * n, (1.0,))), None)
    if lost is None:
        return (*(("term_sign",) if factor < 0 else ()), "term_factor"), said
    return ("term_factor", "factor_left_out"), f"{said}, its {lost:g} left out"
