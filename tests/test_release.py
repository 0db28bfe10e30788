"""Releasing an assignment, or saying why not."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from classroom import HIDDEN, SOLVED, TINY, cell, make_course, save, tiny
from grader.course.fault import CourseError
from grader.course.release import release
from grader.course.source import faults


def test_no_solution_and_no_hidden_test_is_released(released) -> None:
    text = released.released(TINY).read_text()
    assert SOLVED not in text
    assert HIDDEN not in text
    assert "BEGIN" not in text


def test_a_rebuild_is_the_same_byte_for_byte(released, tmp_path) -> None:
    course = make_course(tmp_path)
    release(course, [TINY])
    assert course.released(TINY).read_bytes() == released.released(TINY).read_bytes()
    release(course, [TINY])
    assert course.released(TINY).read_bytes() == released.released(TINY).read_bytes()


def test_cells_are_named_by_their_grade_id_and_others_keep_theirs(released) -> None:
    ids = [one.id for one in nbformat.read(released.released(TINY), as_version=4).cells]
    assert ids[:4] == ["title", "setup", "double", "double_test"]


def test_the_demos_beside_the_assignments_are_left_alone(tmp_path) -> None:
    course = make_course(tmp_path)
    demo = tmp_path / "notebooks" / "demos" / "fit.ipynb"
    save(tiny(), demo)
    before = demo.read_bytes()
    release(course, course.assignments())
    assert course.assignments() == [TINY]
    assert demo.read_bytes() == before


def test_a_file_that_holds_a_solution_is_not_given_away(tmp_path) -> None:
    course = make_course(tmp_path)
    (course.solution(TINY).parent / "draft.py").write_text("### BEGIN SOLUTION\n")
    with pytest.raises(CourseError, match=r"draft.py: it holds a solution"):
        release(course, [TINY])
    assert not course.released(TINY).exists()


UNCLOSED = "def f():\n    ### BEGIN SOLUTION\n    return 1"
HIDING = "### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS"
BROKEN = {
    "SOLUTION regions are not closed": cell("solution", "f", UNCLOSED),
    "a HIDDEN TESTS region stands here": new_code_cell(HIDING),
    "it is graded but has no points": cell("test", "f_test", "assert True"),
    "its ID is not a name": cell("locked", "no name", "x = 1"),
    "line 1 is not Python": cell("locked", "f", "def f(:"),
    "the test ends in a value": cell("test", "f_test", "double(1)\nTrue", 1),
    "2 cells have this ID": cell("locked", "setup", "x = 1"),
    "the test uses 'tripple'": cell("test", "f_test", "assert tripple(1)", 1),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_fault_names_file_cell_and_cure(tmp_path, what) -> None:
    notebook = tiny()
    notebook.cells.append(BROKEN[what])
    save(notebook, tmp_path / "x.ipynb")
    (fault,) = faults(tmp_path / "x.ipynb")
    assert what in str(fault)
    assert fault.file.name == "x.ipynb"
    assert fault.cell
    assert fault.cure


def test_a_test_may_use_only_what_is_answered_or_locked(tmp_path) -> None:
    notebook = tiny()
    notebook.cells += [new_code_cell("y = 1"), cell("test", "y_test", "assert y == 1", 1)]
    save(notebook, tmp_path / "x.ipynb")
    assert "uses 'y'" in str(faults(tmp_path / "x.ipynb")[0])


def test_a_file_that_is_no_notebook_is_said_to_be_none(tmp_path) -> None:
    (tmp_path / "x.ipynb").write_text("{")
    assert "it is no notebook" in str(faults(tmp_path / "x.ipynb")[0])


def test_magics_are_code_too(tmp_path) -> None:
    notebook = tiny()
    notebook.cells += [cell("locked", "plots", "%matplotlib inline"), new_markdown_cell("x")]
    save(notebook, tmp_path / "x.ipynb")
    assert faults(tmp_path / "x.ipynb") == []
