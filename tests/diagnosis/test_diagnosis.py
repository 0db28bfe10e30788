"""A wrong gradient is told its true cause, from the formula alone, or nothing at all."""

from importlib import import_module
from pathlib import Path

import pytest
import torch

from diagnosis.judged import Judged, judged, verdict_of, verdicts_on
from grader import CheckFailed, Mistake, Problem, check, oracle
from grader.algebra.differentiate import adjoints
from grader.algebra.parts import parts
from grader.algebra.tidy import tidy
from grader.checks import verdict_on
from grader.diagnosis import MISCONCEPTIONS, candidates
from grader.diagnosis.values import Values
from grader.latex.names import canonical

RELU = Problem(r"f = \|\max(XW, 0) - Y\|_F^2", X="n,p", W="p,q", Y="n,q")
NETWORK = Problem(
    r"f = \|Y - (\sigma(X W_1 + b_1) W_2 + b_2)\|_F^2",
    X="n,p", Y="n,q", W_1="p,m", b_1="1,m row", W_2="m,q", b_2="1,q row",
)  # fmt: skip
LISTS = sorted(path.stem for path in Path(__file__).parent.glob("wrong_*.py"))
RIGHT = ["wrong_seventh", "wrong_eighth", "wrong_ninth", "wrong_twelfth"]
DOCS = Path(__file__).parents[2] / "docs" / "diagnosis.md"


@pytest.mark.parametrize("seed", [None, 71], ids=["visible", "hidden"])
def test_wrong_answers_are_told_their_true_cause(seed) -> None:
    """At least 95 % get the right diagnosis, none a wrong one."""
    found = [one for name in LISTS for one in judged(name, seed)]
    assert len(found) > 60
    assert [said(one) for one in found if one.result == "wrong"] == []
    assert sum(one.result == "right" for one in found) >= 0.95 * len(found)


def said(one: Judged) -> str:
    return f"{one.wrong.problem} {one.wrong.variable} {one.wrong.code}: {one.verdict.diagnosis}"


@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_are_told_nothing(name) -> None:
    """However they are written, in float32 or with an input changed in place too: they agree."""
    module = import_module(f"diagnosis.{name}")
    found = [one for seed in (None, 71) for one in verdicts_on(module, module.all_right(), seed)]
    assert [said(one) for one in found if one.verdict.diagnosis] == []
    assert [one.verdict.kind for one in found] == [one.wrong.causes[0] for one in found]


def test_every_name_is_in_the_table() -> None:
    """The names that are given are the table of docs/diagnosis.md, and every one is explained."""
    rows = [f"| `{name}` | {meaning} |" for name, meaning in MISCONCEPTIONS.items()]
    lines = DOCS.read_text().splitlines()
    assert [line for line in lines if line.startswith("| `") and line.count("|") == 3] == rows
    given = {slip.name for n in NETWORK.variables for slip in candidates(NETWORK, n)}
    assert given <= set(MISCONCEPTIONS)


