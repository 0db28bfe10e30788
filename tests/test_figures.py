"""The figures that the course has always shown come out of our problems (torch, float32)."""

import torch
from torch import Tensor

from grader import oracle
from notebooks import namespace


def drawn(*sizes: tuple[int, int]) -> list[Tensor]:
    torch.manual_seed(0)
    return [torch.randn(*size) for size in sizes]


def close(found: Tensor, expected: list[float]) -> bool:
    """Equal to the four decimals that the figures are given with."""
    return torch.allclose(found.flatten(), torch.tensor(expected), rtol=0, atol=6e-5)


def test_relu() -> None:
    """f = 99.9048, and row 0 of W.grad."""
    problem = namespace("matrix_derivative")["relu"]
    values = dict(zip("XWY", drawn((10, 4), (4, 4), (10, 4)), strict=True))
    assert close(problem.objective(values), [99.9048])
    slope = oracle.gradient(problem, values, ["W"])["W"]
    assert close(slope[0], [18.2980, 2.7573, 2.3914, -0.1974])


def test_affine() -> None:
    """Row 0 of X.grad and of W.grad; the objective is 162.5566."""
    problem = namespace("matrix_derivative")["affine"]
    values = dict(zip("XWB", drawn((10, 4), (4, 4), (10, 4)), strict=True))
    slopes = oracle.gradient(problem, values, ["X", "W"])
    assert close(problem.objective(values), [162.5566])
    assert close(slopes["X"][0], [-5.5354, 2.2788, -7.2747, 4.9560])
    assert close(slopes["W"][0], [12.8560, 0.9793, -10.9075, -24.5453])


def test_accumulation() -> None:
    """10, 20, 10, then 11, 22, 11, then 1, 2, 1."""
    names = namespace("matrix_derivative")
    found = [names[name] for name in ("after_first", "after_second", "after_zero")]
    assert found == [(10, 20, 10), (11, 22, 11), (1, 2, 1)]


def test_misplaced_bias() -> None:
    """f = 1010.4425 and w1.grad with the bias outside the sigmoid."""
    forward = namespace("two_layer_regression")["forward_with_bug"]
    x, y, w1, w2, b1, b2 = drawn((100, 1), (100, 1), (1, 10), (10, 1), (100, 10), (100, 1))
    w1.requires_grad_()
    loss = (y - forward(x, w1, b1, w2, b2)).square().sum()
    loss.backward()
    assert close(loss.detach(), [1010.4425])
    first = [4.3456, -3.1038, -1.3355, -0.7209, 1.2226, 4.0725, 14.6505, -4.9000, 0.8338, -3.4824]
    assert w1.grad is not None
    assert close(w1.grad, first)
