"""Find the one addend of a gradient that is off by any number: `off_by(forms, values, answers)`.

Where a sum x + y stands linearly in the gradient as it is written, an answer in which x is off by
a factor is c * rest + a * (what comes of x) + b * (what comes of y). The numbers are solved for at
all points at once; c = b = 1 says that x alone is off, by the factor a.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from grader.diagnosis.algebra import like, parts, replaced, scaled
from grader.diagnosis.values import Values
from grader.latex.terms import Term

LINEAR = ("transpose", "total", "mean", "trace", "diagonal", "spread_diagonal")
SMALLEST = 1e-6  # singular value of columns of length 1, below which they are not told apart
SPARE = 2  # more equations than unknown numbers, at least


@dataclass(frozen=True)
class OffBy:
    """One addend that is off by a factor, and the factor of the whole answer besides."""

    addend: Term
    factor: float
    whole: float


def off_by(
    forms: Iterable[Term], values: Sequence[Values], answers: Sequence[Tensor], tolerance: float
) -> Iterator[OffBy]:
    """The addends that, off by a number, explain the answers."""
    for form in forms:
        for part in parts(form):
            if part.op == "plus" and is_linear(form, part):
                numbers = _solved(_pieces(form, part), values, answers, tolerance)
                if numbers:
                    yield from _readings(part, numbers)


def is_linear(term: Term, part: Term) -> bool:
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


def _pieces(form: Term, part: Term) -> list[Term]:
    """The form without both addends, with the first alone, and with the second alone."""
    x, y = part.args
    without = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
    pairs = [(scaled(a, x), scaled(b, y)) for a, b in without]
    return [replaced(form, {part: like(part, pair)}) for pair in pairs]


def _solved(
    pieces: Sequence[Term], values: Sequence[Values], answers: Sequence[Tensor], tolerance: float
) -> list[float]:
    """How often the rest, and what comes of each addend, are in the answers; nothing if not."""
    columns, right = [], []
    for here, answer in zip(values, answers, strict=True):
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
    """The numbers with which the columns add up to the right side; nan for one that is zero."""
    lengths = columns.norm(dim=0)
    there = lengths > SMALLEST * lengths.max()
    units = columns[:, there] / lengths[there]
    if len(right) < units.shape[1] + SPARE or torch.linalg.svdvals(units)[-1] < SMALLEST:
        return []
    found = torch.linalg.lstsq(units, right[:, None]).solution
    if float((units @ found - right[:, None]).abs().max()) > tolerance:
        return []
    numbers = torch.full_like(lengths, torch.nan)
    numbers[there] = found[:, 0] / lengths[there]
    return numbers.tolist()


def _readings(part: Term, numbers: Sequence[float]) -> Iterator[OffBy]:
    """What three numbers say: all but one of them are the factor of the whole answer."""
    rest, *both = numbers
    for i, (own, other) in enumerate((both, both[::-1])):
        alone = math.isnan(rest)  # nothing is added to these two
        if other and (alone or abs(rest - other) <= SMALLEST * abs(other)):
            yield OffBy(part.args[i], own / other, other)
