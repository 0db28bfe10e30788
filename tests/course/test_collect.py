"""Hand-ins come in from every system's own form, and nothing is lost or overwritten."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classroom import TINY, make_course
from downloads import (
    CANVAS_GRADEBOOK,
    GRADESCOPE,
    MOODLE_WORKSHEET,
    ROSTER,
    box,
    folder,
    notebook,
)
from grader.course import Course
from grader.course.collect import Line, collect, wanted
from grader.course.collect.store import STAMP, Store

FIVE = datetime(2026, 11, 20, 17, 3, tzinfo=UTC)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    made = make_course(tmp_path / "course")
    (made.root / "roster.csv").write_text(ROSTER)
    return made


def bring_in(course: Course, source: Path, *rosters: Path, **more) -> list[Line]:
    dry = more.pop("dry", False)
    return list(collect(course, source, wanted(course, rosters, **more), dry=dry))


def actions(lines: list[Line]) -> dict[str, str]:
    return {line.origin: line.action for line in lines}


def answer(course: Course, student: str) -> str:
    cells = json.loads(course.submitted(student, TINY).read_text())["cells"]
    return cells[2]["source"].removeprefix("def double(x): return ")


def kept(course: Course) -> list[bytes]:
    files = (course.root / "collected").rglob("*")
    return [file.read_bytes() for file in files if file.is_file() and file.suffix != ".jsonl"]


def text(course: Course, name: str, content: str) -> Path:
    path = course.root.parent / name
    path.write_text(content)
    return path


def test_a_folder_a_student(course: Course, tmp_path: Path) -> None:
    """The student's folder says whose it is, the cells of which assignment."""
    source = folder(tmp_path / "in", {"noether/homework.ipynb": notebook("1")})
    assert [line.action for line in bring_in(course, source)] == ["new"]
    assert answer(course, "noether") == "1"


@pytest.mark.parametrize(
    "name",
    [
        "noether.ipynb",
        "Emmy Noether.ipynb",
        "hw1-noether@uni.example.ipynb",
        "Noether, Emmy/tiny.ipynb",
        "noether/tiny/tiny (1).ipynb",
        "NOETHER/tiny/tiny.ipynb",
        "tiny_noether_attempt_2026-11-20-17-03-00_tiny.ipynb",
    ],
)
def test_differing_names_are_understood(course: Course, tmp_path: Path, name: str) -> None:
    """Whoever names a file in a way that a person understands is understood."""
    assert [one.student for one in bring_in(course, box(tmp_path / "in.zip", {name: notebook()}))]
    assert course.submitted("noether", TINY).is_file()


def test_canvas(course: Course, tmp_path: Path) -> None:
    """Canvas: numbers or names find the student, LATE is said, typed text is not a file."""
    source = box(
        tmp_path / "submissions.zip",
        {
            "noetheremmy_4322_98770_tiny.ipynb": notebook("1"),
            "diracpaul_LATE_4321_98771_tiny-1.ipynb": notebook("2"),
            "nobodyknown_9999_98772_tiny.ipynb": notebook("3"),
            "curiemarie_4323_text.html": "<p>sorry</p>",
        },
    )
    lines = bring_in(course, source)
    assert actions(lines) == {
        "noetheremmy_4322_98770_tiny.ipynb": "new",
        "diracpaul_LATE_4321_98771_tiny-1.ipynb": "new",
        "nobodyknown_9999_98772_tiny.ipynb": "refused",
        "curiemarie_4323_text.html": "refused",
    }
    assert any("late, says Canvas" in str(line) for line in lines)
    assert any("nobody in the roster is called 'canvas-9999'" in str(line) for line in lines)


def test_canvas_numbers_from_its_gradebook(course: Course, tmp_path: Path) -> None:
    """Beside our roster, Canvas's export tells whose number it is, whatever the name says."""
    gradebook = text(course, "canvas.csv", CANVAS_GRADEBOOK)
    source = box(tmp_path / "in.zip", {"someoneelse_4322_98770_tiny.ipynb": notebook("1")})
    assert [line.student for line in bring_in(course, source, gradebook)] == ["noether"]


def test_canvas_attachments_are_numbered_as_they_come(course: Course, tmp_path: Path) -> None:
    """Of two Canvas downloads the higher attachment is later, whichever comes in last."""
    later = box(tmp_path / "b.zip", {"noetheremmy_4322_98799_tiny-1.ipynb": notebook("later")})
    earlier = box(tmp_path / "a.zip", {"noetheremmy_4322_98770_tiny.ipynb": notebook("earlier")})
    bring_in(course, later)
    assert [line.action for line in bring_in(course, earlier)] == ["older"]
    assert answer(course, "noether") == "later"
    assert len(kept(course)) == 2


