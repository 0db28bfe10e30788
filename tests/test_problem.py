"""A problem is fair: sizes distinct, kinks avoided, nothing saturated, every size once at 1."""

import pytest
import torch

from grader import oracle
from grader.problem import Problem, ProblemError
from grader.problem.fairness import OFF_KINK, SATURATION

RELU = Problem(r"f = \|\max(XW, 0) - Y\|_F^2", X="n,p", W="p,q", Y="n,q")
POINTS = [point for seed in range(10) for point in RELU.points(seed)]


def test_ordinary_points_have_distinct_sizes_above_1() -> None:
    for point in (point for point in POINTS if not point.kind):
        assert len(set(point.sizes.values())) == 3
        assert min(point.sizes.values()) > 1


def test_every_size_is_1_in_a_draw_of_its_own() -> None:
    kinds = {point.kind for point in RELU.points(3)}
    assert {"n = 1", "p = 1", "q = 1", "large Y"} <= kinds


def test_points_stay_off_the_kink_and_below_saturation() -> None:
    for point in POINTS:
        (argument,) = RELU.arguments(point.values)
        assert argument.kink
        assert argument.value.abs().min() >= OFF_KINK
        assert argument.value.abs().max() <= SATURATION


def test_ordinary_points_see_both_sides_of_the_kink() -> None:
    for point in (point for point in POINTS if not point.kind):
        Z = point.values["X"] @ point.values["W"]
        assert (Z > 0).any()
        assert (Z < 0).any()


def test_the_same_seed_gives_the_same_points() -> None:
    one, other = RELU.points(5), RELU.points(5)
    assert all(torch.equal(a.values["X"], b.values["X"]) for a, b in zip(one, other, strict=True))


def test_the_truth_agrees_with_finite_differences() -> None:
    for point in RELU.points(1):
        leaves = [value.clone().requires_grad_() for value in point.values.values()]
        assert torch.autograd.gradcheck(
            lambda *v: RELU.objective(dict(zip("XWY", v, strict=True))), leaves, eps=1e-7
        )


def test_a_torch_function_can_stand_in_for_latex() -> None:
    """A sum of cubes, which is given its statement and needs no kinks avoided."""
    cubes = Problem(objective=lambda X: (X**3).sum(), text="f = sum of cubes", X="n,p")
    (question, *_) = oracle.questions(cubes, ["X"], cubes.points(0))
    X = question.point.values["X"]
    assert torch.allclose(question.truth["X"], 3 * X**2)
    assert cubes.statement() == "f = sum of cubes"


def test_the_statement_says_formula_shapes_and_rows() -> None:
    problem = Problem(r"f = \|XW + b\|_F^2", X="n,p", W="p,q", b="1,q row")
    said = problem.statement()
    assert r"f = \|XW + b\|_F^2" in said
    assert r"$X$ ($n \times p$)" in said
    assert r"$b$ ($1 \times q$) a row, added to every row" in said


def named(*names: str) -> Problem:
    return Problem(r"f = \|\max(XW, 0) - Y\|_F^2", X="n,p", W="p,q", Y="n,q", names=names)


def test_the_statement_says_the_names_that_the_task_gives() -> None:
    said = named("Z = XW", r"H = \max(Z, 0)").statement()
    assert r"We name $Z = XW$ ($n \times q$) and $H = \max(Z, 0)$ ($n \times q$)" in said


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["Z = WX"], "the product of p x q and n x p does not exist"),
        (["Z = XQ"], "Q is not declared"),
        (["H = Z", "Z = XW"], "Z is not declared"),
        (["Z = XW", "Z = 2XW"], "Z is named twice; choose another name"),
        (["W = 2X"], "W is a variable; choose another name"),
        (["f = 1"], "f is the objective; choose another name"),
        (["n = 1"], "n is a size; choose another name"),
        (["Z"], "write it as in Z = XW"),
        (["2Z = XW"], "write it as in Z = XW"),
        (["Z = (XW"], "pair the brackets"),
        (["Z = dX"], "a name is for a matrix, not for a differential"),
        ([3], "names are equations"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_in_one_line(names, why) -> None:
    with pytest.raises(ProblemError) as refused:
        named(*names)
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


DOMAINS = {
    "one-hot": lambda A: bool((A.sum(1) == 1).all() and ((A == 0) | (A == 1)).all()),
    "probability": lambda A: (
        bool((A > 0).all()) and torch.allclose(A.sum(1), torch.ones(1).double())
    ),
    "positive": lambda A: bool((A > 0).all()),
    "invertible": lambda A: bool(torch.linalg.det(A) > 1e-3),
    "orthogonal": lambda A: torch.allclose(A.T @ A, torch.eye(len(A)).double(), atol=1e-12),
    "symmetric": lambda A: torch.equal(A, A.T),
}


@pytest.mark.parametrize("word", DOMAINS)
def test_a_domain_is_kept_in_every_draw(word) -> None:
    problem = Problem(objective=lambda A: (A**2).sum(), A=f"n,n {word}")
    points = problem.points(0)
    assert points
    assert all(DOMAINS[word](point.values["A"]) for point in points)


WRONG = [
    (dict(X="n"), 'X="n": give two sizes'),
    (dict(X="n,p rusty"), "unknown word rusty; known are one-hot"),
    (dict(X="n,p invertible"), "invertible needs a square matrix"),
    (dict(X="n,p row"), 'a row has the sizes "1,p row"'),
]


@pytest.mark.parametrize(("sizes", "said"), WRONG)
def test_what_makes_no_sense_is_told_with_the_cure(sizes, said) -> None:
    with pytest.raises(ProblemError, match=said.replace('"', ".")):
        Problem(r"f = \|X\|_F^2", **sizes)
