"""Scores go back in each system's own form; a score stands only where one was earned."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from classroom import REPOSITORY, TINY
from downloads import CANVAS_GRADEBOOK, MOODLE_WORKSHEET, ROSTER, box, notebook
from gradebooks import at, by_hand, fail, score, stamp
from grader.course import Course
from grader.course.collect import collect, wanted
from grader.course.export import Export, ExportError, standings, write_export
from grader.course.export.feedback import bundle
from grader.course.export.tables import to_csv
from grader.course.gradebook import open_gradebook
from grader.course.roster import roster_of


@pytest.fixture(scope="module")
def scored(released: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Noether has 5.5, Dirac an earned zero, Curie could not be graded, Gauss handed in nothing."""
    made = Course(tmp_path_factory.mktemp("scored") / "course")
    shutil.copytree(released.root, made.root)
    (made.root / "roster.csv").write_text(ROSTER + "gauss,Carl,Gauss,gauss@uni.example\n")
    score(made, "noether", 2, 1, None, when=at("2026-11-20 17:03"))
    by_hand(made, "noether", "double_derivation", 2.5)
    score(made, "dirac", 0, 0, 0)
    fail(made, "curie", "it is no notebook")
    return made


@pytest.fixture
def course(scored: Course, tmp_path: Path) -> Course:
    """The scored course, to be changed at will."""
    return Course(Path(shutil.copytree(scored.root, tmp_path / "course")))


def standing(course: Course):
    with open_gradebook(course) as book:
        return standings(course, book, roster_of(course))


def exported(course: Course, form: str, **more) -> Path:
    to = course.root / f"out.{form}"
    write_export(Export(course, standing(course), **more), form, to)
    return to


def table(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(), newline="")))


def written(course: Course, name: str, text: str) -> Path:
    file = course.root / name
    file.write_text(text)
    return file


THREE_THINGS = [
    ("curie", "failed", None),
    ("dirac", "graded", 0.0),
    ("gauss", "not handed in", None),
    ("noether", "graded", 5.5),
]


def test_not_handed_in_failed_and_zero_are_three_things(course: Course) -> None:
    """Only an earned zero is a zero."""
    found = [(one.student.id, one.status, one.score) for one in standing(course)]
    assert found == THREE_THINGS


def test_csv(course: Course) -> None:
    """Plain CSV: an empty score is none."""
    rows = table(exported(course, "csv"))
    assert [(row["student_id"], row["status"], row["score"]) for row in rows] == [
        (student, status, "" if points is None else f"{points:g}")
        for student, status, points in THREE_THINGS
    ]


def test_json(course: Course) -> None:
    """JSON: null is none, and each cell is there."""
    said = json.loads(exported(course, "json").read_text())
    assert [(one["student_id"], one["status"], one["score"]) for one in said] == THREE_THINGS
    cells = {cell["name"]: (cell["score"], cell["by_hand"]) for cell in said[3]["cells"]}
    assert cells["double_derivation"] == (2.5, True)


def test_parquet(course: Course) -> None:
    """Parquet: null is none, and numbers are numbers."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra 'parquet' is not installed")
    read = parquet.read_table(exported(course, "parquet"))
    assert str(read.schema.field("score").type) == "double"
    rows = read.to_pylist()
    assert [(row["student_id"], row["status"], row["score"]) for row in rows] == THREE_THINGS


def test_notes_say_who_has_no_score(course: Course) -> None:
    """Beside each export it stands who has none, and why."""
    exported(course, "csv")
    rows = table(course.root / "out.notes.csv")
    assert [(row["student_id"], row["status"], row["why"]) for row in rows] == [
        ("curie", "failed", "it is no notebook"),
        ("gauss", "not handed in", ""),
    ]


def test_canvas(course: Course) -> None:
    """Canvas's own export, filled in: whoever has no score keeps what Canvas shows."""
    template = written(course, "canvas.csv", CANVAS_GRADEBOOK)
    rows = table(exported(course, "canvas", template=template))
    assert {row["Student"].strip(): row["tiny (501)"] for row in rows} == {
        "Points Possible": "6",
        "Noether, Emmy": "5.5",
        "Dirac, Paul": "0",
        "Curie, Marie": "2.5",
    }
    assert list(rows[0]) == CANVAS_GRADEBOOK.splitlines()[0].split(",")


