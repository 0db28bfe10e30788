"""A right answer agrees in whatever dress; a wrong one is told in one plain sentence."""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import CheckFailed, Problem, check, check_equal
from grader.checks import FOLDED

RELU = Problem(r"f = \|\max(XW, 0) - Y\|_F^2", X="n,p", W="p,q", Y="n,q")
NETWORK = Problem(
    r"f = \|Y - (\sigma(X W_1 + b_1) W_2 + b_2)\|_F^2",
    X="n,p", Y="n,q", W_1="p,m", b_1="1,m row", W_2="m,q", b_2="1,q row",
)  # fmt: skip
SEED = 71


def right(X, W, Y):
    Z = X @ W
    return 2 * X.T @ ((Z.clamp(min=0) - Y) * (Z > 0))


def by_einsum(X, W, Y):
    Z = torch.einsum("np,pq->nq", X, W)
    return torch.einsum("np,nq->pq", X, 2 * (Z.relu() - Y) * (Z > 0))


def by_rows(X, W, Y):
    total = torch.zeros_like(W)
    for x, y in zip(X, Y, strict=True):
        z = x @ W
        total += torch.outer(x, 2 * (torch.relu(z) - y) * (z > 0))
    return total


def by_where(X, W, Y):
    Z = X @ W
    return 2 * X.T @ torch.where(Z > 0, Z - Y, torch.zeros_like(Z))


def by_sign(X, W, Y):
    H = torch.relu(X @ W)
    return 2 * X.T @ ((H - Y) * torch.sign(H))


def in_place_on_a_clone(X, W, Y):
    E = (X @ W).clone()
    mask = E > 0
    E.clamp_(min=0).sub_(Y).mul_(mask).mul_(2)
    return X.T @ E


def with_mask_ge(X, W, Y):
    Z = X @ W
    return 2 * X.T @ ((Z.clamp(min=0) - Y) * (Z >= 0))


def with_default_dtype_tensors(X, W, Y):
    Z = X @ W
    return torch.full((), 2.0) * X.T @ ((torch.maximum(Z, torch.zeros(1)) - Y) * (Z > 0).float())


def as_leaf(X, W, Y):
    return right(X, W, Y).requires_grad_()


RIGHT = [
    right,
    by_einsum,
    by_rows,
    by_where,
    by_sign,
    in_place_on_a_clone,
    with_mask_ge,
    with_default_dtype_tensors,
    as_leaf,
    lambda A, B, C: 2 * A.mT @ ((torch.relu(A @ B) - C) * (A @ B > 0)),
    lambda *args: right(*args) + 0,
    lambda A, B, C: right(A, B, C).tolist(),
    lambda X, W, Y: right(X, W, Y).numpy(),
    lambda X, W, Y: right(X.float(), W.float(), Y.float()),
    lambda X, W, Y: right(X, W, Y).to_sparse(),
]


@pytest.mark.parametrize("answer", RIGHT)
def test_a_right_answer_agrees_in_any_dress(answer, capsys) -> None:
    check(RELU, W=answer)
    check(RELU, W=answer, seed=SEED)
    out, err = capsys.readouterr()
    assert "agrees: yes" in out
    assert not err


def test_fixed_float32_inside_is_told_and_costs_nothing(capsys) -> None:
    """A call that fails on float64 is made once more in float32."""

    def answer(X, W, Y):
        ones = torch.ones(X.shape[0], X.shape[0], dtype=torch.float32)
        return right(torch.linalg.solve(ones + torch.eye(len(X)).float(), ones @ X) * 0 + X, W, Y)

    check(RELU, W=answer)
    assert "float32" in capsys.readouterr().out


def test_a_list_of_numbers_is_as_exact_as_they_are(capsys) -> None:
    """Python's numbers have 64 bits, whatever torch's default dtype is."""
    check(RELU, W=lambda *args: right(*args).tolist())
    assert "float32" not in capsys.readouterr().out
    double, single = torch.tensor(0.1, dtype=torch.float64), torch.tensor(0.1)
    check_equal(a=(double, 0.1), b=(0.1, double), c=(single, 0.1))
    with pytest.raises(CheckFailed, match="few digits"):
        check_equal(a=(double + 1e-6, 0.1))


