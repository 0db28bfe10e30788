"""Each row of the table of functions keeps its word, and a new one is known everywhere at once."""

import numpy as np
import pytest
import torch

from diagnosis.judged import verdict_of
from grader import Problem, oracle
from grader.algebra.arrays import derivative
from grader.algebra.differentiate import HIGHEST
from grader.algebra.functions import FUNCTIONS, Array, F, Function, Z, of, on_tensors
from grader.author.solution import solution
from grader.author.words import formula
from grader.derivation import Verdict
from grader.derivation.command import run

ROWS = list(dict.fromkeys(FUNCTIONS.values()))
EACH = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
SOFTPLUS = of("softplus", Z)
MISH = Function(
    "mish",
    lambda z: z * np.tanh(np.logaddexp(z, 0.0)),
    of("tanh", SOFTPLUS) + Z * (1 - of("tanh", SOFTPLUS) ** 2) * of("sigmoid", Z),
    "torch.nn.functional.mish({})",
    meaning=r"\operatorname{mish}(z) = z\tanh(\log(1 + e^z))",
    kin=("relu", "sigmoid", "tanh"),
)
SIZES = {"X": "n,p", "W": "p,q", "Y": "n,q"}


def places(row: Function) -> Array:
    return np.array([[0.3, 1.7], [2.2, 0.05]]) if row.positive else np.array([[-2.3, -0.7, 0.4, 2]])


@EACH
def test_the_slope_is_what_differences_say(row: Function) -> None:
    """So is each higher derivative that is read."""
    z, h = places(row), 1e-6
    for order in range(1, HIGHEST + 1):
        above, below = (derivative(row.name, order - 1, z + s * h) for s in (1, -1))
        assert np.allclose(derivative(row.name, order, z), (above - below) / (2 * h), atol=1e-5)


@EACH
def test_torch_has_the_same_value_and_slope(row: Function) -> None:
    """Also as a person writes it."""
    z = torch.tensor(places(row), requires_grad=True)
    value = on_tensors(row)(z)
    written = eval(row.torch.replace("{}", "z"), {"torch": torch, "z": z})
    assert np.allclose(value.detach(), row.value(places(row)), rtol=1e-12)
    assert torch.allclose(written, value, rtol=1e-12)
    if value.requires_grad:
        value.sum().backward()
        assert np.allclose(z.grad, derivative(row.name, 1, places(row)), rtol=1e-12)


@EACH
def test_nothing_overflows_but_what_is_so_large(row: Function) -> None:
    """Far out value and slope are numbers, in numpy without a warning; exp itself is large."""
    z = np.array([[1e-9, 1e4]]) if row.positive else np.array([[-1e4, -900, 900, 1e4]])
    tensor = torch.tensor(z, requires_grad=True)
    value = on_tensors(row)(tensor)
    with np.errstate(over="ignore" if row.name in ("exp", "sinh", "cosh") else "raise"):
        assert np.allclose(row.value(z), value.detach(), rtol=1e-12, equal_nan=False)
        slope = derivative(row.name, 1, z)
    assert not np.isnan(slope).any()
    if value.requires_grad:
        value.sum().backward()
        assert np.allclose(z_grad := tensor.grad.numpy(), slope, rtol=1e-9), z_grad


@EACH
def test_it_jumps_at_0_where_the_row_says_so(row: Function) -> None:
    """It or its slope; nowhere else does any."""
    if row.positive:
        return
    sides = np.array([[-1e-9, 1e-9]])
    jumps = [np.ptp(derivative(row.name, order, sides)) > 1e-3 for order in (0, 1)]
    assert any(jumps) == row.kink


@EACH
def test_its_latex_is_read_back(row: Function) -> None:
    """The function, its derivative, and each of its spellings."""
    x = torch.tensor(places(row))
    texts = [row.in_latex("X"), *(rf"\operatorname{{{name}}}(X)" for name in row.spellings)]
    for order, said in [*((0, text) for text in texts), (1, row.in_latex("X", 1))]:
        problem = Problem(rf"f = \mathbf{{1}}^\top {said} \mathbf{{1}}", X="n,p")
        expected = derivative(row.name, order, places(row)).sum()
        assert np.allclose(float(problem.objective({"X": x})), expected, rtol=1e-12), said


@EACH
def test_code_and_derivation_are_written_with_it(row: Function) -> None:
    """Our own checks then pass them."""
    if row.name in ("sign", "step"):
        return  # without a slope there is nothing to write
    domain = " positive" if row.positive else ""
    sizes = {name: size + domain for name, size in SIZES.items()}
    problem = Problem(rf"f = \|{row.in_latex('XW')} - Y\|_F^2", sizes)
    assert solution(problem, "W").missing == []


# ------------------------------------------------------------------ a new row


@pytest.fixture
def mish(monkeypatch: pytest.MonkeyPatch) -> Problem:
    monkeypatch.setitem(FUNCTIONS, "mish", MISH)
    return Problem(r"f = \|\operatorname{mish}(XW) - Y\|_F^2", SIZES)


def test_a_new_row_works_in_a_problem(mish: Problem) -> None:
    torch.manual_seed(3)
    values = {"X": torch.randn(5, 3), "W": torch.randn(3, 2), "Y": torch.randn(5, 2)}
    true = values["W"].clone().requires_grad_()
    f = ((torch.nn.functional.mish(values["X"] @ true) - values["Y"]) ** 2).sum()
    (gradient,) = torch.autograd.grad(f, true)
    assert torch.allclose(oracle.gradient(mish, values, ["W"])["W"], gradient)
    assert MISH.meaning in formula(mish)


GRADIENT = r"$\frac{\partial f}{\partial W} = 2X^\top((\operatorname{mish}(XW) - Y)%s)$"
MASK = r" \odot \operatorname{mish}'(XW)"


def test_a_new_row_works_in_a_derivation(mish: Problem) -> None:
    """Right with its derivative, and told what is missing without."""
    told = {"vars": "X:n,p W:p,q Y:n,q", "given": [mish.formula.text]}
    right = run(GRADIENT % MASK, told)
    assert right.steps[-1].verdict is Verdict.OK
    wrong = run(GRADIENT % "", told).steps[-1]
    assert (wrong.verdict, wrong.mistake.kind) == (Verdict.WRONG, "mistake.mask")


def test_a_new_row_works_in_a_diagnosis(mish: Problem) -> None:
    """Its derivative left out, and its kin in its place."""
    f = torch.nn.functional.mish
    left_out = verdict_of(mish, "W", lambda X, W, Y: 2 * X.T @ (f(X @ W) - Y))
    assert left_out.diagnosis == ("derivative_left_out",)


def test_a_new_row_is_written_in_code_and_latex(mish: Problem) -> None:
    """Both pass the checks that a student's answer passes."""
    written = solution(mish, "W")
    assert written.missing == []
    assert r"\operatorname{mish}'(Z)" in written.derivation
    assert any("torch.nn.functional.mish(Z)" in line for line in written.code)


def test_a_slope_is_read_by_its_value_alone_where_it_can_be() -> None:
    assert FUNCTIONS["sigmoid"].through_value == F * (1 - F)
    assert FUNCTIONS["relu"].through_value == (F > 0)
    assert FUNCTIONS["gelu"].through_value is None
