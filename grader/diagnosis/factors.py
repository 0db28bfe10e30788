"""Say a number by which an answer, or an addend, is off: a factor, or a power of a size."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.problem import Problem

TOLERANCE_32 = 1e-4
COMMON = (-1.0, 2.0, -2.0, 0.5, -0.5)  # factors that come with another mistake

Found = tuple[tuple[str, ...], str]  # names of misconceptions, and the sentence
Factors = list[tuple[Mapping[str, int], float]]  # the sizes of a point, and the number there


def over_sizes(
    problem: "Problem", factors: Factors, common: Sequence[float] | None = None
) -> Found | None:
    """A factor that is 1/n, or n, or 1/(nq)."""
    letters = problem.sizes
    for chosen in [*combinations(letters, 1), *combinations(letters, 2)]:
        for power, name in ((-1, "mean_for_sum"), (1, "sum_for_mean"), (-2, "mean_for_sum")):
            rest = common_of(
                [(s, f / math.prod(s[c] for c in chosen) ** power) for s, f in factors]
            )
            if rest is not None and (common is None or near(rest, (1.0, *common))):
                twice = "^2" if power == -2 else ""
                return mean_said(name, " ".join(chosen) + twice, rest)
    return None


def common_of(factors: Factors) -> float | None:
    """The one number all these are, if they are one."""
    _, first = factors[0]
    alike = all(abs(f - first) <= TOLERANCE_32 * abs(first) for _, f in factors)
    return first if alike and first else None


def near(number: float, common: Sequence[float]) -> bool:
    return any(abs(number - c) <= TOLERANCE_32 * abs(c) for c in common)


def factor_said(factor: float) -> Found:
    """The sign, a number written for a size, or a factor."""
    if near(factor, (-1.0,)):
        return ("sign",), "as if the sign were flipped"
    sign = ("sign",) if factor < 0 else ()
    fixed = 1 / abs(factor)
    if round(fixed) >= 3 and round(fixed) != 4 and near(fixed, (round(fixed),)):
        said = f"off by a factor {factor:.4g}, as if divided by a fixed {round(fixed)}"
        return (*sign, "factor", "fixed_size"), said
    return (*sign, "factor"), f"off by a factor {factor:.4g}"


def mean_said(name: str, sizes: str, rest: float) -> Found:
    """A mean for a sum, or a sum for a mean, with the factor that is left."""
    said = {
        "mean_for_sum": f"as if divided by {sizes}, a mean for a sum",
        "sum_for_mean": f"as if 1/{sizes} were left out, a sum for a mean",
    }[name]
    if near(rest, (1.0,)):
        return (name,), said
    names, text = factor_said(rest)
    return (name, *names), f"{said}, and {text}"
