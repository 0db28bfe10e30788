"""A kink is asked about on both sides: a threshold a little off is refused, each convention right.

`make test-slow` asks at 200 seeds.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import Tensor

from grader import oracle
from grader.algebra.evaluate import Argument
from grader.checks import outcomes_of
from grader.latex.kinks import DISTANCES, draws_beside
from grader.latex.values import Draw
from grader.oracle import Question
from grader.problem import Point, Problem
from grader.problem.fairness import OFF_KINK, SATURATION
from grader.problem.kinks import KIND
from grader.verdict import judge

Answer = Callable[..., Tensor]


@dataclass(frozen=True)
class Bent:
    """A problem with a kink: what is asked, and answers that are right and wrong."""

    problem: Problem
    name: str
    right: dict[str, Answer]
    wrong: dict[str, Answer]


def relu_W(mask: Callable[[Tensor], Tensor]) -> Answer:
    def answer(X: Tensor, W: Tensor, Y: Tensor) -> Tensor:
        Z = X @ W
        return 2 * X.mT @ ((Z.clamp(min=0) - Y) * mask(Z))

    return answer


RELU = Bent(
    Problem(r"f = \|\max(XW, 0) - Y\|_F^2", X="n,p", W="p,q", Y="n,q"),
    "W",
    {
        ">": relu_W(lambda Z: Z > 0),
        ">=": relu_W(lambda Z: Z >= 0),
        "half": relu_W(lambda Z: (1 + Z.sign()) / 2),
        "heaviside": relu_W(lambda Z: torch.heaviside(Z, torch.full((), 0.3, dtype=Z.dtype))),
        "> 1e-4": relu_W(lambda Z: Z > 1e-4),
    },
    {
        "> 0.1": relu_W(lambda Z: Z > 0.1),
        "> 0.005": relu_W(lambda Z: Z > 0.005),
        "> -0.005": relu_W(lambda Z: Z > -0.005),
        ">= 0.02": relu_W(lambda Z: Z >= 0.02),
        "< 0.1": relu_W(lambda Z: Z > -0.1),
        "clamp at 0.01": lambda X, W, Y: (
            2 * X.mT @ (((X @ W).clamp(min=0.01) - Y) * (X @ W > 0.01))
        ),
        "ramp": relu_W(lambda Z: (50 * Z).clamp(0, 1)),
        "steep sigmoid": relu_W(lambda Z: torch.sigmoid(100 * Z)),
        "|Z| > 0.005": relu_W(lambda Z: (Z > 0) & (Z.abs() > 0.005)),
    },
)
ABSOLUTE = Bent(
    Problem(r"f = \mathbf 1^T |x - a|", x="n,1", a="n,1"),
    "x",
    {
        "sign": lambda x, a: (x - a).sign(),
        "quotient": lambda x, a: (x - a) / (x - a).abs(),
        "where >=": lambda x, a: torch.where(x >= a, 1.0, -1.0),
    },
    {
        "2x - a": lambda x, a: (2 * x - a).sign(),
        "1.2x - a": lambda x, a: (1.2 * x - a).sign(),
        "x - a/1.2": lambda x, a: (x - a / 1.2).sign(),
        "x - 1.2a": lambda x, a: (x - 1.2 * a).sign(),
        "x > a + 0.005": lambda x, a: torch.where(x > a + 0.005, 1.0, -1.0),
        "x > a - 0.005": lambda x, a: torch.where(x > a - 0.005, 1.0, -1.0),
        "tanh": lambda x, a: torch.tanh(100 * (x - a)),
        "x - a where more than 0.01": lambda x, a: (x - a).sign() * ((x - a).abs() > 0.01),
    },
)


def hinge_w(mask: Callable[[Tensor], Tensor]) -> Answer:
    return lambda X, w, y: -X.mT @ (y * mask(y * (X @ w)))


HINGE = Bent(
    Problem(r"f = \mathbf 1^T \max(1 - y \odot (Xw), 0)", X="n,p", w="p,1", y="n,1"),
    "w",
    {">": hinge_w(lambda m: 1 - m > 0), ">=": hinge_w(lambda m: 1 - m >= 0)},
    {
        "2 y Xw": hinge_w(lambda m: 1 - 2 * m > 0),
        "1.2 y Xw": hinge_w(lambda m: 1 - 1.2 * m > 0),
        "y Xw / 1.2": hinge_w(lambda m: 1 - m / 1.2 > 0),
        "> 0.005": hinge_w(lambda m: 1 - m > 0.005),
        "> -0.005": hinge_w(lambda m: 1 - m > -0.005),
        "margin 0": hinge_w(lambda m: m < 0),
    },
)


def leaky_x(mask: Callable[[Tensor], Tensor]) -> Answer:
    return lambda A, x: A.mT @ torch.where(mask(A @ x), 1.0, 0.1).to(x.dtype)


LEAKY = Bent(
    Problem(r"f = \mathbf 1^T (0.9 \max(Ax, 0) + 0.1 Ax)", A="n,p", x="p,1"),
    "x",
    {">": leaky_x(lambda z: z > 0), ">=": leaky_x(lambda z: z >= 0)},
    {
        "> 0.005": leaky_x(lambda z: z > 0.005),
        "> -0.005": leaky_x(lambda z: z > -0.005),
        ">= 0.02": leaky_x(lambda z: z >= 0.02),
        "> 0.1": leaky_x(lambda z: z > 0.1),
    },
)


def larger_A(mask: Callable[[Tensor, Tensor], Tensor]) -> Answer:
    return lambda A, B: 2 * A * mask(A, B)


LARGER = Bent(
    Problem(r"f = \|\max(A, B)\|_F^2", A="n,p", B="n,p"),
    "A",
    {">": larger_A(lambda A, B: A > B), ">=": larger_A(lambda A, B: A >= B)},
    {
        "1.2A > B": larger_A(lambda A, B: 1.2 * A > B),
        "A > 1.2B": larger_A(lambda A, B: A > 1.2 * B),
        "2A > B": larger_A(lambda A, B: 2 * A > B),
        "+ 0.005": larger_A(lambda A, B: A > B + 0.005),
        "- 0.005": larger_A(lambda A, B: A > B - 0.005),
    },
)


def nested_W(inner: Callable[[Tensor], Tensor], outer: Callable[..., Tensor]) -> Answer:
    def answer(X: Tensor, W: Tensor, Y: Tensor) -> Tensor:
        Z = X @ W
        return X.mT @ (outer(Z.clamp(min=0), Y) * inner(Z))

    return answer


NESTED = Bent(
    Problem(r"f = \mathbf 1^T |\max(XW, 0) - Y| \mathbf 1", X="n,p", W="p,q", Y="n,q"),
    "W",
    {
        ">": nested_W(lambda Z: Z > 0, lambda A, Y: (A - Y).sign()),
        ">=": nested_W(lambda Z: Z >= 0, lambda A, Y: (A - Y) / (A - Y).abs()),
    },
    {
        "inner > 0.005": nested_W(lambda Z: Z > 0.005, lambda A, Y: (A - Y).sign()),
        "inner > -0.005": nested_W(lambda Z: Z > -0.005, lambda A, Y: (A - Y).sign()),
        "outer 1.2": nested_W(lambda Z: Z > 0, lambda A, Y: (1.2 * A - Y).sign()),
        "outer 2": nested_W(lambda Z: Z > 0, lambda A, Y: (2 * A - Y).sign()),
        "outer 0.005": nested_W(lambda Z: Z > 0, lambda A, Y: (A - Y - 0.005).sign()),
        "outer -0.005": nested_W(lambda Z: Z > 0, lambda A, Y: (A - Y + 0.005).sign()),
    },
)


def one_number_w(mask: Callable[[Tensor], Tensor]) -> Answer:
    return lambda w, x, b: x * mask(w.mT @ x - b)


ONE_NUMBER = Bent(
    Problem(r"f = \max(w^T x - b, 0)", w="p,1", x="p,1", b="1,1"),
    "w",
    {">": one_number_w(lambda z: z > 0), ">=": one_number_w(lambda z: z >= 0)},
    {"> 0.005": one_number_w(lambda z: z > 0.005)},
)


def clipped_x(low: float, high: float) -> Answer:
    return lambda x: ((x > low) & (x < high)).to(x.dtype) * 2 * x.clamp(-1, 1)


CLIPPED = Bent(
    Problem(r"f = \|\min(\max(x, -1), 1)\|^2", x="n,1"),
    "x",
    {"as it is": clipped_x(-1, 1)},
    {"upper 1.005": clipped_x(-1, 1.005), "lower -1.2": clipped_x(-1.2, 1)},
)


def by_hand_X(mask: Callable[[Tensor], Tensor]) -> Answer:
    return lambda X: 3 * X**2 * mask(X)


def near_by_hand(X: Tensor) -> list[Argument]:
    return [Argument("relu", True, X)]


BY_HAND = Bent(
    Problem(objective=lambda X: (X.clamp(min=0) ** 3).sum(), text="", near=near_by_hand, X="n,p"),
    "X",
    {">": by_hand_X(lambda X: X > 0), ">=": by_hand_X(lambda X: X >= 0)},
    {"> 0.005": by_hand_X(lambda X: X > 0.005), "> -0.005": by_hand_X(lambda X: X > -0.005)},
)
ALL = {
    "relu": RELU, "absolute value": ABSOLUTE, "hinge": HINGE, "leaky": LEAKY,
    "larger of two": LARGER, "nested": NESTED, "one number": ONE_NUMBER, "clipped": CLIPPED,
    "by hand": BY_HAND,
}  # fmt: skip


def agrees(one: Bent, answer: Answer, asked: list[Question]) -> bool:
    """Whether a hidden check at these points accepts the answer."""
    outcomes = outcomes_of(answer, [question.point for question in asked])
    return all(
        judge(one.name, outcome, question.truth[one.name]).agrees
        for outcome, question in zip(outcomes, asked, strict=True)
    )


def accepted(one: Bent, answers: dict[str, Answer], seeds: range) -> dict[str, int]:
    """At how many seeds each answer is accepted."""
    counts = dict.fromkeys(answers, 0)
    for seed in seeds:
        asked = oracle.questions(one.problem, [one.name], one.problem.points(seed))
        for name, answer in answers.items():
            counts[name] += agrees(one, answer, asked)
    return counts


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("seeds", [range(20), pytest.param(range(200), marks=pytest.mark.slow)])
def test_a_threshold_that_is_off_is_refused_at_every_seed_and_a_right_one_at_none(
    name: str, seeds: range
) -> None:
    one = ALL[name]
    counts = accepted(one, {**one.right, **one.wrong}, seeds)
    assert counts == dict.fromkeys(one.right, len(seeds)) | dict.fromkeys(one.wrong, 0)


def close(problem: Problem, seeds: range) -> list[Point]:
    return [point for seed in seeds for point in problem.points(seed) if point.kind == KIND]


@pytest.mark.parametrize("name", ALL)
def test_points_close_to_a_kink_are_off_it_and_saturate_nothing(name: str) -> None:
    problem = ALL[name].problem
    points = close(problem, range(5))
    assert points
    for argument in (a for point in points for a in problem.arguments(point.values)):
        assert argument.value.abs().min() >= OFF_KINK
        assert argument.value.abs().max() <= SATURATION


@pytest.mark.parametrize("name", ["relu", "absolute value", "hinge", "nested"])
def test_each_distance_is_asked_on_both_sides_of_each_kink(name: str) -> None:
    problem = ALL[name].problem
    for seed in range(5):
        there = [problem.arguments(point.values) for point in close(problem, range(seed, seed + 1))]
        for alike in zip(*there, strict=True):
            entries = torch.cat([argument.value.flatten() for argument in alike])
            for distance in (d * sign for d in DISTANCES for sign in (1, -1)):
                assert (entries - distance).abs().min() < 0.01 * abs(distance)


def test_two_more_points_are_enough_where_there_are_many_entries() -> None:
    assert [len(close(RELU.problem, range(s, s + 1))) for s in range(5)] == [2] * 5


def test_the_other_points_of_a_seed_are_what_they_were() -> None:
    before = RELU.problem.points(7, kinks=False)
    after = [point for point in RELU.problem.points(7) if point.kind != KIND]
    pairs = zip(before, after, strict=True)
    assert all(torch.equal(a.values["X"], b.values["X"]) for a, b in pairs)


def test_a_problem_without_a_kink_is_asked_at_no_more_points() -> None:
    plain = Problem(r"f = \|XW\|_F^2", X="n,p", W="p,q")
    assert not close(plain, range(3))


def test_what_float32_cannot_answer_so_close_is_not_asked() -> None:
    """The slope of log|z| is 500 at 0.002, where float32 knows z to 4 digits: too few."""
    steep = Problem(r"f = \mathbf 1^T \log |XW| \mathbf 1", X="n,p", W="p,q")
    single = {"float32": lambda X, W: X.float().mT @ (X.float() @ W.float()).reciprocal()}
    plain = [point for point in steep.points(0) if point.kind != KIND]
    assert plain
    points = close(steep, range(10))
    asked = oracle.questions(steep, ["W"], [*plain, *points])
    assert agrees(Bent(steep, "W", single, {}), single["float32"], asked)


def test_float32_is_exact_enough_close_to_a_kink() -> None:
    right = RELU.right[">"]
    points = close(RELU.problem, range(20))
    asked = oracle.questions(RELU.problem, ["W"], points)
    assert agrees(RELU, lambda *given: right(*(value.float() for value in given)), asked)


def test_a_variable_stays_in_its_domain() -> None:
    problem = Problem(r"f = \mathbf 1^T |x - y|", x="n,1 positive", y="n,1 one-hot")
    for point in close(problem, range(5)):
        assert (point.values["x"] > 0).all()
        assert set(point.values["y"].flatten().tolist()) == {0.0, 1.0}


def test_a_draw_of_numpy_is_moved_likewise() -> None:
    """As a derivation is checked at: one side at one draw, the other side at its mirror image."""
    formula = RELU.problem.formula
    assert formula
    leaves = {name: value.numpy() for name, value in RELU.problem.points(0)[0].values.items()}
    sizes = RELU.problem.points(0)[0].sizes
    (pair,) = draws_beside(Draw(dict(sizes), leaves), formula.term, ["X", "W", "Y"])
    one, other = (draw.leaves["X"] @ draw.leaves["W"] for draw in pair)
    moved = np.abs(one + other) < 1e-4
    assert moved.sum() >= 4
    assert np.isclose(np.abs(one[moved]).min(), DISTANCES[0], rtol=0.01)
