"""Write a gradient in PyTorch: `gradient_code(problem, "W")` are the lines of a function's body."""

from __future__ import annotations

from collections.abc import Mapping

from grader.algebra.differentiate import adjoints
from grader.algebra.expressions import Expr, is_number
from grader.algebra.forms import Unwritable
from grader.algebra.tidy import tidy
from grader.algebra.write_torch import Torch
from grader.author.derivation import Chain, positive
from grader.author.letters import leaf_of, letters_of, root_of, summing_to_1, used_in
from grader.latex.names import canonical
from grader.problem import Problem


def gradient_code(problem: Problem, variable: str) -> list[str]:
    """The lines that compute the gradient and return it; Unwritable where there are none."""
    root = root_of(problem)
    leaf = leaf_of(root, problem, variable)
    if leaf is None:
        raise Unwritable(f"{variable} does not stand in the formula")
    letters = letters_of(problem, root)
    gradient = positive(_gradient(root, leaf, letters, summing_to_1(problem)))
    names = {canonical(v.name): name for name, v in problem.variables.items()}
    writer = Torch(names, letters, shapes_of(problem))
    result = writer.of(gradient)
    used = used_in([gradient], letters, writer.inside)
    lines = [f"{letters[term]} = {writer.written_out(term)}" for term in used]
    if is_number(leaf):  # sums have no dimension, a number of a problem has two
        result = f"({result}).reshape(1, 1)"
    return [*lines, f"return {result}"]


def _gradient(root: Expr, leaf: Expr, letters: Mapping[Expr, str], sums: frozenset[str]) -> Expr:
    """As the derivation finds it, or else as plain rules do."""
    try:
        return Chain(root, leaf, letters, sums=sums).run()[1]
    except Unwritable:
        gradient = adjoints(root).get(leaf)
        if gradient is None:
            raise
        return tidy(gradient, sums)


def shapes_of(problem: Problem) -> dict[str, str]:
    """Where the length of each size is found, such as X.shape[0]."""
    found: dict[str, str] = {}
    for name, variable in problem.variables.items():
        for axis, letter in enumerate((variable.rows, variable.columns)):
            if not letter.isdigit():
                found.setdefault(letter, f"{name}.shape[{axis}]")
    return found
