"""One record: what is said of a graded submission rests on values, not on outputs or on words."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path

import nbformat
import pytest

from classroom import HIDDEN, TINY, save
from grader.autograde.record import result_of
from grader.catalogue import Reason, sentence
from grader.cli import main
from grader.course import Course
from grader.course.gradebook import open_gradebook
from grader.course.pages.classroom import gather
from grader.course.pages.feedback import feedback_page
from grader.course.pages.reading import Submission, read_notebook, submission_of
from grader.course.pages.report import as_json, as_rows
from grader.course.pages.scores import all_scores
from grader.graded import Error, Event, Flag, Graded, GradedCell, Verdict, graded_of

REVERSED = {"GRADER_CATALOGUE": "reversed"}
EXPORTS = ("csv", "gradescope")


# ---- no outputs ----


def without_what_code_showed(submission: Submission) -> Submission:
    """A notebook's figures are its own; what is said of it is not in them."""
    sections = tuple(
        replace(one, questions=tuple(replace(q, showed=()) for q in one.questions))
        for one in submission.sections
    )
    return replace(submission, sections=sections)


def told(course: Course) -> dict[str, object]:
    """All that is told of a graded class."""
    with open_gradebook(course) as book:
        scores = all_scores(book)
    graded = sorted(course.graded())
    pages = {
        place: submission_of(read_notebook(course.autograded(*place)), *place, scores[place])
        for place in graded
    }
    report = gather(course)
    return {
        "results": [result_of(course, *place).to_json() for place in graded],
        "pages": {p: feedback_page(without_what_code_showed(s)) for p, s in pages.items()},
        "report": [as_json(report), [list(map(str, row)) for row in as_rows(report)]],
        "exports": {form: exported(course, form) for form in EXPORTS},
        "copies": [
            spoken(["similar", name, "--json", "--course", str(course.root)])
            for name in course.assignments()
        ],
    }


def exported(course: Course, form: str) -> object:
    to = course.root / f"{form}.out"
    main(["export", form, "--to", str(to), "--course", str(course.root)])
    if not zipfile.is_zipfile(to):
        return to.read_bytes()
    with zipfile.ZipFile(to) as box:
        return {name: box.read(name) for name in box.namelist()}


def spoken(arguments: list[str]) -> tuple[int, str]:
    """The exit code and the output of a command."""
    with redirect_stdout(StringIO()) as output:
        code = main(arguments)
    return code, output.getvalue()


def spoken_backwards(arguments: list[str]) -> tuple[int, str]:
    """As `spoken`, in a process whose words are reversed from its start, its sandbox's too."""
    command = [sys.executable, "-m", "grader", *arguments]
    more = {**os.environ, **REVERSED}
    done = subprocess.run(command, capture_output=True, text=True, env=more, check=False)
    return done.returncode, done.stdout


def delete_outputs(course: Course) -> None:
    for place in course.graded():
        path = course.autograded(*place)
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = []
        path.chmod(0o644)
        save(notebook, path)


def copied(course: Course, to: Path) -> Course:
    return Course(shutil.copytree(course.root, to, symlinks=True))


@pytest.mark.parametrize("which", ["example_class", "graded"])
def test_without_outputs_everything_says_the_same(which, request, tmp_path) -> None:
    """Results, pages, class report, exports and copies read the record."""
    course = copied(request.getfixturevalue(which)[0], tmp_path / "course")
    before = told(course)
    delete_outputs(course)
    after = told(course)
    assert {code for code, _ in before["copies"]} == {0}
    for what in before:
        assert after[what] == before[what], what


def test_without_outputs_a_regrade_shows_the_same(graded, tmp_path) -> None:
    course = copied(graded[0], tmp_path / "course")
    solution = course.solution(TINY).read_text().replace(f"{HIDDEN} = 21", f"{HIDDEN} = 0")
    course.solution(TINY).write_text(solution)
    regrade = ["regrade", TINY, "--json", "--course", str(course.root)]
    before = spoken(regrade)
    delete_outputs(course)
    assert '"student": "right", "cell": "double_test", "before": 2.0' in before[1]
    assert spoken(regrade) == before


# ---- other words ----


def decided(line: str) -> dict[str, object]:
    """What is decided of a submission: all but words and seconds."""
    result = json.loads(line)
    for cell in result["cells"]:
        cell["person"] = cell["person"] is not None
        del cell["message"]
    repairs = len(result.pop("repairs"))
    error = result.pop("error") is not None
    return {**result, "repairs": repairs, "error": error, "seconds": None}


