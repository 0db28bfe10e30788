"""Choose the points to ask a problem at, by rules that are fair to every right answer.

Sizes are all distinct, so that a transposed answer cannot pass. Each size in turn is 1 in a draw
of its own, so that an answer that is right for one sample only, or for many only, is found. Points
stay `OFF_KINK` away from every kink, so that each convention for relu'(0) is right, and some lie
close to each kink on both sides (see `grader.problem.kinks`), so that a threshold that is a little
off is found. Pre-activations stay below `SATURATION`, where equivalent forms of a sigmoid's
derivative agree.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Generator, Tensor

from grader.problem.domains import DOMAINS, plain
from grader.problem.fairness import is_fair
from grader.problem.kinks import close_points

if TYPE_CHECKING:
    from grader.latex import Variable
    from grader.problem.problem import Problem

LARGE = 100.0
OVERFLOW = 720.0  # exp of more than 709.8 is inf in float64
TRIES = 1000
SIZES = range(2, 8)
ANOTHER = 1 << 40  # added to a seed: points that no seed in use draws


@dataclass(frozen=True, eq=False)  # tensors do not compare: a point is itself alone
class Point:
    """Where a problem is asked: float64 matrices by Python name, and what is special about them."""

    values: Mapping[str, Tensor]
    sizes: Mapping[str, int]
    kind: str = ""  # "" for an ordinary draw, else such as "n = 1" or "large Y"


def draw_points(
    problem: "Problem", seed: int, draws: int, corners: bool, kinks: bool
) -> Iterator[Point]:
    """Yield `draws` ordinary points.

    With `kinks` also one of them moved close to each kink, on both sides; with `corners` also each
    size at 1, and large values. A corner at which no fair point exists (a softmax over one class is
    constant) is left out.
    """
    generator = torch.Generator().manual_seed(seed)
    ordinary = []
    for _ in range(draws):
        point = fair_point(problem, distinct_sizes(problem, generator), generator)
        if point is None:
            raise ValueError(f"no fair point in {TRIES} draws: {problem} is always near a kink")
        ordinary.append(point)
    yield from ordinary
    if kinks:
        yield from close_points(problem, bases(problem, ordinary, seed))
    if corners:
        yield from corner_points(problem, generator)


def bases(problem: "Problem", ordinary: Sequence[Point], seed: int) -> Iterator[Point]:
    """Points to move close to the kinks: the ordinary ones, the largest first, then fresh ones."""
    yield from sorted(ordinary, key=lambda point: -sum(v.numel() for v in point.values.values()))
    generator = torch.Generator().manual_seed(seed + ANOTHER)
    for _ in ordinary:
        point = fair_point(problem, distinct_sizes(problem, generator), generator)
        yield from [point] if point else []


def corner_points(problem: "Problem", generator: Generator) -> Iterator[Point]:
    """Yield a point with each size at 1, and one with what stands outside activations large."""
    for letter in problem.sizes:
        sizes = distinct_sizes(problem, generator) | {letter: 1}
        if point := fair_point(problem, sizes, generator):
            yield Point(point.values, sizes, f"{letter} = 1")
    if point := fair_point(problem, distinct_sizes(problem, generator), generator):
        yield from large_point(problem, point)


def large_point(problem: "Problem", point: Point) -> Iterator[Point]:
    """Yield the point with the variables outside activations a hundred times as large."""
    outside = [n for n in problem.outside_activations(point.values) if not problem.domain(n)]
    if outside:
        larger = {name: LARGE * point.values[name] for name in outside}
        yield Point({**point.values, **larger}, point.sizes, f"large {', '.join(outside)}")


def extreme_points(problem: "Problem", seed: int, draws: int) -> Iterator[Point]:
    """Yield points at which exp(z) and exp(-z) overflow in one row, and elsewhere nothing does.

    The true gradient is the ordinary rows' then, so a formula that overflows is told from one that
    is wrong.
    """
    generator = torch.Generator().manual_seed(seed)
    for _ in range(TRIES):
        point = fair_point(problem, distinct_sizes(problem, generator), generator)
        stretched = point and stretch(problem, point)
        if stretched:
            yield stretched
            draws -= 1
        if not draws:
            return
    raise ValueError(f"{problem} does not overflow in {TRIES} draws; it needs no stability test")


def stretch(problem: "Problem", point: Point) -> Point | None:
    """The point with one row of an activated variable times a thousand, if that overflows."""
    outside = problem.outside_activations(point.values)
    name = next((n for n in point.values if n not in outside), None)
    if name is None:
        return None
    value = point.values[name].clone()
    value[0] *= 1000.0
    values = {**point.values, name: value}
    arguments = torch.cat([a.value.flatten() for a in problem.arguments(values)])
    overflows = bool(arguments.max() > OVERFLOW and arguments.min() < -OVERFLOW)
    return Point(values, point.sizes, "large arguments") if overflows else None


def distinct_sizes(problem: "Problem", generator: Generator) -> dict[str, int]:
    """A different number for every size letter."""
    choices = list(SIZES) if len(problem.sizes) <= len(SIZES) else list(range(2, 40))
    order = torch.randperm(len(choices), generator=generator).tolist()
    return {letter: choices[i] for letter, i in zip(problem.sizes, order, strict=False)}


def fair_point(problem: "Problem", sizes: Mapping[str, int], generator: Generator) -> Point | None:
    """The first draw that is off every kink, unsaturated, and on both sides of each kink."""
    for _ in range(TRIES):
        values = {
            name: draw_variable(variable, sizes, generator)
            for name, variable in problem.variables.items()
        }
        if all(is_fair(argument) for argument in problem.arguments(values)):
            return Point(values, dict(sizes))
    return None


def draw_variable(variable: "Variable", sizes: Mapping[str, int], generator: Generator) -> Tensor:
    """One matrix of the variable's size and domain."""
    draw = next((DOMAINS[word] for word in DOMAINS if word in variable.domain), plain)
    rows, columns = (size_of(letter, sizes) for letter in (variable.rows, variable.columns))
    return draw(rows, columns, generator)


def size_of(letter: str, sizes: Mapping[str, int]) -> int:
    """The number a size stands for: a letter's, or the number itself."""
    return int(letter) if letter.isdigit() else sizes[letter]
