"""The numpy engine against torch: objectives, differentials, gradients, to 1e-9."""

import numpy as np
import pytest
import torch

from grader.algebra.evaluate import Evaluation
from grader.algebra.expressions import Expr
from grader.algebra.parts import all_parts
from grader.algebra.sizes import Misfit
from grader.derivation.checker import Checker
from grader.derivation.command import variables_of
from grader.derivation.source import Source
from grader.latex import tree
from grader.latex.errors import Unreadable

from .texts import Written, written

TEXTS = written("corpus") + written("further") + written("second")
NOT_IN_TORCH = {"gradient", "jacobian", "jacobian_matrix", "entrywise_derivative", "differential",
                "tangent", "chain", "slope", "unknown", "parameter"}  # fmt: skip


def checked(text: Written) -> Checker:
    variables = variables_of(text.problem["vars"])
    checker = Checker(Source(text.text, variables, text.problem["given"]))
    checker.run()
    return checker


def differentiated(checker: Checker) -> list[tuple[tree.Node, float]]:
    """Everything under a d, and the objective, with the statement it stands in."""
    document = checker.document
    found: list[tuple[tree.Node, float]] = []
    if document.objective in document.scope.definitions:
        found.append((tree.Name(0, document.objective), 1e6))
    for order, statement in enumerate(document.statements):
        for part in statement.parts:
            if isinstance(part.node, tree.Node):
                under = (n for n in tree.walk(part.node) if isinstance(n, tree.Differential))
                found += [(n.inner, order) for n in under]
    return found


def term_of(checker: Checker, node: tree.Node, order: float) -> Expr | None:
    try:
        found = checker.equations.value(node, order)
    except (Unreadable, Misfit):
        return None
    if found is None or any(p.op in NOT_IN_TORCH for p in all_parts([found[0]])):
        return None
    return found[0]


def worst_difference(checker: Checker, term: Expr) -> float:
    """The furthest relative difference of value and of a random differential."""
    numbers = checker.equations.numbers[0]
    leaves = {n: torch.tensor(v) for n, v in numbers.draw.leaves.items()}
    tangents = {n: torch.randn(v.shape, dtype=v.dtype) for n, v in leaves.items()}

    def computed(*values: torch.Tensor) -> torch.Tensor:
        named = dict(zip(leaves, values, strict=True))
        return Evaluation(named, numbers.draw.lengths).of(term)

    value, slope = torch.func.jvp(computed, tuple(leaves.values()), tuple(tangents.values()))
    direction = np.concatenate([tangents[n].numpy().ravel() for n in leaves])
    dual = numbers.dual(term, numbers.everything)
    mine = dual.tangent if dual.tangent is not None else np.zeros((len(direction), 1, 1))
    along = np.tensordot(direction, mine, axes=(0, 0))
    return max(relative(dual.value, value.numpy()), relative(along, slope.numpy()))


def relative(mine: np.ndarray, theirs: np.ndarray) -> float:
    if not np.isfinite(theirs).all():
        return 0.0
    return float(np.abs(mine - theirs).max() / max(1e-6, np.abs(theirs).max()))


@pytest.mark.parametrize("text", TEXTS, ids=lambda t: t.name)
def test_values_and_differentials_agree_with_torch(text: Written) -> None:
    """Values and torch.func.jvp agree with the engine to 1e-9 for everything differentiated."""
    torch.manual_seed(3)
    checker = checked(text)
    found = [term_of(checker, node, order) for node, order in differentiated(checker)]
    for term in {id(t): t for t in found if t is not None}.values():
        assert worst_difference(checker, term) < 1e-9


@pytest.mark.parametrize("text", TEXTS, ids=lambda t: t.name)
def test_gradients_agree_with_autograd(text: Written) -> None:
    """The gradient of each objective by each variable is autograd's."""
    checker = checked(text)
    name = checker.document.objective
    term = term_of(checker, tree.Name(0, name), 1e6)
    if term is None:
        pytest.skip("the objective is defined by what torch does not compute")
    numbers = checker.equations.numbers[0]
    leaves = {n: torch.tensor(v, requires_grad=True) for n, v in numbers.draw.leaves.items()}
    Evaluation(leaves, numbers.draw.lengths).of(term).sum().backward()
    for variable, leaf in leaves.items():
        mine = numbers.derivative(term, checker.document.scope.leaves[variable])[..., 0, 0]
        theirs = leaf.grad.numpy() if leaf.grad is not None else np.zeros(leaf.shape)
        assert relative(mine, theirs) < 1e-9


def test_most_of_what_is_differentiated_is_compared() -> None:
    """The comparison reaches most expressions, so that it means something."""
    compared = total = 0
    for text in TEXTS:
        checker = checked(text)
        for node, order in differentiated(checker):
            total += 1
            compared += term_of(checker, node, order) is not None
    assert compared > 0.9 * total
