"""A new operation is one row: it is read, computed, derived, diagnosed and written at once."""

import pytest
import torch

from diagnosis.judged import verdict_of
from grader import Problem, oracle
from grader.algebra import rules
from grader.algebra.expressions import power
from grader.algebra.forms import CALL, Form
from grader.algebra.linear import met
from grader.algebra.linear import way as moves
from grader.algebra.operations import OPERATIONS, Operation
from grader.algebra.write_latex import Latex
from grader.author.letters import names_of, root_of
from grader.author.solution import solution
from grader.derivation import Verdict
from grader.derivation.command import run

CUBES = Operation(
    "cubes",
    lambda e, x: (x**3).sum(axis=(-2, -1), keepdims=True),
    lambda e: [moves(e.args[0], met(3 * power(e.args[0], 2.0)))],
    spellings=("cubes",),
    sizes=rules.number,
    latex=Form(r"\operatorname{cubes}({})"),
    torch=Form("({}**3).sum()", CALL, CALL),
    words=Form("cubes({})"),
)
SIZES = {"X": "n,p", "W": "p,q", "Y": "n,q"}


@pytest.fixture
def cubes(monkeypatch: pytest.MonkeyPatch) -> Problem:
    monkeypatch.setitem(OPERATIONS, "cubes", CUBES)
    return Problem(r"f = \operatorname{cubes}(XW - Y)", SIZES)


def test_it_works_in_a_problem(cubes: Problem) -> None:
    torch.manual_seed(3)
    values = {"X": torch.randn(5, 3), "W": torch.randn(3, 2), "Y": torch.randn(5, 2)}
    expected = 3 * values["X"].T @ (values["X"] @ values["W"] - values["Y"]) ** 2
    assert torch.allclose(oracle.gradient(cubes, values, ["W"])["W"], expected, rtol=1e-4)


def test_its_sizes_are_what_the_rows_say(cubes: Problem) -> None:
    told = {"S": "n,n", "X": "n,p"}
    with pytest.raises(ValueError, match="the trace of a matrix of n x p does not exist"):
        Problem(r"f = \operatorname{tr}(X) + \operatorname{cubes}(S)", told)
    with pytest.raises(ValueError, match="the objective is n x n, not a number"):
        Problem(r"f = \operatorname{cubes}(X) S", told)


def test_it_works_in_a_derivation(cubes: Problem) -> None:
    """Right as its row says, and told what is off where it is not."""
    assert cubes.formula
    told = {"vars": "X:n,p W:p,q Y:n,q", "given": [cubes.formula.text]}
    line = r"$df = \langle 3(XW - Y)^{\odot 2}, X\,dW \rangle$"
    end = r"$\frac{\partial f}{\partial W} = %s X^\top (XW - Y)^{\odot 2}$"
    right, wrong = (run(f"{line}\n\n{end % factor}", told) for factor in "36")
    assert right.verdict == "right"
    assert [step.verdict for step in wrong.steps] == [Verdict.REMARK, Verdict.WRONG]
    assert wrong.steps[-1].mistake
    assert wrong.steps[-1].mistake.kind == "mistake.too_many"


def test_it_works_in_a_diagnosis(cubes: Problem) -> None:
    left_out = verdict_of(cubes, "W", lambda X, W, Y: 3 * (X @ W - Y) ** 2)
    assert left_out.diagnosis == ("factor_left_out",)


def test_it_is_written_in_code_and_on_paper(cubes: Problem) -> None:
    """Both pass the checks that a student's answer passes."""
    written = solution(cubes, "W")
    assert written.missing == []
    assert written.derivation
    assert r"3\langle (XW - Y)^{\odot 2}, X\,dW \rangle" in written.derivation
    assert written.code
    assert "(X @ W - Y)**2" in written.code[-1]
    writer = Latex(names_of(cubes))
    assert writer.of(root_of(cubes)) == r"\operatorname{cubes}(XW - Y)"