FORMULAS = {
    r"f = \|XW + B\|_F^2": {"X": "n,p", "W": "p,q", "B": "n,q"},
    r"f = \|Y - (\sigma(X W_1 + b_1) W_2 + b_2)\|_F^2": {
        "X": "n,p", "Y": "n,q", "W_1": "p,m", "b_1": "1,m row", "W_2": "m,q", "b_2": "1,q row"},
    r"f = \frac1n\|XW-Y\|_F^2 + \frac\lambda2\operatorname{tr}(W^TW)": {
        "X": "n,p", "W": "p,q", "Y": "n,q", r"\lambda": "1,1"},
    r"f = -\operatorname{tr}(Y^T \log \mathrm{softmax}(XW))": {
        "X": "n,p", "W": "p,q", "Y": "n,q one-hot"},
    r"f = \mathbf{1}^T \log(\exp(XW)\mathbf{1}) - \langle Y, XW \rangle": {
        "X": "n,p", "W": "p,q", "Y": "n,q"},
    r"f = \sum_{i,j}(\sum_k X_{ik}W_{kj}-Y_{ij})^2": {"X": "n,p", "W": "p,q", "Y": "n,q"},
    r"f = \log\det(X^TX + I)": {"X": "n,p"},
    r"f = \operatorname{tr}((X^T X + I)^{-1})": {"X": "n,p"},
    r"f = \frac{x^T A x}{x^T x}": {"x": "n,1", "A": "n,n"},
    r"f = \|\mathrm{softmax}(\frac{Q K^T}{\sqrt{m}}) V\|_F^2": {
        "Q": "n,m", "K": "p,m", "V": "p,q"},
    r"f = \|\max(A, B) C^T\|_F": {"A": "n,p", "B": "n,p", "C": "q,p"},
    r"f = \mathbf 1^T \operatorname{diag}(x) A x": {"A": "n,n", "x": "n,1"},
    r"f = \operatorname{tr}(A \otimes B)": {"A": "n,n", "B": "m,m"},
}  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_the_gradient_as_written_is_the_true_one(text) -> None:
    """The expression that slips are made in equals autograd's gradient, of every variable."""
    problem = Problem(text, FORMULAS[text])
    (point,) = problem.points(3, draws=1, corners=False, kinks=False)
    values, formula = Values(problem, point.values), tidy(problem.formula.term)
    found, true = adjoints(formula), oracle.gradient(problem, point.values, list(point.values))
    for name, variable in problem.variables.items():
        (leaf,) = (p for p in parts(formula) if p.detail == canonical(variable.name))
        torch.testing.assert_close(values.of(found[leaf]), true[name], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_right_answer_is_no_candidate_s_business(text, monkeypatch) -> None:
    """An answer that agrees is not diagnosed at all, so a passing check costs nothing more."""
    problem = Problem(text, FORMULAS[text])
    monkeypatch.setattr("grader.checks.explain", None)
    for name in problem.variables:
        true = lambda *v, n=name: oracle.gradient(problem, named(problem, v), [n])[n]  # noqa: E731
        assert verdict_of(problem, name, true).diagnosis == ()


def named(problem: Problem, values) -> dict[str, torch.Tensor]:
    return dict(zip(problem.variables, values, strict=True))


def of_two_mistakes(X, W, Y):
    Z = X @ W
    return 2 * X.T @ ((Z + Y) * Z.tanh())


def of_chance(X, W, Y):
    return torch.randn(W.shape)


def of_nothing(X, W, Y):
    return torch.zeros_like(W)


def of_a_typo(X, W, Y):
    return 2 * X.T @ E  # noqa: F821


@pytest.mark.parametrize("answer", [of_two_mistakes, of_chance, of_nothing, of_a_typo])
def test_no_diagnosis_is_better_than_a_wrong_one(answer) -> None:
    assert verdict_of(RELU, "W", answer).diagnosis == ()


def line_of(problem: Problem, answer, name: str = "W", **options) -> str:
    with pytest.raises(CheckFailed) as failure:
        check(problem, **{name: answer}, **options)
    return str(failure.value)


def test_a_student_reads_the_symbols_of_the_problem() -> None:
    """The sentence names the function and its argument, and says what a letter stands for."""
    line = line_of(RELU, lambda X, W, Y: 2 * X.T @ ((X @ W).relu() - Y))
    assert line.endswith("| as if max'(Z) were left out (Z = XW)")


def test_the_lost_bracket_of_the_real_homework_is_recognised() -> None:
    """It raises where sizes differ, and is asked once more where they do not."""

    def lost(X, Y, W1, b1, W2, b2):
        s = torch.sigmoid(X @ W1 + b1)
        return -2 * X.T @ ((Y - (s @ W2 + b2)) @ W2.T) * (s * (1 - s))

    verdict = verdict_of(NETWORK, "W1", lost)
    assert verdict.kind == "raised"
    assert verdict.diagnosis == ("lost_brackets",)
    assert "as if the brackets around" in verdict.sentence


def test_what_a_size_explains_is_told_from_a_fixed_number() -> None:
    """1/n and 1/4 differ even if n is 4 wherever the check asks."""
    true = lambda X, W, Y: 2 * X.T @ (((X @ W).relu() - Y) * (X @ W > 0))  # noqa: E731
    same_n = [p for p in (RELU.point({"n": 4, "p": p, "q": 2}, 1) for p in (3, 5)) if p]
    for answer, name in [
        (lambda X, W, Y: true(X, W, Y) / len(X), "mean_for_sum"),
        (lambda X, W, Y: true(X, W, Y) / 4, "factor"),
    ]:
        asked = oracle.questions(RELU, ["W"], same_n)
        assert verdict_on(RELU, "W", answer, asked, "accept").diagnosis == (name,)


@pytest.mark.parametrize("fails", [lambda X: len(X) == 1, lambda X: X.shape[1] == 1])
@pytest.mark.parametrize("error", [ValueError("1 is too small"), None], ids=["raises", "is wrong"])
def test_what_is_right_elsewhere_is_not_right_there_only(fails, error) -> None:
    """An answer that fails in a corner is not said to be right for equal sizes, or n = 1, only."""

    def answer(X, W, Y):
        if fails(X) and error:
            raise error
        off = torch.rand(W.shape) if fails(X) else 0
        return 2 * X.T @ (((X @ W).relu() - Y) * (X @ W > 0)) + off

    assert verdict_of(RELU, "W", answer, seed=71).diagnosis == ()


RIDGE = Problem(r"f = \frac1n\|3\sin(XW) - 4Y\|_F^2 + 5\|W\|_F^2", X="n,p", W="p,q", Y="n,q")


@pytest.mark.parametrize(
    ("sine", "target", "ridge", "said"),
    [
        (1, 4, 10, "3sin(h) alone were off by a factor 0.3333, its 3 left out"),
        (3, 1, 10, "4Y alone were off by a factor 0.25, its 4 left out"),
        (3, 4, 2.5, "10W alone were off by a factor 0.25"),
        (3, 4, -10, "10W had the other sign"),
        (9, 12, 5, "off by a factor 3, and as if 10W alone were off by a factor 0.5"),
    ],
)
def test_an_addend_is_found_to_be_off_by_any_number(sine, target, ridge, said) -> None:
    def answer(X, W, Y):
        Z = X @ W
        return 6 / len(X) * X.T @ ((sine * Z.sin() - target * Y) * Z.cos()) + ridge * W

    line = line_of(RIDGE, answer)
    assert said in line


def test_an_addend_is_found_to_be_divided_by_a_size() -> None:
    def answer(X, W, Y):
        Z = X @ W
        return 6 / Y.numel() * X.T @ ((3 * Z.sin() - 4 * Y) * Z.cos()) + 10 * W

    assert verdict_of(RIDGE, "W", answer, seed=71).diagnosis == ("mean_for_sum",)


def test_two_addends_off_by_numbers_that_nobody_would_write_are_not_explained() -> None:
    def answer(X, W, Y):
        Z = X @ W
        return 6 / len(X) * X.T @ ((3 * Z.sin() - 0.7 * Y) * Z.cos()) + 1.3 * W

    assert verdict_of(RIDGE, "W", answer).diagnosis == ()


def test_an_overflow_is_named_where_exp_overflows_only() -> None:
    def overflows(X, Y, W1, b1, W2, b2):
        h = X @ W1 + b1
        slope = torch.exp(h) / (1 + torch.exp(h)) ** 2
        return X.T @ (-2 * (Y - (torch.sigmoid(h) @ W2 + b2)) @ W2.T * slope)

    assert "exp overflows there" in line_of(NETWORK, overflows, "W1", stable=True)
    assert "overflow" not in line_of(NETWORK, lambda X, *v: v[1] / 0, "W1")


def test_answers_that_overflow_agree_but_where_exp_is_stretched() -> None:
    """Right at ordinary points, visible and hidden; told `overflow` where stable=True asks."""
    module = import_module("diagnosis.wrong_thirteenth")
    answers = module.all_overflowing()
    assert all(one.verdict.agrees for one in verdicts_on(module, answers, seed=71))
    for seed in (None, 71):
        found = verdicts_on(module, answers, seed, stable=True)
        assert [one.verdict.diagnosis for one in found] == [("overflow",)] * len(answers)


HINGE = Problem(
    objective=lambda X, w, y: (1 - y * (X @ w)).clamp(min=0).sum(),
    X="n,p", w="p,1", y="n,1",
    mistakes=[
        Mistake("w", "margin_ignored", "as if every sample were inside the margin",
                lambda X, w, y: -X.T @ y),
    ],
)  # fmt: skip


def hinge(X, w, y):
    return -X.T @ (y * (y * (X @ w) < 1))


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda X, w, y: -hinge(X, w, y), "sign"),
        (lambda X, w, y: hinge(X, w, y) / 2, "factor"),
        (lambda X, w, y: hinge(X, w, y) / len(y), "mean_for_sum"),
        (lambda X, w, y: hinge(X, w, y).T, "transpose"),
        (lambda X, w, y: hinge(X[-1:], w, y[-1:]), "one_sample"),
        (lambda X, w, y: -(X @ w) * (y * (X @ w) < 1), "other_variable"),
        (lambda X, w, y: hinge(X.sum(0, True), w, y.sum(0, True)), "one_sample_only"),
        (lambda X, w, y: -X.T @ y, "margin_ignored"),
    ],
)
def test_a_torch_function_has_what_any_gradient_has_and_what_its_author_names(answer, name) -> None:
    assert verdict_of(HINGE, "w", answer).diagnosis == (name,)
