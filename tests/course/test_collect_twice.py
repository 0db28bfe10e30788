"""Of two notebooks that a student handed in, the one with work counts; what is in doubt is said."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from classroom import DOUBLE, TINY, make_course
from downloads import ROSTER, box, folder
from grader.cli import main
from grader.course import Course
from grader.course.collect import Line, collect, wanted
from grader.course.release import release

WORK, OTHER = DOUBLE, "def double(x): return x + x"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = make_course(tmp_path_factory.mktemp("twice") / "course")
    (made.root / "roster.csv").write_text(ROSTER)
    release(made, [TINY])
    return made


@pytest.fixture
def course(released: Course) -> Course:
    """With nothing handed in."""
    for name in ("submitted", "collected"):
        shutil.rmtree(released.root / name, ignore_errors=True)
    return released


def notebook(course: Course, answer: str = "", *, ran: bool = False, bare: bool = False) -> str:
    """The student edition with this answer, or untouched; saved after running, or without names."""
    made = json.loads(course.released(TINY).read_text())
    for cell in made["cells"]:
        if cell["id"] == "double" and answer:
            cell["source"] = answer
        if bare:
            cell["metadata"] = {}
        if ran and cell["cell_type"] == "code":
            cell["execution_count"] = 1
    return json.dumps(made)


def bring_in(course: Course, source: Path) -> dict[str, Line]:
    lines = collect(course, source, wanted(course, ()))
    return {line.origin.rpartition("_")[2].rpartition("/")[2]: line for line in lines}


def answer(course: Course) -> str:
    cells = json.loads(course.submitted("noether", TINY).read_text())["cells"]
    return next("".join(cell["source"]) for cell in cells if cell["id"] == "double")


def canvas(tmp_path: Path, **files: str) -> Path:
    """A Canvas download: a later file has a higher number."""
    first, second = files.values()
    return box(
        tmp_path / "submissions.zip",
        {"noetheremmy_4322_98770_tiny.ipynb": first, "noetheremmy_4322_98771_tiny-1.ipynb": second},
    )


@pytest.mark.parametrize("bare", [False, True])
def test_a_later_one_that_is_untouched_does_not_count(course, tmp_path, bare) -> None:
    source = canvas(
        tmp_path,
        first=notebook(course, WORK, bare=bare),
        second=notebook(course, ran=True, bare=bare),
    )
    lines = bring_in(course, source)
    assert (lines["tiny.ipynb"].action, lines["tiny-1.ipynb"].action) == ("new", "extra")
    assert "nothing was written in it; tiny.ipynb counts" in lines["tiny-1.ipynb"].why
    assert answer(course) == WORK


def test_an_untouched_one_alone_is_taken(course, tmp_path) -> None:
    lines = bring_in(
        course, canvas(tmp_path, first=notebook(course), second=notebook(course, ran=True))
    )
    assert lines["tiny-1.ipynb"].action == "new"


def test_of_two_with_work_the_later_counts_and_that_is_said(course, tmp_path) -> None:
    source = canvas(tmp_path, first=notebook(course, WORK), second=notebook(course, OTHER))
    lines = bring_in(course, source)
    assert answer(course) == OTHER
    assert lines["tiny.ipynb"].action == "older"
    assert "what is in the same source is later" in lines["tiny.ipynb"].why


def test_an_untouched_one_does_not_take_the_place_of_work_collected_before(
    course, tmp_path
) -> None:
    bring_in(course, folder(tmp_path / "a", {"noether/tiny.ipynb": notebook(course, WORK)}))
    lines = bring_in(course, folder(tmp_path / "b", {"noether/tiny.ipynb": notebook(course)}))
    assert lines["tiny.ipynb"].action == "extra"
    assert "what is in submitted/ counts" in lines["tiny.ipynb"].why
    assert answer(course) == WORK


def together(tmp_path: Path, **files: str) -> Path:
    """A zip in which all files have one time, as those that systems make do."""
    names = {"right": "tiny.ipynb", "again": "tiny (1).ipynb", "draft": "draft.ipynb"}
    made = {f"noether/{names[which]}": text for which, text in files.items()}
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as box:
        for name, text in (made | {"dirac/tiny.ipynb": files["right"]}).items():
            box.writestr(zipfile.ZipInfo(name), text)
    return tmp_path / "in.zip"


def test_what_cannot_be_decided_is_refused_with_file_and_cure(course, tmp_path, capsys) -> None:
    source = together(tmp_path, right=notebook(course, WORK), again=notebook(course, OTHER))
    assert main(["collect", str(source), "--course", str(course.root)]) == 1
    said = capsys.readouterr().out
    assert "tiny (1).ipynb and tiny.ipynb came together and hold different work" in said
    assert "take the other out of the source, and collect again" in said
    assert not course.submitted("noether", TINY).exists()
    assert course.submitted("dirac", TINY).exists()


def test_a_draft_under_another_name_leaves_no_doubt(course, tmp_path) -> None:
    source = together(tmp_path, right=notebook(course, WORK), draft=notebook(course, OTHER))
    bring_in(course, source)
    assert answer(course) == WORK


def test_the_same_work_saved_twice_leaves_no_doubt(course, tmp_path) -> None:
    source = together(
        tmp_path, right=notebook(course, WORK), again=notebook(course, WORK, ran=True)
    )
    bring_in(course, source)
    assert answer(course) == WORK