def test_a_true_value_in_float32_asks_for_no_more_than_it_knows() -> None:
    check_equal(
        a=(torch.tensor(0.1, dtype=torch.float64), torch.tensor(0.1)), b=(0.1, torch.tensor(0.1))
    )
    with pytest.raises(CheckFailed):
        check_equal(a=(0.1001, torch.tensor(0.1)))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda X, W, Y: W > 0, "agrees: no"),
        (lambda X, W, Y: True, "a single number"),
        (lambda X, W, Y: torch.zeros(0, 3), "shape (0, 3), asked"),
        (lambda X, W, Y: torch.ones(1, dtype=torch.float16).expand(4000, 4000), "asked"),
    ],
)
def test_an_answer_of_a_strange_kind_is_told_as_any_other(answer, told) -> None:
    with pytest.raises(CheckFailed) as failed:
        check(RELU, W=answer)
    assert told in str(failed.value)


def changed_in_place(X, W, Y):
    answer = right(X, W, Y)
    W.zero_()
    return answer


def in_float32_inside(X, W, Y):
    E = torch.relu(X @ W) - Y
    return 2 * X.T @ ((E.float() * 0.1).to(X.dtype) * 10 * (X @ W > 0))


def cast_and_back(X, W, Y):
    return right(X.float(), W.float(), Y.float()).double()


TOLD = [
    (changed_in_place, "the call changes its input W in place; work on a copy, W.clone()"),
    (cast_and_back, "computed in float32"),
    (in_float32_inside, "computed in float32"),
    (lambda X, W, Y: cast_and_back(X, W, Y).tolist(), "computed in float32"),
]


@pytest.mark.parametrize(("answer", "remark"), TOLD)
@pytest.mark.parametrize("seed", [None, SEED, 7, 8])
def test_float32_and_a_changed_input_are_told_and_cost_nothing(answer, remark, seed, capsys):
    """Where the value is right, the way to it is remarked on; it once cost all points."""
    check(RELU, W=answer, seed=seed)
    assert remark in capsys.readouterr().out


def test_what_torch_has_not_implemented_is_no_unwritten_answer() -> None:
    """A stub's error has no words; a library's says what it lacks."""

    def lacks(X, W, Y):
        raise NotImplementedError("no kernel for this layout")

    with pytest.raises(CheckFailed, match="raised NotImplementedError: no kernel") as failed:
        check(RELU, W=lacks)
    assert [verdict.kind for verdict in failed.value.verdicts] == ["raised"]


def by_secants(X, W, Y, step=1e-7):
    def f(W):
        return (torch.relu(X @ W) - Y).square().sum()

    slopes = [(f(W + step * unit.view_as(W)) - f(W)) / step for unit in torch.eye(W.numel())]
    return torch.stack(slopes).view_as(W)


def test_a_difference_quotient_is_not_taken_for_float32() -> None:
    """It is as near to the truth, but far off when it is asked in float32."""
    assert "few digits" in wrong_line(by_secants)


def wrong_line(answer, problem=RELU, name="W", **options) -> str:
    with pytest.raises(CheckFailed) as failure:
        check(problem, **{name: answer}, **options)
    return str(failure.value)


def divided(X, W, Y):
    return right(X, W, Y) / 0


SENTENCES = [
    (lambda X, W, Y: None, "the function returns None; does it end in return?"),
    (lambda X, W, Y: "2X", "a tensor is asked for, this is a str"),
    (lambda X, W, Y: right(X, W, Y).T, "shape (5, 7), asked (7, 5)"),
    (lambda X, W, Y: right(X, W, Y).T, "as if transposed"),
    (lambda X, W, Y: right(X, W, Y).sum(0), "1 dimension(s), asked 2"),
    (lambda X, W, Y: X, "a gradient has the shape of its variable"),
    (lambda X, W, Y: right(X, W, Y) / 2, "off by a factor 0.5"),
    (lambda X, W, Y: -right(X, W, Y), "as if the sign were flipped"),
    (lambda X, W, Y: right(X, W, Y) * (1 + 1e-6), "right to a few digits only"),
    (lambda X, W, Y: right(X, W, Y) * 1j, "the answer is complex"),
    (lambda X, W, Y: right(X, W, Y) * math.nan, "nan in 35 of 35 entries, the first at (0, 0)"),
    (divided, "inf in"),
    (lambda X, W: X, "wrong number of arguments: "),
    (lambda X, W, Y: X @ X, "the call raised RuntimeError: mat1 and mat2"),
]


@pytest.mark.parametrize(("answer", "sentence"), SENTENCES)
def test_each_failure_has_a_plain_sentence(answer, sentence) -> None:
    line = wrong_line(answer)
    assert line.startswith("W | ")
    assert "agrees: no" in line
    assert sentence in line


def test_a_stub_is_said_to_be_not_written_yet() -> None:
    def stub(X, W, Y):
        raise NotImplementedError

    assert "not written yet" in wrong_line(stub)


