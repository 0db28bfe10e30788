"""What a student wrote costs its budget and no more, and is told; nobody else pays."""

import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from classroom import DOUBLE, REPOSITORY, SHOUT, TINY, hand_in, make_course
from grader.autograde.grade import grade_all
from grader.autograde.reading import Own
from grader.autograde.taking import read_it
from grader.budget import Budget, TooMuchError, within
from grader.course.collect.content import content
from grader.course.feedback import feedback
from grader.course.pages.classroom import gather
from grader.course.pages.code import code
from grader.course.pages.prose import prose
from grader.course.release import release
from grader.course.similarity import similar, works

RIGHT = {"double": DOUBLE, "shout": SHOUT, "double_derivation": "By adding."}
LAMBDAS = "double = " + "lambda: " * 2_450 + "0"
DEEP = "from IPython.display import HTML, display\ndisplay(HTML('<div>' * 80_000))\n"
WRITTEN = {  # each held everybody up for ten seconds to a minute
    "pictures that do not end": RIGHT | {"double_derivation": "![" * 125_000},
    "twenty thousand backticks": RIGHT
    | {"double_derivation": " ".join("`" * 5_000) + "``" * 5_000},
    "nested lists": RIGHT | {"double_derivation": "- " * 9_000 + "x"},
    "html nested deep": RIGHT | {"double": DEEP + DOUBLE},
    "spaces and a dollar": RIGHT | {"double": f"{DOUBLE}\n{' ' * 19_000}$"},
}
SPIN = """import threading, time
def spin():
    while time.process_time() < 2: pass
for _ in range(60): threading.Thread(target=spin, daemon=True).start()
"""
SLOW = """import time
def double(x):
    end = time.process_time() + 1
    while time.process_time() < end: pass
    return 2 * x"""
NEIGHBOURS = {  # graded one beside the other, as they stand in order
    "x sixty threads": RIGHT | {"double": SPIN + DOUBLE},
    "y slow and right": RIGHT | {"double": SLOW},
    "z sixty threads": RIGHT | {"double": SPIN + DOUBLE},
}
SECONDS = 2.0


def in_seconds(do, *arguments) -> float:
    """CPU that the budget says it took; TooMuchError counts as all of it."""
    budget = Budget()
    try:
        within(budget, do, *arguments)
    except TooMuchError:
        return SECONDS
    return SECONDS - budget.left


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """(course, results by student, CPU of this process and of all hands it ended)."""
    course = make_course(tmp_path_factory.mktemp("costly"))
    release(course, [TINY])
    for student, answers in {**WRITTEN, **NEIGHBOURS, "a right one": RIGHT}.items():
        hand_in(course, student, answers)
    copies(course, "copies of nested lambdas", LAMBDAS)
    copies(course, "copies of spaces and a dollar", f"{DOUBLE}\n{' ' * 18_900}$")
    spoil(course, "a file of brackets", lambda notebook: notebook["metadata"])
    spoil(course, "a cell of brackets", lambda notebook: notebook["cells"][0]["metadata"])
    among_thousands(course, "thousands of cells", RIGHT, "double")
    among_thousands(course, "thousands that may be it", RIGHT | {"double": "pass"}, "lost")
    todo = [(student, name) for student, name in sorted(course.submissions())]
    before = time.process_time()
    results = {r.student: r for r in grade_all(course, todo, workers=2)}
    return course, results, time.process_time() - before


def copies(course, student: str, source: str) -> None:
    """An answer that is there five times, each a little longer."""
    path = hand_in(course, student, RIGHT)
    notebook = json.loads(path.read_text())
    place = next(i for i, c in enumerate(notebook["cells"]) if c["id"] == "double")
    cell = notebook["cells"][place]
    twins = [{**cell, "id": f"d{n}", "source": f"{source}\n# {n}"} for n in range(4)]
    notebook["cells"][place:place] = twins
    path.write_text(json.dumps(notebook))


def spoil(course, student: str, place) -> None:
    """60 MB of JSON that says nothing."""
    path = hand_in(course, student, RIGHT)
    notebook = json.loads(path.read_text())
    place(notebook)["junk"] = []
    junk = b'"junk": [' + b"[]," * 20_000_000 + b"0"
    path.write_bytes(json.dumps(notebook).encode().replace(b'"junk": [', junk))


def among_thousands(course, student: str, answers: dict, name: str) -> None:
    """The cell of `double` under this name behind 3,000 others, which define it wrongly."""
    path = hand_in(course, student, answers)
    notebook = json.loads(path.read_text())
    cells = notebook["cells"]
    place = next(i for i, c in enumerate(cells) if c["id"] == "double")
    cells[place] |= {"id": name, "metadata": {}}
    other = {**cells[place], "source": "def double(x): return 3 * x"}
    cells[place:place] = [{**other, "id": f"n{n}"} for n in range(3_000)]
    path.write_text(json.dumps(notebook))


@pytest.mark.parametrize("student", sorted(WRITTEN))
def test_the_rest_of_a_costly_submission_is_graded(graded, student) -> None:
    result = graded[1][student]
    assert (result.status, {c.grade_id: c.score for c in result.cells}["shout_test"]) == (
        "graded",
        1,
    )


def test_copies_that_are_slow_to_compile_are_graded_all_the_same(graded) -> None:
    for student in ("copies of nested lambdas", "copies of spaces and a dollar"):
        assert graded[1][student].score >= 1, student


