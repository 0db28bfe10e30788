"""A formula read is the function its author meant: value, gradient, sizes."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from grader.latex import Formula, Variable, read_formula

SIZES = {"n": 5, "p": 3, "q": 4, "m": 2, "1": 1}
XWY = "X:n,p W:p,q Y:n,q"
NET = "X:n,p W_1:p,m b_1:1,m:row W_2:m,q b_2:1,q:row Y:n,q"

Values = dict[str, Tensor]


def variables(text: str) -> list[Variable]:
    """X:n,p b:1,q:row as variables."""
    parts = [word.split(":") for word in text.split()]
    return [Variable(p[0], *p[1].split(","), row="row" in p[2:]) for p in parts]


def drawn(declared: list[Variable]) -> Values:
    torch.manual_seed(7)
    return {
        v.name: torch.randn(SIZES[v.rows], SIZES[v.columns], dtype=torch.float64) for v in declared
    }


def softmax_rows(z: Tensor) -> Tensor:
    return z.exp() / z.exp().sum(1, keepdim=True)


def gram(x: Tensor) -> Tensor:
    return x.T @ x + torch.eye(x.shape[1], dtype=x.dtype)


def ones(n: int) -> Tensor:
    return torch.ones(n, 1, dtype=torch.float64)


def h(v: Values) -> Tensor:
    return torch.sigmoid(v["X"] @ v["W_1"] + v["b_1"])


FORMULAS: dict[str, tuple[str, Callable[[Values], Tensor]]] = {
    r"f = \|XW + B\|_F^2": (
        "X:n,p W:p,q B:n,q", lambda v: ((v["X"] @ v["W"] + v["B"]) ** 2).sum()),
    r"f = \|\max(XW, 0) - Y\|_F^2": (
        XWY, lambda v: (((v["X"] @ v["W"]).clamp(min=0) - v["Y"]) ** 2).sum()),
    r"f = ||max(XW,0)-Y||_F^2": (
        XWY, lambda v: (((v["X"] @ v["W"]).clamp(min=0) - v["Y"]) ** 2).sum()),
    r"f = \left\|\mathrm{ReLU}(X W) - Y\right\|^2": (
        XWY, lambda v: (((v["X"] @ v["W"]).relu() - v["Y"]) ** 2).sum()),
    r"f = \|(XW)_+ - Y\|_F^2": (
        XWY, lambda v: (((v["X"] @ v["W"]).relu() - v["Y"]) ** 2).sum()),
    r"f = \|Y - (\sigma(X W_1 + b_1) W_2 + b_2)\|_F^2": (
        NET, lambda v: ((v["Y"] - (h(v) @ v["W_2"] + v["b_2"])) ** 2).sum()),
    r"L = \frac{1}{n}\|\tanh(X W_{1} + \mathbf{1} b_1) W_2 + \mathbf 1_n b_2 - Y\|_F^2": (
        NET, lambda v: ((torch.tanh(v["X"] @ v["W_1"] + v["b_1"]) @ v["W_2"] + v["b_2"]
                         - v["Y"]) ** 2).sum() / 5),
    r"J(W) = \frac12\|XW-Y\|_F^2 + \frac{\lambda}{2}\operatorname{tr}(W^\top W)": (
        XWY + r" \lambda:1,1",
        lambda v: ((v["X"] @ v["W"] - v["Y"]) ** 2).sum() / 2
        + (v[r"\lambda"] / 2 * (v["W"] ** 2).sum()).squeeze()),
    r"f = x^T A x": ("A:n,n x:n,1", lambda v: (v["x"].T @ v["A"] @ v["x"]).squeeze()),
    r"f = \frac{x^\top A x}{x^\top x}": (
        "A:n,n x:n,1",
        lambda v: (v["x"].T @ v["A"] @ v["x"] / (v["x"].T @ v["x"])).squeeze()),
    r"f = \log\det(X^TX + I)": ("X:n,p", lambda v: torch.logdet(gram(v["X"]))),
    r"f = \log|X^TX + I|": ("X:n,p", lambda v: torch.logdet(gram(v["X"]))),
    r"f = \operatorname{tr}((X^T X + I)^{-1})": (
        "X:n,p", lambda v: torch.linalg.inv(gram(v["X"])).trace()),
    r"L = -\operatorname{tr}(Y^T \log \mathrm{softmax}(XW))": (
        XWY, lambda v: -(v["Y"] * torch.log_softmax(v["X"] @ v["W"], 1)).sum()),
    r"L = -\langle Y, XW \rangle + \mathbf{1}^T \log(\exp(XW)\mathbf{1})": (
        XWY, lambda v: -(v["Y"] * (v["X"] @ v["W"])).sum()
        + torch.logsumexp(v["X"] @ v["W"], 1).sum()),
    r"L = -y^T\log\frac{\exp(Wx)}{\mathbf{1}^T\exp(Wx)}": (
        "W:q,p x:p,1 y:q,1",
        lambda v: -(v["y"] * torch.log_softmax(v["W"] @ v["x"], 0)).sum()),
    r"L = -\sum_{i}\left[y_i\log\sigma(X_{i,:}w) + (1-y_i)\log(1-\sigma(X_{i,:}w))\right]": (
        "X:n,p w:p,1 y:n,1",
        lambda v: functional.binary_cross_entropy_with_logits(
            v["X"] @ v["w"], v["y"], reduction="sum")),
    r"f = \sum_{i,j}(\sum_k X_{ik}W_{kj}-Y_{ij})^2": (
        XWY, lambda v: ((v["X"] @ v["W"] - v["Y"]) ** 2).sum()),
    r"f = \sum_{i=1}^n \max(0, 1 - y_i (Xw)_i)": (
        "X:n,p w:p,1 y:n,1",
        lambda v: (1 - v["y"] * (v["X"] @ v["w"])).clamp(min=0).sum()),
    r"f = \|\mathrm{softmax}(\frac{Q K^T}{\sqrt{m}}) V\|_F^2": (
        "Q:n,m K:p,m V:p,q",
        lambda v: ((softmax_rows(v["Q"] @ v["K"].T / 2**0.5) @ v["V"]) ** 2).sum()),
    r"f = a^T (x \odot \exp(-x)) / \|x\|": (
        "a:n,1 x:n,1",
        lambda v: (v["a"] * v["x"] * (-v["x"]).exp()).sum() / v["x"].norm()),
    r"f = (A \otimes B) : C": (
        "A:n,p B:m,q C:u,v", lambda v: (torch.kron(v["A"], v["B"]) * v["C"]).sum()),
    r"f = \mathbf 1^T \operatorname{diag}(x) A x": (
        "A:n,n x:n,1", lambda v: (v["x"] * (v["A"] @ v["x"])).sum()),
    r"f = \frac1{nq}\|X W - Y\|_F^2": (
        XWY, lambda v: ((v["X"] @ v["W"] - v["Y"]) ** 2).mean()),
}  # fmt: skip


def case(text: str) -> tuple[Formula, Values, Tensor]:
    sizes, by_hand = FORMULAS[text]
    declared = variables(sizes)
    values = drawn(declared)
    return read_formula(text, declared), values, by_hand(values)


@pytest.mark.parametrize("text", [t for t in FORMULAS if r"\otimes" not in t])
def test_value_is_the_one_written_by_hand(text: str) -> None:
    """Each compiled objective equals a hand-written torch one to 1e-12."""
    formula, values, expected = case(text)
    value = formula.objective(values)
    assert value.shape == ()
    assert abs(value - expected) <= 1e-12 * max(1, abs(expected))


@pytest.mark.parametrize("text", [t for t in FORMULAS if r"\otimes" not in t])
def test_gradient_passes_gradcheck(text: str) -> None:
    """Autograd through the compiled objective agrees with finite differences."""
    formula, values, _ = case(text)
    names = list(values)
    inputs = [values[name].requires_grad_() for name in names]

    def objective(*args: Tensor) -> Tensor:
        return formula.objective(dict(zip(names, args, strict=True)))

    assert torch.autograd.gradcheck(objective, inputs)


def test_kronecker_product_has_the_product_of_the_sizes() -> None:
    """Sizes of a Kronecker product are products of letters, so a misfit is seen on letters."""
    with pytest.raises(ValueError, match="inner product of mn x pq and n x p does not exist"):
        read_formula(r"f = (A \otimes B) : C", variables("A:n,p B:m,q C:n,p"))
    formula = read_formula(r"f = \operatorname{tr}(A \otimes B)", variables("A:n,n B:m,m"))
    A, B = torch.rand(3, 3), torch.rand(2, 2)
    assert torch.isclose(formula.objective({"A": A, "B": B}), A.trace() * B.trace())


def test_name_tree_and_precision() -> None:
    """The name on the left is kept, and float32 in is float32 out."""
    formula = read_formula(r"L(W) = \|XW\|_F^2", variables("X:n,p W:p,q"))
    assert formula.name == "L"
    assert type(formula.tree).__name__ == "Power"
    value = formula.objective({"X": torch.ones(2, 3), "W": torch.ones(3, 4)})
    assert value.dtype == torch.float32
    assert float(value) == 72


def test_reading_is_decided_on_letters_not_on_numbers() -> None:
    """With every size 4 a product that the letters make a matrix product stays one."""
    formula = read_formula(r"f = \operatorname{tr}(X * W)", variables("X:n,p W:p,n"))
    X, W = torch.rand(4, 4), torch.rand(4, 4)
    assert torch.isclose(formula.objective({"X": X, "W": W}), (X @ W).trace())
    formula = read_formula(r"f = \operatorname{tr}(X * W)", variables("X:n,n W:n,n"))
    assert torch.isclose(formula.objective({"X": X, "W": W}), (X * W).trace())


def test_arguments_of_bending_functions() -> None:
    """Every element-wise nonlinear function says its argument, and whether 0 is a kink of it."""
    declared = variables("X:n,p W:p,q Y:n,q")
    formula = read_formula(r"f = \|\max(\tanh(XW), 0) - |Y|\|_F^2", declared)
    values = drawn(declared)
    found = {a.function: a for a in formula.arguments(values)}
    assert {name: a.kink for name, a in found.items()} == {
        "tanh": False, "relu": True, "abs": True,
    }  # fmt: skip
    assert torch.equal(found["tanh"].value, values["X"] @ values["W"])
    assert torch.equal(found["abs"].value, values["Y"])


def test_maximum_of_two_matrices_has_its_kink_where_they_meet() -> None:
    """For max(A, B) the argument said is A - B."""
    formula = read_formula(r"f = \|\max(A, B)\|_F^2", variables("A:n,p B:n,p"))
    values = drawn(variables("A:n,p B:n,p"))
    (argument,) = formula.arguments(values)
    assert argument.kink
    assert torch.equal(argument.value, values["A"] - values["B"])


def test_values_of_other_sizes_are_refused() -> None:
    """A value whose shape contradicts the declared letters is named."""
    formula = read_formula(r"f = \|XW\|_F^2", variables("X:n,p W:p,q"))
    with pytest.raises(ValueError, match=r"W is \(4, 4\), not of the sizes p,q"):
        formula.objective({"X": torch.ones(2, 3), "W": torch.ones(4, 4)})
