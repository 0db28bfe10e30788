"""Find where an objective is huge and its gradient is not: there a difference quotient is lost.

A row of X is zero and its target is 1e10: the residual is huge and adds nothing to the gradient by
W. A formula does not notice; a difference of two objectives keeps no digit, in whatever precision
the machine has. Where such a point lies depends on the formula, so it is found by trying: a row or
column of one variable is blown up, one of another is silenced, and oracle says what follows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from grader import oracle
from grader.oracle import Kept, Values
from grader.problem import Problem

SIZES = (1e10, -1e10, 1e8, 1e12, -1e12)  # of what is blown up
LARGE = 1e6  # nothing that large is silenced
TINY = 1e-30  # on either side of what is silenced: a kink there would show
MODERATE = 100.0  # times as large as at an ordinary point
STEP = 1e-3  # a difference quotient with a step as large as this ...
DROWNED = 1e-2  # ... is off by as much of the gradient
EXACT = 1e-6  # what a change of conventions may do to an entry that counts
ROUGH = 3e-4  # what float32 may do to it
MOST = 0.6  # of the entries


@dataclass(frozen=True)
class HugePoint:
    """Where to ask, the truth there, and which entries of it count."""

    values: Values
    truth: Tensor
    counts: Tensor
    drowned: float  # how far off a difference quotient is, in parts of the gradient

    @property
    def is_sure(self) -> bool:
        """Whether it is good enough: most entries count, and no digit of them is kept."""
        return self.drowned > 1 and float(self.counts.double().mean()) > MOST

    @property
    def worth(self) -> tuple[bool, int, float]:
        return self.drowned > 1, int(self.counts.sum()), self.drowned

    def distance(self, answer: Tensor) -> float:
        """How far an answer is off, in parts of the largest entry that counts."""
        off = (answer.double() - self.truth)[self.counts].abs().max()
        return float(off / self.truth[self.counts].abs().max())


def huge_point(problem: Problem, name: str, seed: int) -> HugePoint | None:
    """Where the objective is huge and the gradient by this variable is not, if that is to be had.

    The same for the same seed. None for most objectives of bounded slope.
    """
    return _points.of(problem, [name], seed)


def _best(problem: Problem, name: str, seed: int) -> HugePoint | None:
    """The first point that is good enough, else the best."""
    best: HugePoint | None = None
    try:
        point, *_ = problem.points(seed, draws=1, corners=False, kinks=False)
        ordinary = float(_slope(problem, point.values, name).abs().max())
        for sides in _tried(problem, point.values):
            found = _huge(problem, name, sides, ordinary)
            if found and found.is_sure:
                return found
            if found and (best is None or found.worth > best.worth):
                best = found
    except (ArithmeticError, LookupError, RuntimeError, ValueError):
        return best  # a course's own objective may refuse what no student was asked
    return best


_points = Kept(lambda problem, names, seed, _: _best(problem, names[0], seed or 0))
learnt, learn = _points.learnt, _points.learn


def _tried(problem: Problem, values: Values) -> Iterator[Sequence[Values]]:
    """The point with one row or column huge and another silenced, or none; likeliest first."""
    for size in SIZES:
        blown = list(_blown_up(problem, values, size))
        for one in blown:
            yield from _silenced(problem, one)
        yield from ([one] for one in blown)


def _blown_up(problem: Problem, values: Values, size: float) -> Iterator[Values]:
    for name, place in _slices(problem, values):
        yield {**values, name: _with(values[name], place, size * values[name][place])}


def _silenced(problem: Problem, values: Values) -> Iterator[Sequence[Values]]:
    """The point with a row or column zero, followed by those on either side of it."""
    for name, place in _slices(problem, values):
        part = values[name][place]
        if part.numel() < values[name].numel() and float(part.abs().max()) < LARGE:
            sides = [0 * part, TINY * part, -TINY * part]
            yield [{**values, name: _with(values[name], place, side)} for side in sides]


def _slices(problem: Problem, values: Values) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The first row and the first column of each variable that may be any matrix."""
    for name, value in values.items():
        if not problem.domain(name):
            places = [(0, slice(None)), (slice(None), 0)]
            yield from ((name, place) for place in places if value.ndim == 2)


def _with(value: Tensor, place: tuple[Any, ...], part: Tensor) -> Tensor:
    changed = value.clone()
    changed[place] = part
    return changed


def _huge(
    problem: Problem, name: str, sides: Sequence[Values], ordinary: float
) -> HugePoint | None:
    """The first of these points, if the objective is huge there and the gradient is sure."""
    values = sides[0]
    height = float(problem.objective(values).abs())
    if not height < 1e30:  # nan, or float32 would overflow on the way
        return None
    truth = _slope(problem, values, name)
    counts = truth.isfinite() & (truth.abs() <= MODERATE * ordinary)
    if not counts.any() or float(largest := truth[counts].abs().max()) < EXACT * ordinary:
        return None
    drowned = torch.finfo(torch.float64).eps * height / (STEP * float(largest))
    if drowned < DROWNED:
        return None
    single = {n: v.float() for n, v in values.items()}
    others = [(side, EXACT) for side in sides[1:]] + [(single, ROUGH)]
    for other, tolerance in others:
        counts &= (_slope(problem, other, name) - truth).abs() <= tolerance * largest
    # What counts must hold the largest entry still, or the rest is judged by too little.
    sure = bool(counts.any()) and bool(truth[counts].abs().max() == largest)
    return HugePoint(values, truth, counts, drowned) if sure else None


def _slope(problem: Problem, values: Values, name: str) -> Tensor:
    return oracle.gradient(problem, values, [name])[name].double()