@pytest.mark.parametrize(
    "name",
    [
        "Emmy Noether_104_assignsubmission_file/tiny.ipynb",
        "Emmy Noether_104_assignsubmission_file_/tiny.ipynb",
        "Emmy Noether_104_assignsubmission_file_tiny.ipynb",
        "Group A-Emmy Noether_104_assignsubmission_file_/deep/er/tiny.ipynb",
        "Participant_104_assignsubmission_file/tiny.ipynb",
    ],
)
def test_moodle(course: Course, tmp_path: Path, name: str) -> None:
    """Moodle, old and new, in folders or flat; its worksheet says who and when."""
    worksheet = text(course, "worksheet.csv", MOODLE_WORKSHEET)
    lines = bring_in(course, box(tmp_path / "in.zip", {name: notebook()}), worksheet)
    assert [(line.action, line.student) for line in lines] == [("new", "noether")]
    assert lines[0].when == datetime(2026, 11, 20, 17, 3).astimezone(UTC)


def test_gradescope(course: Course, tmp_path: Path) -> None:
    """Gradescope: its YAML, Ruby's objects and all, says who and when; a group gets it each."""
    source = box(
        tmp_path / "export.zip",
        {
            "assignment_77_export/submission_metadata.yml": GRADESCOPE,
            "assignment_77_export/submission_1001/tiny.ipynb": notebook("1"),
            "assignment_77_export/submission_1002/work/tiny.ipynb": notebook("2"),
            "assignment_77_export/submission_1003/tiny.ipynb": notebook("3"),
        },
    )
    lines = bring_in(course, source)
    told = {(line.student, line.action, line.when) for line in lines if line.student}
    assert ("noether", "new", FIVE.replace(microsecond=123456)) in told
    assert {("dirac", "new", FIVE.replace(hour=18, minute=0))} <= told
    assert answer(course, "curie") == answer(course, "dirac") == "2"
    assert "does not say whose it is" in str(lines[0])
    stamp = course.submitted("noether", TINY).with_name(STAMP).read_text()
    assert stamp == "2026-11-20 17:03:00.123456 UTC\n"


def test_exchange_keeps_every_hand_in(course: Course, tmp_path: Path) -> None:
    """nbgrader's exchange has each attempt: the latest goes forward, the others are kept."""
    name = "noether+tiny+2026-11-{} 17:03:00.000000 UTC+cmFuZG9t"
    source = folder(
        tmp_path / "inbound",
        {
            f"{name.format(20)}/tiny.ipynb": notebook("second"),
            f"{name.format(19)}/tiny.ipynb": notebook("first"),
            f"{name.format(19)}/timestamp.txt": "2026-11-19 17:03:00.000000 UTC",
        },
    )
    lines = bring_in(course, source)
    assert sorted(line.action for line in lines) == ["new", "older"]
    assert answer(course, "noether") == "second"
    assert notebook("first") in kept(course)


def test_collecting_again_changes_nothing(course: Course, tmp_path: Path) -> None:
    """The same source twice: all of it is here already, and no receipt is added."""
    files = {"noether/a.ipynb": notebook("1"), "noether/b.ipynb": notebook("2")}
    source = folder(tmp_path / "in", files | {"noether/data.csv": "1,2"})
    bring_in(course, source)
    receipts = len(Store(course).receipts())
    assert {line.action for line in bring_in(course, source)} == {"same"}
    assert len(Store(course).receipts()) == receipts == 3


def test_what_was_put_there_by_hand_is_kept(course: Course, tmp_path: Path) -> None:
    """A file that someone put into submitted/ is not lost when a later one comes in."""
    path = course.submitted("noether", TINY)
    path.parent.mkdir(parents=True)
    path.write_bytes(notebook("by hand"))
    lines = bring_in(course, folder(tmp_path / "in", {"noether/a.ipynb": notebook("new")}))
    assert [line.action for line in lines] == ["update"]
    assert notebook("by hand") in kept(course)


def test_a_later_file_in_submitted_stays(course: Course, tmp_path: Path) -> None:
    """What is in submitted/ with a later time is not replaced by an earlier hand-in."""
    path = course.submitted("noether", TINY)
    path.parent.mkdir(parents=True)
    path.write_bytes(notebook("later"))
    path.with_name(STAMP).write_text("2026-12-24 00:00:00 UTC")
    metadata = {"x/submission_metadata.yml": GRADESCOPE}
    source = box(tmp_path / "in.zip", metadata | {"x/submission_1001/tiny.ipynb": notebook("e")})
    assert [line.action for line in bring_in(course, source)] == ["older"]
    assert answer(course, "noether") == "later"


