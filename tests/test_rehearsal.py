"""What a student is told by `grader check`."""

import nbformat
import pytest

from classroom import cell
from grader.rehearsal import Unreadable, rehearse

TEST = "print('x | agrees: yes' if x == 1 else '')\nassert x == 1, 'x | agrees: no'"


def lines(tmp_path, *cells):
    path = tmp_path / "homework.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
    return [(one.grade_id, one.status, one.message) for one in rehearse(path)]


@pytest.mark.parametrize(("x", "status"), [("1", "ok"), ("2", "wrong")])
def test_each_test_cell_gets_its_check_line(tmp_path, x, status) -> None:
    found = lines(tmp_path, cell("solution", "x", f"x = {x}"), cell("test", "x_test", TEST, 1))
    assert found == [("x_test", status, f"x | agrees: {'yes' if x == '1' else 'no'}")]


def test_a_broken_installation_is_said_first(tmp_path) -> None:
    setup = cell("locked", "setup", "import no_such_library")
    ((name, status, said),) = lines(tmp_path, setup, cell("test", "x_test", TEST, 1))
    assert (name, status) == ("setup", "error")
    assert "No module named 'no_such_library'" in said


def test_a_kernel_that_dies_is_said_to_have_died(tmp_path) -> None:
    end = cell("solution", "x", "import os; os._exit(1)")
    assert lines(tmp_path, end, cell("test", "x_test", TEST, 1))[0][1] == "error"


def test_a_file_that_is_no_notebook_is_refused(tmp_path) -> None:
    (tmp_path / "x.ipynb").write_text("{")
    with pytest.raises(Unreadable, match="is no notebook"):
        rehearse(tmp_path / "x.ipynb")
