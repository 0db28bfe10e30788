r"""An assignment with two kinks, each asked about at some hidden seeds, a point a seed."""

from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from classroom import cell

BENT = "bent"
SEEDS = range(310, 313)
SET_UP = r"""import torch

from grader import Problem, check

absolute = Problem(r"f = \mathbf 1^\top |x - a|", x="n,1", a="n,1")
hinge = Problem(r"f = \mathbf 1^\top \max(1 - y \odot (Xw), 0)", X="n,p", w="p,1", y="n,1")"""


def question(
    problem: str, variable: str, given: str, code: str, formula: str
) -> list[NotebookNode]:
    """A derivation for 3 points, a gradient, and a test for each seed."""
    name = f"{problem}_grad_{variable}"
    derived = rf"$$\frac{{\partial f}}{{\partial {variable}}} = {formula}$$"
    tests = [
        cell("test", f"{name}_test_{seed}", "### BEGIN HIDDEN TESTS\n"
             f"check({problem}, {variable}={name}, seed={seed})\n### END HIDDEN TESTS", 1)
        for seed in SEEDS
    ]  # fmt: skip
    return [
        cell("written", f"{problem}_derivation_{variable}",
             f"### BEGIN SOLUTION\n{derived}\n### END SOLUTION", 3),
        cell("solution", name, f"def {name}({given}):\n    ### BEGIN SOLUTION\n"
             f"    return {code}\n    ### END SOLUTION"),
        *tests,
    ]  # fmt: skip


def bent() -> NotebookNode:
    return new_notebook(
        cells=[
            cell("locked", "setup", SET_UP),
            *question("absolute", "x", "x, a", "torch.sign(x - a)", r"\operatorname{sign}(x - a)"),
            *question("hinge", "w", "X, w, y", "-X.T @ (y * (1 - y * (X @ w) > 0))",
                      r"-X^\top (y \odot 1(1 - y \odot Xw > 0))"),
        ]
    )  # fmt: skip
