"""What a student is told by `grader check`, in the sandbox and without one."""

from collections.abc import Iterator

import nbformat
import pytest

from classroom import cell
from grader.referee.bench import Bench
from grader.rehearsal import Unreadable, rehearse
from grader.rehearsal.shelter import Sheltered
from grader.sandbox.isolation import best_level

TEST = "print('x | agrees: yes' if x == 1 else '')\nassert x == 1, 'x | agrees: no'"


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """One for all, since each notebook has a process of its own in it."""
    with Bench.open() as opened:
        yield opened


@pytest.fixture(autouse=True, params=["sandbox", "kernel"])
def machine(request, monkeypatch) -> str:
    """A machine with a sandbox, and one without."""
    if request.param == "kernel":
        monkeypatch.setattr("grader.rehearsal.run_in_sandbox", lambda _: Sheltered())
    elif best_level() is None:
        pytest.skip("this machine has no sandbox")
    else:
        opened = request.getfixturevalue("bench")
        monkeypatch.setattr(Bench, "open", lambda: opened)
        monkeypatch.setattr(Bench, "close", lambda _: None)
    return str(request.param)


def lines(tmp_path, *cells):
    path = tmp_path / "homework.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
    return [(one.grade_id, one.status, one.message) for one in rehearse(path).lines]


@pytest.mark.parametrize(("x", "status"), [("1", "ok"), ("2", "wrong")])
def test_each_test_cell_gets_its_check_line(tmp_path, x, status) -> None:
    found = lines(tmp_path, cell("solution", "x", f"x = {x}"), cell("test", "x_test", TEST, 1))
    assert found == [("x_test", status, f"x | agrees: {'yes' if x == '1' else 'no'}")]


def test_a_broken_installation_is_said_first(tmp_path) -> None:
    setup = cell("locked", "setup", "import no_such_library")
    ((name, status, said),) = lines(tmp_path, setup, cell("test", "x_test", TEST, 1))
    assert (name, status) in [("setup", "error"), ("notebook", "error")]
    assert "No module named 'no_such_library'" in said


def test_a_line_for_another_machine_is_passed_over(tmp_path) -> None:
    """As in grading, with a sandbox and without: what follows it in the cell still runs."""
    answer = "from google.colab import drive\ndrive.mount('/content')\n%matplotlib widgets\nx = 1"
    found = lines(tmp_path, cell("solution", "x", answer), cell("test", "x_test", TEST, 1))
    assert found == [("x_test", "ok", "x | agrees: yes")]


def test_a_kernel_that_dies_is_said_to_have_died(tmp_path) -> None:
    end = cell("solution", "x", "import os; os._exit(1)")
    assert lines(tmp_path, end, cell("test", "x_test", TEST, 1))[0][1] == "error"


def test_a_file_that_is_no_notebook_is_refused(tmp_path) -> None:
    (tmp_path / "x.ipynb").write_text("{")
    with pytest.raises(Unreadable, match="is no notebook"):
        rehearse(tmp_path / "x.ipynb")


def test_autograd_in_a_gradient_is_told_before_it_costs_points(tmp_path, machine) -> None:
    """By the rules of grading, which only the sandbox can watch over."""
    answer = "import torch\ndef f_grad_x(x):\n    y = x.clone().requires_grad_()\n"
    answer += "    return torch.autograd.grad((y * y).sum(), y)[0]"
    test = "import torch\nassert f_grad_x(torch.ones(1)) == 2"
    cells = cell("solution", "f_grad_x", answer), cell("test", "f_grad_x_test", test, 1)
    ((_, status, said),) = lines(tmp_path, *cells)
    assert status == ("wrong" if machine == "sandbox" else "ok")
    assert ("autograd" in said) == (machine == "sandbox")