def test_of_a_file_of_brackets_the_cells_are_read(graded) -> None:
    result = graded[1]["a file of brackets"]
    assert result.score == 3
    assert "the file holds too much to read; its cells alone were read" in result.repairs


def test_a_cell_of_brackets_is_told_to_be_too_much(graded) -> None:
    result = graded[1]["a cell of brackets"]
    assert result.status == "failed"
    assert "too much to read" in result.error


def test_answers_are_found_among_thousands_of_cells(graded) -> None:
    """By name or id wherever they stand; what was not read is told."""
    result = graded[1]["thousands of cells"]
    assert (result.score, result.waiting) == (3, graded[1]["a right one"].waiting)
    assert any("cells were not read" in said for said in result.repairs)


def test_an_answer_that_may_be_among_those_not_read_is_for_a_person(graded) -> None:
    cells = {cell.grade_id: cell for cell in graded[1]["thousands that may be it"].cells}
    assert "thousands of cells were not looked at" in cells["double_test"].person
    assert (cells["shout_test"].score, cells["shout_test"].person) == (1, None)


def test_a_neighbour_keeps_every_point(graded) -> None:
    assert graded[1]["a right one"].score == 3
    assert graded[1]["y slow and right"].score == 3


def test_the_process_that_grades_does_next_to_nothing_itself(graded) -> None:
    assert graded[2] < 3 * len(graded[1])


def test_pages_report_and_similarity_end(graded) -> None:
    course, results, _ = graded
    before = time.process_time()
    for student in WRITTEN:
        assert feedback(course, student, TINY).stat().st_size > 500
    rows = {row.student: row.status for row in gather(course).rows}
    assert rows["a right one"] == "graded"
    similar(works(course, TINY))
    assert time.process_time() - before < SECONDS * len(results)


def test_a_long_derivation_goes_to_a_person_with_the_reason(graded) -> None:
    found = {c.grade_id: c for c in graded[1]["pictures that do not end"].cells}
    assert (found["double_derivation"].status, found["double_derivation"].person is not None) == (
        "manual",
        True,
    )


# ---- one text at a time --------------------------------------------------------------------------


def test_what_costs_too_much_is_shown_as_it_was_written() -> None:
    text = "`" * 20_000
    budget = Budget()
    assert "too much to read" in within(budget, prose, text)
    assert 0 <= budget.left < SECONDS


def test_a_costly_text_costs_no_other_text_its_page() -> None:
    assert "<strong>" in within(Budget(), prose, "**bold**")
    assert "span" in within(Budget(), code, "def f(): pass")


@pytest.mark.parametrize("mark", ["`", "` ", "*a ", "$", "<", "> ", "![", "\\(", "| a ", "&#"])
def test_repeated_marks_end(mark) -> None:
    assert in_seconds(prose, mark * (19_000 // len(mark))) <= SECONDS


def test_sixty_megabytes_that_are_allowed_are_read(tmp_path) -> None:
    """Outputs and pictures, beside a letter that is not ASCII, and outputs that hold one."""
    shown = {"output_type": "stream", "name": "stdout", "text": "x" * 59_000_000}
    smile = shown | {"text": "x" * 30_000_000 + "\n" + '"[' * 5_000_000 + "😀"}
    picture = base64.b64encode(os.urandom(43_000_000)).decode()
    cells = [
        {"cell_type": "code", "source": "1 😀", "metadata": {}, "outputs": [shown]},
        {"cell_type": "code", "source": "1 é", "metadata": {}, "outputs": [smile]},
        {"cell_type": "markdown", "source": "😀", "attachments": {"a": {"image/png": picture}}},
    ]
    for cell in cells:
        path = tmp_path / "one.ipynb"
        path.write_text(json.dumps({"cells": [cell]}, ensure_ascii=False), encoding="utf-8")
        budget = Budget()
        found = within(budget, read_it, str(path), Own())
        assert found.cells[0].source == cell["source"]


def test_collecting_reads_within_the_budget_too() -> None:
    assert "too much to read" in content(b"[" + b"[]," * 15_000_000 + b"0]").fault


TWO = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from classroom import TINY
from grader.autograde.grade import grade_all
from grader.course import Course
course = Course(Path(sys.argv[1]))
results = grade_all(course, sorted(course.submissions()), workers=2)
told = [(r.student, r.score) for r in results]
most = next(l for l in open("/proc/self/status") if l.startswith("VmHWM"))
print(json.dumps([told, int(most.split()[1]) // 1024]))
"""


def test_two_large_submissions_at_once_stay_under_half_a_gigabyte(tmp_path) -> None:
    """50 MB of pictures each: graded, and their pages hold the pictures."""
    course = make_course(tmp_path / "course")
    release(course, [TINY])
    picture = base64.b64encode(os.urandom(43_000_000)).decode()
    for student in ("ann", "ben"):
        path = hand_in(course, student, RIGHT | {"double_derivation": "😀 ![a](attachment:a.png)"})
        notebook = json.loads(path.read_text())
        cell = next(c for c in notebook["cells"] if c["id"] == "double_derivation")
        cell["attachments"] = {"a.png": {"image/png": picture}}
        path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-c", TWO, str(course.root), str(REPOSITORY / "tests")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told, megabytes = json.loads(done.stdout.splitlines()[-1])
    assert told == [["ann", 3], ["ben", 3]]
    assert megabytes < 500
    page = feedback(course, "ann", TINY)
    assert picture[:100_000] in Path(page).read_text()
