"""A class of 500 through a learning-management system and back: everybody's own score arrives."""

import csv
import io
import json
import random
import shutil
import zipfile
from pathlib import Path

import pytest

from classroom import TINY
from downloads import box, notebook
from gradebooks import CELLS, stamp
from grader.course import Course
from grader.course.collect import collect, wanted
from grader.course.export import Export, standings, write_export
from grader.course.export.feedback import bundle
from grader.course.gradebook import open_gradebook
from grader.course.roster import roster_of

STUDENTS = [f"s{number:04}" for number in range(500)]
ABSENT, FAILED, ZERO = set(STUDENTS[::50]), set(STUDENTS[7::50]), set(STUDENTS[13::50])


def points(student: str) -> list[float]:
    dice = random.Random(student)
    return [
        0.0 if student in ZERO else round(dice.uniform(0.1, most), 2) for most in CELLS.values()
    ]


@pytest.fixture(scope="module")
def course(released: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = Course(Path(shutil.copytree(released.root, tmp_path_factory.mktemp("big") / "course")))
    rows = [f"{one},First{one},Last{one},{one}@uni.example" for one in STUDENTS]
    (made.root / "roster.csv").write_text("id,first_name,last_name,email\n" + "\n".join(rows))
    return made


def canvas(tmp_path: Path) -> tuple[Path, Path]:
    """What Canvas would give: its gradebook, and the zip of what was handed in."""
    head = f"Student,ID,SIS User ID,SIS Login ID,Section,{TINY} (501)\n    Points Possible,,,,,6\n"
    rows = [
        f'"Last{one}, First{one}",{9000 + at},,{one}@uni.example,A,\n'
        for at, one in enumerate(STUDENTS)
    ]
    gradebook = tmp_path / "gradebook.csv"
    gradebook.write_text(head + "".join(rows))
    files = {
        f"last{one}first{one}_{9000 + at}_{70000 + at}_homework-{at % 3}.ipynb": notebook(one)
        for at, one in enumerate(STUDENTS)
        if one not in ABSENT
    }
    return gradebook, box(tmp_path / "submissions.zip", files)


def grade(course: Course) -> None:
    """What grading would leave, in one transaction and without running anything."""
    with open_gradebook(course) as book:
        for student in STUDENTS:
            if student in ABSENT | FAILED:
                continue
            book.update_or_create_student(student)
            book.update_or_create_submission(TINY, student)
            for name, given in zip(CELLS, points(student), strict=True):
                found = book.find_grade(name, TINY, TINY, student)
                found.auto_score, found.needs_manual_grade = given, False
            book.db.commit()
            stamp(course, student)
            page = course.feedback(student, TINY)
            page.parent.mkdir(parents=True)
            page.write_text(student)
    for student in FAILED:
        failure = course.failure(student, TINY)
        failure.parent.mkdir(parents=True)
        failure.write_text(json.dumps({"status": "failed", "error": "damaged"}))


def test_five_hundred_there_and_back(course: Course, tmp_path: Path) -> None:
    """Collect from Canvas, grade, export to Canvas: scores and pages reach who earned them."""
    gradebook, submissions = canvas(tmp_path)
    lines = list(collect(course, submissions, wanted(course, [gradebook])))
    assert {line.action for line in lines} == {"new"}
    assert len(lines) == len(STUDENTS) - len(ABSENT)
    for student in set(STUDENTS) - ABSENT:
        assert course.submitted(student, TINY).read_bytes() == notebook(student)

    grade(course)
    with open_gradebook(course) as book:
        found = standings(course, book, roster_of(course))
    without = write_export(Export(course, found, gradebook), "canvas", tmp_path / "back.csv")
    assert {one.student.id for one in without} == ABSENT | FAILED
    rows = csv.DictReader(io.StringIO((tmp_path / "back.csv").read_text(), newline=""))
    back = {row["SIS Login ID"].split("@")[0]: row[f"{TINY} (501)"] for row in rows}
    for student in STUDENTS:
        if student in ABSENT | FAILED:
            assert back[student] == ""
        else:
            assert float(back[student]) == pytest.approx(sum(points(student)))
    assert {back[student] for student in ZERO - ABSENT - FAILED} == {"0"}

    made = bundle(course, found, "canvas")
    with zipfile.ZipFile(io.BytesIO(made.data)) as pages:
        for name in pages.namelist():
            student = STUDENTS[int(name.split("_")[1]) - 9000]
            assert pages.read(name).decode() == student
        assert len(pages.namelist()) == len(STUDENTS) - len(ABSENT | FAILED)