def test_a_dry_run_says_the_same_and_writes_nothing(course: Course, tmp_path: Path) -> None:
    """What a dry run says is what the run then does."""
    files = {"noether/a.ipynb": notebook("1"), "dirac/a.txt": "hm", "x/tiny.ipynb": notebook()}
    source = folder(tmp_path / "in", files)
    before = sorted(course.root.rglob("*"))
    dry = bring_in(course, source, dry=True)
    assert sorted(course.root.rglob("*")) == before
    assert dry == bring_in(course, source)


def test_the_time_of_a_plain_file_is_not_held_against_a_student(
    course: Course, tmp_path: Path
) -> None:
    """A file's date may be that of the download: no time of handing in is written."""
    bring_in(course, folder(tmp_path / "in", {"noether/a.ipynb": notebook()}))
    assert not course.submitted("noether", TINY).with_name(STAMP).exists()


def test_a_damaged_notebook_is_handed_in_all_the_same(course: Course, tmp_path: Path) -> None:
    """To hand in something unreadable is not the same as handing in nothing."""
    lines = bring_in(course, folder(tmp_path / "in", {"noether/tiny.ipynb": b"{ not json"}))
    assert [line.action for line in lines] == ["new"]
    assert "it is no notebook" in str(lines[0])
    assert course.submitted("noether", TINY).read_bytes() == b"{ not json"


def test_other_files_are_kept_beside(course: Course, tmp_path: Path) -> None:
    """A photo of a derivation is kept, and does not get in the way of the notebook."""
    photo = b"\x89PNG a derivation by hand"
    source = folder(
        tmp_path / "in", {"noether/tiny.ipynb": notebook(), "noether/tiny-page1.png": photo}
    )
    assert sorted(line.action for line in bring_in(course, source)) == ["extra", "new"]
    assert photo in kept(course)
    assert [file.name for file in course.submitted("noether", TINY).parent.iterdir()] == [
        f"{TINY}.ipynb"
    ]


def test_a_zip_that_a_student_packed(course: Course, tmp_path: Path) -> None:
    """A student's zip is opened, a zip in that zip is not."""
    inner = box(tmp_path / "inner.zip", {"work/tiny.ipynb": notebook("packed")}).read_bytes()
    twice = box(tmp_path / "twice.zip", {"a.zip": inner}).read_bytes()
    files = {"noetheremmy_4322_98_work.zip": inner, "diracpaul_4321_99_work.zip": twice}
    lines = bring_in(course, box(tmp_path / "in.zip", files))
    assert answer(course, "noether") == "packed"
    assert any("a zip in a zip" in line.why for line in lines)


def test_two_of_the_same_name_are_not_guessed_between(course: Course, tmp_path: Path) -> None:
    """When a name fits two students, a person decides."""
    (course.root / "roster.csv").write_text(ROSTER + "noether2,Emmy,Noether,e2@uni.example\n")
    lines = bring_in(course, folder(tmp_path / "in", {"Emmy Noether/a.ipynb": notebook()}))
    assert lines[0].why == "it may be from any of noether, noether2"


def test_another_assignments_notebook_is_told(course: Course, tmp_path: Path) -> None:
    """The wrong notebook for the right assignment is not taken for it."""
    other = json.loads(notebook())
    other["cells"] = [cell for cell in other["cells"] if cell["cell_type"] == "code"]
    for cell in other["cells"]:
        cell["metadata"]["nbgrader"]["grade_id"] += "_of_other"
    made = course.solution("other")
    made.parent.mkdir()
    made.write_text(json.dumps(other))
    lines = bring_in(
        course, folder(tmp_path / "in", {"noether/tiny.ipynb": json.dumps(other)}), only=TINY
    )
    assert lines[0].why == "it holds other, not tiny"


def test_a_line_is_one_json_object(course: Course, tmp_path: Path) -> None:
    """Scripts read what became of each file."""
    line = bring_in(course, folder(tmp_path / "in", {"noether/a.ipynb": notebook()}))[0]
    assert json.loads(line.to_json()) == {
        "action": "new",
        "origin": "noether/a.ipynb",
        "student": "noether",
        "assignment": TINY,
        "when": None,
        "why": "",
    }
