"""Numpy computes each operation as torch does, and moves it as its row says."""

import numpy as np
import pytest

from algebra.test_operations import EXAMPLES, LENGTHS, leaf, moved, point
from grader.algebra.evaluate import Evaluation
from grader.algebra.expressions import Expr, make, number
from grader.algebra.functions import Array
from grader.algebra.parts import parts
from grader.latex.duals import Seed
from grader.latex.values import Draw, Numbers

H = 1e-6
X, W = leaf("X", "n", "p"), leaf("W", "p", "q")
ENTRY = make("index", (make("index", (X,), ("1", "p"), (0, "i"), (("i", "n"),)),), ("1", "1"),
             (1, "j"), (("i", "n"), ("j", "p")))  # fmt: skip
COUNTED = make("index", (make("index", (X,), ("1", "p"), (0, "1")),), ("1", "1"), (1, "2"))
WITHOUT_WAYS = {
    "vec": [make("vec", (X,), ("n·p", "1"))],
    "kron": [make("kron", (X, W), ("n·p", "p·q"))],
    "index": [ENTRY, make("index", (X,), ("n", "1"), (1, "2"))],
    "sum_over": [make("sum_over", (ENTRY,), ("1", "1"), "i", (("j", "p"),))],
    "unindexed": [
        make("unindexed", (ENTRY,), ("p", "n"), ("j", "i")),
        make("unindexed", (ENTRY,), ("n", "1"), ("i",), (("j", "p"),)),
    ],
    "written": [make("written", (COUNTED, number(2.0), number(0.0), COUNTED), ("2", "2"))],
}


def along(example: Expr, x: Expr) -> tuple[Array, Array | float, Array, Array]:
    """Value and tangent along one direction, by numpy, and by torch and its differences."""
    leaves = [part for part in parts(example) if part.op == "leaf"]
    values = point(7, *leaves)
    direction = values[f"d{x.detail}"].numpy()[None]
    draw = Draw(LENGTHS, {one.detail: values[one.detail].numpy() for one in leaves})
    dual = Numbers(draw).dual(example, Seed(1, {x.detail: direction}))
    tangent = np.zeros((1, *dual.value.shape)) if dual.tangent is None else dual.tangent
    ends = [Evaluation(moved(values, x.detail, step), LENGTHS).of(example) for step in (H, -H)]
    above, below = (end.numpy() for end in ends)
    return dual.value, tangent, (above + below) / 2, (above - below)[None] / (2 * H)


@pytest.mark.parametrize("op", [*EXAMPLES, *WITHOUT_WAYS])
def test_numpy_moves_an_operation_as_torch_does(op: str) -> None:
    for example in (EXAMPLES | WITHOUT_WAYS)[op]:
        for x in [part for part in parts(example) if part.op == "leaf"]:
            value, tangent, expected, slope = along(example, x)
            assert np.allclose(value, expected, rtol=1e-7, atol=1e-7)
            assert tangent.shape == slope.shape
            assert np.allclose(tangent, slope, rtol=1e-5, atol=1e-5)
