"""Where equations are tried: at places where the objective has a value, of every size declared."""

import pytest

from grader.derivation.command import run

LOSS = r"C = -y^T\log(a) - (\mathbf 1-y)^T\log(\mathbf 1-a)"
RIGHT = r"$$\frac{\partial C}{\partial a_i} = -\frac{y_i}{a_i} + \frac{1-y_i}{1-a_i}$$"
WRONG = r"$$\frac{\partial C}{\partial a_i} = -\frac{y_i}{a_i} - \frac{1-y_i}{1-a_i}$$"


@pytest.mark.parametrize("size", ["n", "2"])
def test_a_loss_that_needs_numbers_between_0_and_1_has_them(size: str) -> None:
    """Where log(1 - a) has no value at ordinary draws; a size may be a number."""
    problem = {"vars": f"a:{size},1 y:{size},1", "given": [LOSS], "asked": ["a"]}
    assert run(RIGHT, problem).verdict == "right"
    assert run(f"{RIGHT}\n{WRONG}", problem).verdict == "wrong"


def test_ones_of_a_size_that_is_a_number_are_read() -> None:
    problem = {"vars": "x:3,1", "given": [r"f = \mathbf 1^T x"], "asked": ["x"]}
    assert run(r"$$\nabla_x f = \mathbf 1$$", problem).verdict == "right"
