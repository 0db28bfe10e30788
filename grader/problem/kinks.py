"""Choose points at which the kinks of a problem are close: `close_points(problem, bases)`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from grader.latex.kinks import DISTANCES, Seen, beside, draws_beside
from grader.latex.names import canonical
from grader.latex.values import Draw
from grader.problem.fairness import is_tame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from grader.problem.points import Point
    from grader.problem.problem import Problem

Values = Mapping[str, Tensor]

KIND = "entries close to a kink"
SINGLE = 5e-6  # by how much a gradient may differ in float32, a twentieth of what an answer may
FELT = 1e-6
MET = 0.01  # of a distance that may be missed

# Domains in which a matrix can be moved a little, and whether it is in them still.
MOVABLE: dict[str, Callable[[Tensor], bool]] = {
    "": lambda value: True,
    "positive": lambda value: bool(value.min() >= 0.1),
    "invertible": lambda value: bool(torch.linalg.det(value) >= 0.1),
}


def close_points(problem: "Problem", bases: Iterable["Point"]) -> list["Point"]:
    """Points close to each kink, at each distance on both sides: a base that was moved.

    Where a base leads to fewer, as not all of them are fair, the next one is tried.
    """
    best: list[Point] = []
    most = 0
    for base in bases:
        if not any(argument.kink for argument in problem.arguments(base.values)):
            break
        found = [point for point in points_beside(problem, base) if is_fairly_close(problem, point)]
        wanted, met = sides(problem, base, found)
        if met > most:
            best, most = found, met
        if met == wanted:
            break
    return best


def sides(problem: "Problem", base: "Point", found: Sequence["Point"]) -> tuple[int, int]:
    """How many sides there are of all kinks, at all distances, and on how many an entry lies."""
    wanted = torch.tensor([sign * d for d in DISTANCES for sign in (1, -1)], dtype=torch.float64)
    there = [[a.value for a in problem.arguments(p.values) if a.kink] for p in [base, *found]]
    met = 0
    for each in zip(*there, strict=True):
        entries = torch.cat([value.flatten() for value in each])
        misses = (entries - wanted[:, None]).abs().amin(1)
        met += int((misses <= MET * wanted.abs()).sum())
    return len(wanted) * len(there[0]), met


def is_fairly_close(problem: "Problem", point: "Point") -> bool:
    """Whether a point that was moved is fair still, but for both signs of each argument."""
    inside = (MOVABLE.get(problem.domain(name)) for name in point.values)
    return all(
        is_inside(value) for is_inside, value in zip(inside, point.values.values(), strict=True)
        if is_inside
    ) and all(is_tame(argument) for argument in problem.arguments(point.values))  # fmt: skip


def points_beside(problem: "Problem", point: "Point") -> Iterator["Point"]:
    """Yield the point moved so that entries of kinked arguments are close to 0, on both sides."""
    names = [name for name in problem.variables if problem.domain(name) in MOVABLE]
    felt = is_felt(slopes_of(problem, point.values))
    for pair in (by_formula if problem.formula else by_autograd)(problem, point, names):
        slopes = [slopes_of(problem, values) for values in pair]
        if all(is_exact_enough(problem, *one) for one in zip(pair, slopes, strict=True)):
            for values, each in zip(pair, slopes, strict=True):
                if all(now or not before for now, before in zip(is_felt(each), felt, strict=True)):
                    yield replace(point, values=values, kind=KIND)


def by_formula(problem: "Problem", point: "Point", names: Sequence[str]) -> Iterator[list[Values]]:
    """Yield pairs of values beside the kinks of the formula."""
    assert problem.formula
    plain = {name: canonical(variable.name) for name, variable in problem.variables.items()}
    leaves = {plain[name]: value.numpy() for name, value in point.values.items()}
    draw = Draw(dict(point.sizes), leaves)
    for pair in draws_beside(draw, problem.formula.term, [plain[name] for name in names]):
        yield [{n: torch.from_numpy(one.leaves[plain[n]]) for n in plain} for one in pair]


def by_autograd(problem: "Problem", point: "Point", names: Sequence[str]) -> Iterator[list[Values]]:
    """Yield pairs of values beside the kinks that a problem without a formula was given."""
    sizes = [point.values[name].numel() for name in names]

    def there(numbers: "NDArray[np.float64]") -> dict[str, Tensor]:
        rows = zip(names, torch.split(torch.from_numpy(numbers.copy()), sizes), strict=True)
        moved = {name: row.reshape(point.values[name].shape) for name, row in rows}
        return {**point.values, **moved}

    def look(numbers: "NDArray[np.float64]") -> list[Seen]:
        values = {name: value.requires_grad_() for name, value in there(numbers).items()}
        leaves = [values[name] for name in names]
        found = [a.value.flatten() for a in problem.arguments(values) if a.kink]
        return [
            Seen(one.detach().numpy(), derivatives(one, leaves), np.zeros(len(one)))
            for one in found
        ]

    if not names:
        return
    start = np.concatenate([point.values[name].numpy().ravel() for name in names])
    for pair in beside(start, look):
        yield list(map(there, pair))


def derivatives(entries: Tensor, leaves: Sequence[Tensor]) -> "NDArray[np.float64]":
    """The derivative of each entry by each entry of the leaves, (entries, all of theirs)."""
    rows = []
    for entry in entries:
        slopes = torch.autograd.grad(entry, leaves, retain_graph=True, materialize_grads=True)
        rows.append(torch.cat([slope.flatten() for slope in slopes]))
    return torch.stack(rows).numpy()


def slopes_of(problem: "Problem", values: Values) -> list[Tensor]:
    """The derivatives of the objective, or of the sum of its entries, by each variable."""
    leaves = {name: value.clone().requires_grad_() for name, value in values.items()}
    whole = problem.objective(leaves).sum()
    found = torch.autograd.grad(whole, list(leaves.values()), materialize_grads=True)
    return [slope.double() for slope in found]


def is_felt(slopes: Sequence[Tensor]) -> list[bool]:
    """Of which variables the gradient is not 0."""
    return [bool(slope.abs().max() > FELT) for slope in slopes]


def is_exact_enough(problem: "Problem", values: Values, slopes: Sequence[Tensor]) -> bool:
    """Whether float32 finds these slopes too: those of log|z| are too steep close to 0."""
    single = slopes_of(problem, {name: value.float() for name, value in values.items()})
    pairs = zip(slopes, single, strict=True)
    return all(bool((a - b).abs().max() <= SINGLE * a.abs().max()) for a, b in pairs)