def counted(course: Course) -> object:
    """The class report without its words."""
    report = as_json(gather(course))
    for one in report["assignments"]:
        for tally in one["reasons"] + one["first_wrong_lines"]:
            del tally["what"]
    for row in report["submissions"]:
        row |= {"seconds": None, "why": bool(row["why"]), "repairs": len(row["repairs"])}
        row["flags"] = [(flag["cell"], flag["what"]) for flag in row["flags"]]
    return report


@pytest.mark.parametrize("which", ["example_class", "graded"])
def test_no_decision_rests_on_a_word(which, request, tmp_path, monkeypatch) -> None:
    """With each sentence backwards: scores, statuses, flags, counts and exit codes are the same."""
    course = copied(request.getfixturevalue(which)[0], tmp_path / "course")
    grade = ["grade", "--json", "--course", str(course.root)]
    code, lines = spoken(grade)
    plainly = counted(course)
    with open_gradebook(course) as book:
        scores = all_scores(book)
    other_code, other_lines = spoken_backwards([*grade, "--force"])
    assert other_code == code
    ours, theirs = lines.splitlines(), other_lines.splitlines()
    assert list(map(decided, theirs)) == list(map(decided, ours))
    assert not re.search(r"agrees: no|Nothing was written|All checks agree", other_lines)
    with open_gradebook(course) as book:
        assert all_scores(book) == scores
    monkeypatch.setenv(*next(iter(REVERSED.items())))
    assert counted(course) == plainly


# ---- the record itself ----


CELL = GradedCell(
    "tiny",
    "double_test",
    "test",
    2.0,
    0.0,
    "wrong",
    claim="It doubles.",
    reasons=(Reason.of("cell.not_there_as", name="f", type="SyntaxError", text="line 1"),),
    verdicts=(
        Verdict(
            "W",
            False,
            "nan",
            (Reason.of("answer.overflows", what="inf", count=1, total=4, at="(0, 0)"),),
            (2, 2),
            (2, 2),
            float("inf"),
            (0, 1),
            (Reason.of("remark.float32"),),
            ("overflow",),
        ),
    ),
    person=Reason.of("person.picture"),
    diagnosis=("overflow",),
    flags=(Flag("uses_autograd", "line 3"),),
    pictures=({"output_type": "display_data", "data": {"image/svg+xml": "<svg/>"}},),
    derivation={"verdict": "right", "summary": ["It holds."], "steps": []},
)
WHOLE = Graded(
    (CELL, GradedCell("tiny", "essay", "text", 3.0, None, "manual")),
    (Reason.of("repair.text", text="it had a BOM"),),
    (Event("double", Reason.of("stop.text", text="it ran longer than 4 s")),),
    "L3",
    1.5,
    "nabla 2",
)


def test_a_record_travels_as_json() -> None:
    """What is written into a notebook is read as it was, and is JSON that any program knows."""
    text = json.dumps(WHOLE.as_dict(), allow_nan=False)
    stamp = {"record": json.loads(text), "sandbox": "L3", "seconds": 1.5, "engine": "nabla 2"}
    assert Graded.of_stamp(stamp) == WHOLE


def test_a_record_of_another_version_can_be_read() -> None:
    """A kind that this version does not know says so, and stops nobody's report."""
    found = Reason.from_dict({"kind": "derivation.of_old", "name": "L"})
    assert sentence(found) == (
        "noted by another version of the grader (derivation.of_old): grade it again"
    )


def test_an_error_travels_as_json() -> None:
    error = Error("ValueError", "no", "submission", hidden=True, line=3)
    assert Error.from_dict(json.loads(json.dumps(error.as_dict()))) == error


def test_each_graded_cell_is_in_the_record(graded) -> None:
    course, results = graded
    notebook = nbformat.read(course.autograded("right", TINY), as_version=4)
    found = Graded.of_stamp(notebook.metadata["grader"])
    assert found == graded_of(notebook)
    assert [(c.name, c.kind, c.points) for c in found.cells] == [
        ("double_test", "test", 2.0),
        ("shout_test", "test", 1.0),
        ("double_derivation", "text", None),
    ]
    assert results["right"].waiting == 1
