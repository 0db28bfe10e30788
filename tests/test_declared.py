"""What a problem may say is asked in one place: `Problem`, `grader new` and a file agree."""

import math

import pytest
import torch

from grader import Problem
from grader.author.tasks import TaskError, task_in
from grader.derivation.command import NotAProblem, run
from grader.latex import LatexError
from grader.problem import ProblemError
from grader.problem.declared import declared

REFUSED = [
    (r"f = \|X\|_F^2", {"X": "n"}, "X:n", ""),
    (r"f = \|X\|_F^2", {"X": "n,0"}, "X:n,0", "give two sizes"),
    (r"f = \|X\|_F^2", {"X": "n,1p"}, "X:n,1p", "give two sizes"),
    (r"f = \|X\|_F^2", {"X": "n,p rusty"}, "X:n,p:rusty", "unknown word rusty"),
    (r"f = \|X\|_F^2", {"X": "n,p invertible"}, "X:n,p%", "invertible needs a square matrix"),
    (r"f = \|X\|_F^2", {"X": "n,X"}, "X:n,X", "X is a variable"),
    (r"f = \|X\|_F^2", {"X": "n,f"}, "X:n,f", "f is the objective"),
    (r"f = \|f\|_F^2", {"f": "n,p"}, "f:n,p", "f is the objective"),
    (r"f = \|W_1\|_F^2", {"W_1": "n,p", "W1": "p,n"}, "W_1:n,p W1:p,n", "one name in Python"),
    (r"f = \|(X\|_F^2", {"X": "n,p"}, "X:n,p", "pair the brackets"),
    (r"f = \|XX\|_F^2", {"X": "n,p"}, "X:n,p", "n x p and n x p does not exist"),
    (r"f = X", {"X": "n,p"}, "X:n,p", "not a number"),
    (r"f = \|X\|_2^2", {"X": "n,p"}, "X:n,p", "this norm of a matrix is not read"),
    (r"f = d\|X\|_F^2", {"X": "n,d"}, "X:n,d", r"write d \cdot"),
]


@pytest.mark.parametrize(
    ("formula", "sizes", "plain", "said"), REFUSED, ids=[r[2] for r in REFUSED]
)
def test_what_a_problem_cannot_mean_is_refused_alike(formula, sizes, plain, said) -> None:
    with pytest.raises((ProblemError, LatexError)) as of_problem:
        Problem(formula, sizes)
    with pytest.raises((NotAProblem, ProblemError, LatexError)) as of_file:
        run("", {"vars": plain, "given": [formula]})
    with pytest.raises(TaskError) as of_task:
        task_in(f"a: {formula}; {plain}")
    assert all(said in str(refused.value) for refused in (of_problem, of_file, of_task))


MEANT = {
    r"f = \frac{1}{d} \|X\|_F^2": 1 / 5,
    r"f = \frac1d \|X\|_F^2": 1 / 5,
    r"f = 1/d \|X\|_F^2": 1 / 5,
    r"f = \frac{1}{nd} \|X\|_F^2": 1 / 15,
    r"f = \frac{n}{dn} \|X\|_F^2": 1 / 5,
    r"f = \frac{1}{d(n-1)} \|X\|_F^2": 1 / 10,
    r"f = \frac{1}{\sqrt{d}} \|X\|_F^2": 1 / math.sqrt(5),
    r"f = d \cdot \|X\|_F^2": 5,
    r"f = d^2 \cdot \|X\|_F^2": 25,
    r"f = \frac{1}{d_k} \|X\|_F^2": 1 / 4,
    r"f = \frac{1}{d_{k} tr} \|X\|_F^2": 1 / 8,
    r"f = \frac{1}{tr} \operatorname{tr}(X^\top X)": 1 / 2,
    r"f = tr \cdot tr(X^\top X)": 2,
    r"f = \|X I_d\|_F^2": 1,
    r"f = \frac{1}{d_{model}} \|X\|_F^2": 1 / 6,
}


@pytest.mark.parametrize("formula", MEANT)
def test_a_size_may_be_called_d_or_with_an_index_or_as_a_function(formula) -> None:
    """D is a size alone, among sizes and under a fraction; what it is before a variable stays."""
    sizes = {"X": "n,d", "A": "d_k,tr", "B": "d_model,n"}
    values = {
        "X": torch.randn(3, 5, dtype=torch.float64),
        "A": torch.zeros(4, 2, dtype=torch.float64),
        "B": torch.zeros(6, 3, dtype=torch.float64),
    }
    squares = (values["X"] ** 2).sum()
    assert torch.isclose(Problem(formula, sizes).objective(values), MEANT[formula] * squares)


DERIVED = r"""
$$df = \frac{2}{d} \langle XW - Y, X\,dW \rangle = \frac{2}{d} \langle X^\top(XW - Y), dW \rangle$$
$$\frac{df}{dW} = \frac{2}{d} X^\top (XW - Y), \quad \frac{d}{dW} f = \frac{2}{d}X^\top (XW - Y)$$
"""


def test_a_derivation_may_divide_by_d_and_write_differentials() -> None:
    formula = r"f = \frac{1}{d}\|XW - Y\|_F^2"
    problem = {"vars": "X:n,d W:d,q Y:n,q", "given": [formula], "asked": ["W"]}
    assert run(DERIVED, problem).verdict == "right"
    assert run(DERIVED.replace(r"\frac{2}{d} X", r"\frac{2}{n} X"), problem).verdict == "wrong"


def test_an_assignment_may_have_a_size_called_d() -> None:
    task = task_in(r"scaled: f = \frac{1}{d}\|XW - Y\|_F^2; X:n,d W:d,d_k Y:n,d_k; W")
    assert task.problem.sizes == ("n", "d", "d_k")
    assert r"d \times d_k" in task.problem.statement()


def test_a_file_may_rest_on_what_its_text_defines() -> None:
    """There a name that is not declared is no mistake; what else cannot be meant is one."""
    formula = r"f = \sum_i z_i^2"
    text = r"Let $z = Xw$. Then $\nabla_w f = 2X^\top z$."
    said = {"vars": "X:n,p w:p,1", "given": [formula], "asked": ["w"]}
    assert run(text, said).verdict == "right"
    with pytest.raises(ValueError, match="z_i is not declared"):
        Problem(formula, X="n,p", w="p,1")


def test_a_domain_has_one_name_however_it_is_spelled() -> None:
    found = declared({"P": "n,p stochastic", "S": "n,n positive-definite"}).variables
    assert [set(v.domain) for v in found] == [{"probability"}, {"definite"}]
    with pytest.raises(ProblemError, match="definite needs a square matrix"):
        declared({"S": "n,p definite"})
