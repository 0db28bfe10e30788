"""What cannot be read is answered with the text, a caret, and the cure, word by word."""

import time

import pytest

from grader.latex import LatexError, Variable, read_formula

DECLARED = [
    Variable("X", "n", "p"), Variable("W", "p", "q"), Variable("Y", "n", "q"),
    Variable("b", "1", "q"),
]  # fmt: skip

MESSAGES = {
    r"f = \|XV - Y\|_F^2": """\
V is not declared
  f = \\|XV - Y\\|_F^2
         ^
declare it with its sizes, as in V="n,p", or check the spelling""",
    r"f = \|WX - Y\|_F^2": """\
the product of p x q and n x p does not exist
  f = \\|WX - Y\\|_F^2
        ^
check the sizes declared, the transposes and the order of the factors""",
    r"f = XW - Y": """\
the objective is n x q, not a number
  f = XW - Y
      ^
make it a number with \\|...\\|_F^2, \\operatorname{tr}(...) or \\sum""",
    r"f = \|XW - Y\|_*^2": """\
the norm "*" is not known
  f = \\|XW - Y\\|_*^2
      ^
write \\|...\\|_F""",
    r"f = \|XW + b - Y\|_F^2": """\
sum: the row is taken for every row
  f = \\|XW + b - Y\\|_F^2
             ^
say that it is a row, as in b="1,q row", or multiply by \\mathbf{1}""",
    r"f = \|(XW - Y\|_F^2": """\
the bracket "(" is never closed
  f = \\|(XW - Y\\|_F^2
        ^
pair the brackets""",
    r"\|XW - Y\|_F^2": """\
there is no = in this formula
  \\|XW - Y\\|_F^2
                ^
name the objective, as in f = ...""",
    r"f = ": """\
nothing stands after the =
  f =\u0020
    ^
write the objective""",
    r"f = \operatorname{tr}(\foo W)": """\
the command \\foo is not known
  f = \\operatorname{tr}(\\foo W)
                        ^
write it with letters, brackets, + - * / ^ _ and functions such as tr, log""",
    r"f = \sum_j (XW)_{ij}": """\
the index i is not summed over
  f = \\sum_j (XW)_{ij}
      ^
write \\sum_i""",
    r"f = \operatorname{tr}(Y^T Y \odot W)": """\
the entry-wise product of q x q and p x q does not exist
  f = \\operatorname{tr}(Y^T Y \\odot W)
                         ^
check the sizes declared, the transposes and the order of the factors""",
}


@pytest.mark.parametrize("text", MESSAGES)
def test_message_shows_text_caret_and_cure(text: str) -> None:
    """A refusal shows the formula, points at the place, and says what to do."""
    with pytest.raises(LatexError) as caught:
        read_formula(text, DECLARED)
    assert str(caught.value) == MESSAGES[text]


def test_place_is_counted_in_lines_and_columns() -> None:
    """The place of an error is its line and column, both from 1."""
    with pytest.raises(LatexError) as caught:
        read_formula("f = \\|X W\n  - V\\|_F^2", DECLARED)
    assert (caught.value.line, caught.value.column) == (2, 5)
    assert str(caught.value).splitlines()[1:3] == ["    - V\\|_F^2", "      ^"]


BOMBS = [
    "f = " + "{" * 1_000_000,
    "f = " + "(" * 3000 + "X" + ")" * 3000,
    "f = " + r"\frac" * 3000,
    "f = " + r"\hat" * 3000 + "X",
    "f = " + "-" * 3500 + "X",
    "f = X^{" * 500,
    "f = " + "d" * 3000 + "X",
    r"f = \operatorname{tr}((X^TX)^{999999999})",
    "f = " + r"tr(X \otimes X" + r"\otimes X" * 50 + ")",
    "f = " + r"X \odot " * 900 + "W",
    "f = " + r"\|" * 3000,
    "f = " + "_" * 3000,
    "f = 9" + "9" * 5000 + "X",
]


@pytest.mark.parametrize("text", BOMBS, ids=lambda text: text[:24])
def test_bombs_end_soon_with_a_message(text: str) -> None:
    """A formula made to hang the reader is refused within two seconds."""
    start = time.process_time()
    with pytest.raises(LatexError):
        read_formula(text, DECLARED)
    assert time.process_time() - start < 2