def test_canvas_numbers_are_not_ours(course: Course) -> None:
    """A number of Canvas's that is another student's number here does not move a score."""
    roster = ROSTER + "4321,Carl,Gauss,gauss@uni.example\n"
    written(course, "roster.csv", roster)
    template = written(course, "canvas.csv", CANVAS_GRADEBOOK)
    rows = table(exported(course, "canvas", template=template))
    assert [row["tiny (501)"] for row in rows if row["Student"] == "Dirac, Paul"] == ["0"]


def test_canvas_from_scratch(course: Course) -> None:
    """Without a template the headings are those that Canvas asks for, in its order."""
    head, points, *rows = csv.reader(io.StringIO(exported(course, "canvas").read_text()))
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", TINY]
    assert points == ["    Points Possible", "", "", "", "", "6"]
    assert ["Dirac, Paul", "", "", "dirac@uni.example", "", "0"] in rows
    assert ["Gauss, Carl", "", "", "gauss@uni.example", "", ""] in rows


def test_moodle(course: Course) -> None:
    """Moodle's worksheet comes back as it was, with grades where they were earned."""
    template = written(course, "worksheet.csv", MOODLE_WORKSHEET)
    rows = table(exported(course, "moodle", template=template))
    assert {row["Identifier"]: row["Grade"] for row in rows} == {
        "Participant 104": "5.50",
        "Participant 105": "0.00",
        "Participant 106": "",
    }
    before = list(csv.DictReader(io.StringIO(MOODLE_WORKSHEET)))
    assert [row | {"Grade": ""} for row in rows] == before


@pytest.mark.parametrize(
    ("form", "template"),
    [
        ("moodle", MOODLE_WORKSHEET.replace("6.00", "100.00")),
        ("canvas", CANVAS_GRADEBOOK.replace(",,,,,6", ",,,,,100")),
    ],
)
def test_another_maximum_is_told(course: Course, form: str, template: str) -> None:
    """Moodle drops a grade over its maximum without a word; we say it, or convert when asked."""
    file = written(course, "template.csv", template)
    with pytest.raises(ExportError, match="to 100, we count it to 6"):
        exported(course, form, template=file)
    text = exported(course, form, template=file, scale=True).read_text()
    assert "91.6" in text


def test_wrong_templates_are_told(course: Course) -> None:
    """A table of another kind, or of other assignments, is not filled in by guess."""
    other = written(course, "other.csv", "a,b\n1,2\n")
    for form in ("canvas", "moodle"):
        with pytest.raises(ExportError, match="is no"):
            exported(course, form, template=other)
    renamed = written(course, "r.csv", CANVAS_GRADEBOOK.replace("tiny (501)", "hw1 (501)"))
    with pytest.raises(ExportError, match="no column called 'tiny'"):
        exported(course, "canvas", template=renamed)
    with pytest.raises(ExportError, match="worksheet is needed"):
        exported(course, "moodle")


def test_gradescope(course: Course) -> None:
    """results.json: a zero is a score of 0, a failure has no score, a missing one no file."""
    with zipfile.ZipFile(exported(course, "gradescope")) as made:
        said = {name: json.loads(made.read(name)) for name in made.namelist()}
    assert set(said) == {f"tiny/{name}/results.json" for name in ("noether", "dirac", "curie")}
    assert said["tiny/dirac/results.json"]["score"] == 0.0
    assert "score" not in said["tiny/curie/results.json"]
    assert "tests" not in said["tiny/curie/results.json"]
    tests = said["tiny/noether/results.json"]["tests"]
    assert {(one["name"], one["score"], one["max_score"]) for one in tests} == {
        ("double_test", 2.0, 2.0),
        ("shout_test", 1.0, 1.0),
        ("double_derivation", 2.5, 3.0),
    }