def test_exit_inside_a_function_is_a_failure_not_an_end() -> None:
    def leaves(X, W, Y):
        raise SystemExit

    assert "the call raised SystemExit" in wrong_line(leaves)


def test_lists_and_arrays_can_be_refused() -> None:
    """The instructor's setting says what a list or a numpy array costs."""
    assert "a list was returned" in wrong_line(lambda *a: right(*a).tolist(), lists="refuse")
    assert "numpy array" in wrong_line(lambda *a: np.asarray(right(*a)), lists="refuse")


def test_right_for_one_sample_only_does_not_agree() -> None:
    """The real homework's lost bracket and missing batch sums pass on a 1 x 1 sample only."""

    def lost_bracket(X, Y, W1, b1, W2, b2):
        s = torch.sigmoid(X @ W1 + b1)
        return -2 * X.T @ ((Y - (s @ W2 + b2)) @ W2.T) * (s * (1 - s))

    def no_batch_sum(X, Y, W1, b1, W2, b2):
        return -2 * (Y - (torch.sigmoid(X @ W1 + b1) @ W2 + b2))

    one = Problem(
        r"f = \|Y - (\sigma(X W_1 + b_1) W_2 + b_2)\|_F^2",
        X="1,1", Y="1,1", W_1="1,1", b_1="1,1 row", W_2="1,1", b_2="1,1 row",
    )  # fmt: skip
    check(one, W1=lost_bracket, b2=no_batch_sum)
    assert "agrees: no" in wrong_line(lost_bracket, NETWORK, "W1")
    assert "agrees: no" in wrong_line(no_batch_sum, NETWORK, "b2")


def test_a_formula_that_overflows_fails_only_the_stability_check() -> None:
    def overflows(X, Y, W1, b1, W2, b2):
        h = X @ W1 + b1
        slope = torch.exp(h) / (1 + torch.exp(h)) ** 2
        return X.T @ (-2 * (Y - (torch.sigmoid(h) @ W2 + b2)) @ W2.T * slope)

    check(NETWORK, W1=overflows, seed=SEED)
    assert "nan in" in wrong_line(overflows, NETWORK, "W1", stable=True)


def test_a_failure_shows_no_line_of_the_test() -> None:
    """IPython renders the check line alone, so that hidden tests stay hidden."""
    with pytest.raises(CheckFailed) as failure:
        check(RELU, W=lambda X, W, Y: None)
    assert failure.value._render_traceback_() == [f"CheckFailed: {failure.value}"]


def test_a_long_line_is_folded_where_a_notebook_shows_it() -> None:
    """VS Code wraps no output, and the diagnosis stands at the end; the message stays one line."""
    said = "W | shape (4, 3) as asked | agrees: no | furthest 7.1e+00 at (1, 0) | "
    [shown] = CheckFailed(f"{said}as if B were left out")._render_traceback_()
    assert shown.splitlines()[1:] == ["    as if B were left out"]
    failed = CheckFailed(said + "as if it were so " * 9)
    [shown] = failed._render_traceback_()
    assert max(map(len, shown.splitlines())) <= FOLDED
    assert " ".join(shown.split()) == f"CheckFailed: {failed}".strip()
    assert "\n" not in str(failed)


def test_values_are_checked_as_gradients_are() -> None:
    check_equal(losses=([1.0, 2.0], (1, 2)), pair=((torch.ones(1), torch.ones(1, 1)), [1, 1]))
    with pytest.raises(CheckFailed, match="shape"):
        check_equal(losses=([1.0], [1.0, 2.0]))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), factor=st.floats(0.1, 10).filter(lambda f: abs(f - 1) > 1e-3))
def test_no_seed_makes_a_right_answer_wrong_or_a_wrong_one_right(seed, factor) -> None:
    check(RELU, W=right, seed=seed)
    with pytest.raises(CheckFailed):
        check(RELU, W=lambda *a: factor * right(*a), seed=seed)


FAILED = r"""
import sys
from grader import Problem, check
problem = Problem(r"f = \|\tanh(XW) - Y\|_F^2", X="n,p", W="p,q", Y="n,q")
try:
    check(problem, W=lambda X, W, Y: 2 * X.T @ (X @ W - Y))
except AssertionError as error:
    print(error)
print("loaded:", *{"sympy", "torch._dynamo"} & set(sys.modules))
"""


def test_a_failed_check_loads_no_compiler() -> None:
    """Parts of torch load theirs, with sympy, for a second and more; a student would wait."""
    command = [sys.executable, "-c", FAILED]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "agrees: no" in done.stdout
    assert done.stdout.splitlines()[-1].strip() == "loaded:"
