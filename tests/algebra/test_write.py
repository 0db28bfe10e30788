"""What is written reads back as what was meant: LaTeX by our reader, code by torch."""

from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
import torch

from author.test_solution import FORMULAS as SOLVED
from diagnosis.test_diagnosis import FORMULAS as DIAGNOSED
from grader import Problem
from grader.algebra.forms import CALL, ENTRYWISE, POWER, PRODUCT, SIGN, SUM, Form, Unwritable
from grader.algebra.operations import OPERATIONS
from grader.algebra.write import Words
from grader.algebra.write_latex import Latex
from grader.algebra.write_torch import Torch
from grader.author.letters import names_of, root_of
from grader.author.torch_code import shapes_of
from grader.latex.names import canonical
from grader.precision import default_dtype

LISTS = sorted(Path(__file__).parents[1].glob("diagnosis/wrong_*.py"))
UNWRITTEN = 2  # of the formulas below: what has indices
MORE = {
    r"f = \|\min(X, Y)\|_F^2 + \mathbf{1}^\top \max(X, 1 - Y) \mathbf{1}": {"X": "n,p", "Y": "n,p"},
    r"f = \|(X > Y) \odot X\|_F^2 + \|\mathbf{1}[X \le 1] Z\|_F^2": {
        "X": "n,p", "Y": "n,p", "Z": "p,q",
    },
    r"f = \operatorname{vec}(X + Y)^\top \operatorname{vec}(X)": {"X": "n,p", "Y": "n,p"},
    r"f = \|(X + Y) \otimes XZ\|_F^2": {"X": "n,p", "Y": "n,p", "Z": "p,q"},
    r"f = \|\operatorname{diag}(\operatorname{diag}(S) + a) S\|_F^2": {"S": "n,n", "a": "n,1"},
}  # fmt: skip


def problems() -> list[Problem]:
    """Those of all lists, each formula once."""
    found = dict(SOLVED) | DIAGNOSED | MORE
    for path in LISTS:
        listed = import_module(f"diagnosis.{path.stem}").PROBLEMS.values()
        found |= {formula: sizes for formula, sizes in listed if isinstance(formula, str)}
    return [Problem(formula, sizes, matrix=True) for formula, sizes in found.items()]


PROBLEMS = problems()


def value_at(problem: Problem) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    (point, *_) = problem.points(0, draws=1, corners=False, kinks=False)
    return dict(point.values), problem.objective(point.values)


def test_latex_written_reads_back_to_the_same() -> None:
    """The expression read is written just so again, and is worth the same."""
    read = 0
    for problem in PROBLEMS:
        writer = Latex(names_of(problem))
        with suppress(Unwritable):
            text = writer.of(root_of(problem))
            again = Problem(f"{problem.name} = {text}", dict(problem.declared), matrix=True)
            values, value = value_at(problem)
            assert writer.of(root_of(again)) == text
            assert torch.allclose(again.objective(values), value), text
            read += 1
    assert read >= len(PROBLEMS) - UNWRITTEN


def test_code_written_runs_to_the_value() -> None:
    run = 0
    for problem in PROBLEMS:
        names = {canonical(v.name): name for name, v in problem.variables.items()}
        with suppress(Unwritable):
            code = Torch(names, {}, shapes_of(problem)).of(root_of(problem))
            values, value = value_at(problem)
            with default_dtype():
                found = torch.as_tensor(eval(code, {"torch": torch, **values}))
            assert torch.allclose(found.reshape(value.shape), value), code
            run += 1
    assert run >= len(PROBLEMS) - UNWRITTEN


def test_words_leave_out_what_is_long_and_never_fail() -> None:
    for problem in PROBLEMS:
        assert 0 < len(Words(names_of(problem)).of(root_of(problem))) <= 40


LEVELS = (SUM, ENTRYWISE, PRODUCT, POWER, CALL, SIGN)


@pytest.mark.parametrize("column", ["latex", "torch", "words"])
def test_a_form_has_a_place_for_each_argument_and_stands_in_the_one_order(column) -> None:
    forms = [getattr(row, column) for row in OPERATIONS.values() if getattr(row, column)]
    assert len(forms) > 5
    assert all({form.holds, form.needs} <= set(LEVELS) for form in forms)


def test_brackets_follow_from_how_tightly_a_text_holds(monkeypatch) -> None:
    """A new way to write an operation is one form."""
    problem = Problem(r"f = \|(X + Y)W\|_F^2", X="n,p", Y="n,p", W="p,q")
    squares, latex = OPERATIONS["squares"], Latex(names_of(problem))
    assert latex.of(root_of(problem)) == r"\|(X + Y)W\|_F^2"
    for need, said in [(PRODUCT, "sq (X + Y)W"), (POWER, "sq [(X + Y)W]")]:
        row = replace(squares, latex=Form("sq {}", SUM, need))
        monkeypatch.setitem(OPERATIONS, "squares", row)
        assert latex.of(root_of(problem)) == said