def test_scores_of_another_engine_are_refused(course: Course) -> None:
    """Jupyter started elsewhere grades with the stock engine: such a score is not handed on."""
    path = course.autograded("noether", TINY)
    path.write_bytes(course.submitted("noether", TINY).read_bytes())
    (one,) = [one for one in standing(course) if one.student.id == "noether"]
    assert (one.status, one.score) == ("graded by another engine", None)


def test_a_failure_outweighs_an_earlier_grade(course: Course) -> None:
    """When what came in last cannot be graded, the old score does not stand for it."""
    fail(course, "noether", "it is empty")
    assert [one.status for one in standing(course) if one.student.id == "noether"] == ["failed"]


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://evil","x")', "+1", "@SUM(A1)", "\t=1", "-2+3", "＝1", " =1+1"]
)
def test_no_formula_runs_in_a_spreadsheet(course: Course, name: str) -> None:
    """A student called like a formula is a text in every table."""
    rows = csv.reader(io.StringIO(to_csv([[name]]).decode(), newline=""))
    assert next(rows) in (["'" + name], ["+1"])


def test_a_name_with_everything_in_it(course: Course) -> None:
    """Commas, quotes and line breaks in a name stay in its field."""
    written(course, "roster.csv", 'id,first_name,last_name\ngauss,"C, ""F""\nx",=Gauss\n')
    rows = [row for row in table(exported(course, "csv")) if row["student_id"] == "gauss"]
    assert [(row["first_name"], row["last_name"]) for row in rows] == [('C, "F"\nx', "'=Gauss")]


def page(course: Course, student: str) -> None:
    file = course.feedback(student, TINY)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"<p>{student}</p>")


def names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        return made.namelist()


@pytest.mark.parametrize(
    ("form", "handed_in", "given_back"),
    [
        ("canvas", "noetheremmy_LATE_4322_98770_t.ipynb", "noetheremmy_LATE_4322_98770_tiny.html"),
        (
            "moodle",
            "Emmy Noether_104_assignsubmission_file_/t.ipynb",
            "Emmy Noether_104_assignsubmission_file/tiny.html",
        ),
    ],
)
def test_feedback_goes_back_by_the_way_it_came(
    course: Course, tmp_path: Path, form: str, handed_in: str, given_back: str
) -> None:
    """The zip of pages has the names by which the system finds its students again."""
    page(course, "noether")
    page(course, "dirac")
    source = box(tmp_path / "in.zip", {handed_in: notebook("1")})
    assert [line.action for line in collect(course, source, wanted(course))] == ["update"]
    stamp(course, "noether")
    made = bundle(course, standing(course), form)
    assert names(made.data) == [given_back]
    assert {one.student.id for one, _ in made.left_out} == {"dirac", "curie", "gauss"}


def test_feedback_for_moodle_from_its_worksheet(course: Course) -> None:
    """Hand-ins that came another way get Moodle's folders from its worksheet."""
    page(course, "noether")
    worksheet = written(course, "worksheet.csv", MOODLE_WORKSHEET)
    made = bundle(course, standing(course), "moodle", worksheet)
    assert names(made.data) == ["Emmy Noether_104_assignsubmission_file/tiny.html"]


def test_plain_feedback(course: Course) -> None:
    """Without a system, a folder a student; nobody's missing page is passed over in silence."""
    page(course, "noether")
    made = bundle(course, standing(course), "plain")
    assert names(made.data) == ["noether/tiny.html"]
    assert ("dirac", "there is no page yet: run 'grader feedback'") in {
        (one.student.id, why) for one, why in made.left_out
    }


def test_nbgrader_export(course: Course) -> None:
    """Each form is a plug-in of nbgrader's own command."""
    command = [sys.executable, "-m", "nbgrader", "export", "--to", "made.csv"]
    plugin = "--exporter=grader.course.export.plugins.Csv"
    ours = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    subprocess.run([*command, plugin], cwd=course.root, env=ours, check=True, capture_output=True)
    rows = table(course.root / "made.csv")
    assert {row["student_id"]: row["status"] for row in rows}["gauss"] == "not handed in"
