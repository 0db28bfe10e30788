"""What is said of an answer is true of it: which way round, and where alone it is right."""

import pytest
import torch

from grader import Problem, check
from grader.checks import CheckFailed

AFFINE = Problem(r"f = \|XW + B\|_F^2", X="n,p", W="p,q", B="n,q")
SQUARES = Problem(r"f = \|XW - Y\|_F^2", X="n,p", W="p,q", Y="n,q")
SOFTMAX = Problem(r"f = \|\mathrm{softmax}(XW) - Y\|_F^2", X="n,p", W="p,q", Y="n,q")


def line(problem, seed=None, **answers) -> str:
    with pytest.raises(CheckFailed) as failed:
        check(problem, seed=seed, **answers)
    return str(failed.value)


def test_a_transpose_left_out_is_told_the_right_way_round() -> None:
    said = line(AFFINE, X=lambda X, W, B: 2 * (X @ W + B) @ W)
    assert "W is not transposed" in said
    assert "W^T stood for W" not in said


def test_a_transpose_too_many_has_its_own_words() -> None:
    square = Problem(r"f = \|AX - B\|_F^2", A="n,n", X="n,n", B="n,n")
    said = line(square, X=lambda A, X, B: 2 * A.mT @ (A.mT @ X - B))
    assert "A is transposed and should not be" in said


def test_a_clamped_answer_is_not_called_right_for_one_sample() -> None:
    for seed in (None, 1, 2, 3, 4):
        said = line(SQUARES, seed, W=lambda X, W, Y: (2 * X.mT @ (X @ W - Y)).clamp(-1, 1))
        assert "right" not in said


def test_a_loop_over_three_samples_is_right_up_to_three() -> None:
    def three(X, W, Y):
        rows = [2 * X[i : i + 1].mT @ (X[i : i + 1] @ W - Y[i : i + 1]) for i in range(len(X))]
        return sum(rows[:3])

    assert "right for n <= 3 only" in line(SQUARES, W=three)


def test_a_softmax_over_the_whole_matrix_is_called_so() -> None:
    def whole(X, W, Y):
        e = (X @ W).exp()
        s = e / e.sum()
        g = 2 * (s - Y)
        return X.mT @ (s * (g - (s * g).sum()))

    said = line(SOFTMAX, W=whole)
    assert "right with n = 1 only" not in said
    assert "softmax were taken over all entries" in said


def test_what_is_right_for_one_sample_only_is_said_still() -> None:
    def one(X, W, Y):
        extra = X.sum() ** 3 if len(X) > 1 else torch.zeros(())
        return 2 * X[:1].mT @ (X[:1] @ W - Y[:1]) + extra

    assert "right with n = 1 only" in line(SQUARES, W=one)
