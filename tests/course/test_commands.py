"""The commands around the grading, as an instructor types them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from classroom import REPOSITORY, TINY, hand_in, save
from downloads import CANVAS_GRADEBOOK, MOODLE_WORKSHEET, ROSTER, box, notebook
from gradebooks import at, by_hand, fail, score, value
from grader.autograde.grade import grade_all
from grader.cli import main
from grader.cli.exits import ALL_WELL, NOT_ALL, NOTHING_RAN, WRONG_USE
from grader.course import Course
from grader.course.gradebook import open_gradebook


@pytest.fixture
def course(released: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    made = Course(Path(shutil.copytree(released.root, tmp_path / "course")))
    (made.root / "roster.csv").write_text(ROSTER)
    monkeypatch.chdir(made.root)
    return made


def typed(*words: str) -> int:
    return main([word for text in words for word in text.split()])


def objects(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_collect(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """A line a file, the sum on standard error, and 1 when a file was refused."""
    files = {"noether.ipynb": notebook("1"), "stranger.ipynb": notebook("2")}
    box(course.root / "in.zip", files)
    assert typed("collect in.zip --dry-run") == NOT_ALL
    assert not course.submitted("noether", TINY).exists()
    assert typed("collect in.zip --json") == NOT_ALL
    said = capsys.readouterr()
    assert [one["action"] for one in objects("\n".join(said.out.splitlines()[2:]))] == [
        "refused",
        "new",
    ]
    assert said.err == "1 new, 1 refused (dry run)\n1 new, 1 refused\n"
    assert course.submitted("noether", TINY).is_file()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("collect nowhere.zip", WRONG_USE),
        ("collect . --assignment other", WRONG_USE),
        ("collect solutions --roster nowhere.csv", WRONG_USE),
        ("collect empty", NOTHING_RAN),
        ("export moodle", WRONG_USE),
        ("export gradescope --feedback", WRONG_USE),
        ("export csv", NOTHING_RAN),
        ("export csv other", WRONG_USE),
        ("regrade other", WRONG_USE),
        ("regrade tiny", NOTHING_RAN),
        ("similar other", WRONG_USE),
        ("extend noether other --hours 1 --why ill", WRONG_USE),
        ("extend noether tiny --hours -1 --why ill", WRONG_USE),
        ("extend noether tiny --why ill", WRONG_USE),
    ],
)
def test_wrong_use_and_nothing_to_do(course: Course, words: str, code: int) -> None:
    """What cannot be meant is 2, what finds nothing is 3; neither is a traceback."""
    (course.root / "empty").mkdir()
    assert typed(words) == code


def test_settings_that_make_no_sense_are_named(course: Course, capsys) -> None:
    settings = course.config.read_text().replace("per_day = 0.0", "per_day = '10%'")
    course.config.write_text(settings)
    assert typed("late") == NOTHING_RAN
    assert "nbgrader_config.py: the late policy makes no sense" in capsys.readouterr().err


def test_a_reader_who_has_enough_ends_a_command() -> None:
    command = f"{sys.executable} -m grader completion bash | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, cwd=REPOSITORY, check=True)
    assert done.stdout.count(b"\n") == 1
    assert not done.stderr


def test_export(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """A file, who is not in it, and 1 when somebody is not."""
    score(course, "noether", 2, 1, 3)
    fail(course, "dirac", "it is empty")
    (course.root / "canvas.csv").write_text(CANVAS_GRADEBOOK)
    assert typed("export canvas --template canvas.csv --to back.csv") == NOT_ALL
    said = capsys.readouterr()
    assert said.out == "back.csv: 1 scores, 2 without, 0 waiting\n"
    assert [" ".join(line.split()) for line in said.err.splitlines()] == [
        "curie tiny not handed in",
        "dirac tiny failed: it is empty",
    ]
    assert '"Noether, Emmy",4322,,noether@uni.example,Matrix Calculus,6' in (
        course.root / "back.csv"
    ).read_text().replace("\r", "")


def test_export_says_who_waits_for_a_person(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    """A score that may still rise is not taken for the last word; it is told, and no failure."""
    for student in ("noether", "dirac", "curie"):
        score(course, student, 2, 1, None)
    assert typed("export csv --json") == ALL_WELL
    said = capsys.readouterr()
    assert objects(said.out) == [{"file": "grades.csv", "scores": 3, "without": 0, "waiting": 3}]
    assert "3 still wait for a person" in said.err


def test_export_of_feedback(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """Pages in the form that Moodle takes back."""
    score(course, "noether", 2, 1, 3)
    page = course.feedback("noether", TINY)
    page.parent.mkdir(parents=True)
    page.write_text("<p>well done</p>")
    (course.root / "sheet.csv").write_text(MOODLE_WORKSHEET)
    assert typed("export moodle --feedback --template sheet.csv") == NOT_ALL
    assert capsys.readouterr().out == "moodle-feedback.zip: 1 pages, 2 without\n"


def test_lateness(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """Show, write, extend: the penalty follows, and the history tells why."""
    settings = course.config.read_text().replace("per_day = 0.0", "per_day = 0.1")
    course.config.write_text(settings)
    with open_gradebook(course) as book:
        book.update_or_create_assignment(TINY, duedate=at("2026-11-20 12:00"))
    score(course, "noether", 2, 1, 0, when=at("2026-11-21 11:00"))
    assert typed("late") == ALL_WELL
    assert "0 -> 0.3" in capsys.readouterr().out
    typed("export csv")
    assert "out of date" in capsys.readouterr().err
    assert typed("late --write") == ALL_WELL
    assert typed("extend noether tiny --days 1 --why ill") == ALL_WELL
    capsys.readouterr()
    assert typed("history tiny --student noether --json") == ALL_WELL
    told = [(one["what"], one["after"], one["why"]) for one in objects(capsys.readouterr().out)]
    assert told[-2:] == [
        ("late_submission_penalty", 0.3, "the late policy was applied"),
        ("late_submission_penalty", None, "extra time: ill"),
    ]


def test_regrade(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """A test that was wrong: shown first, written when asked, a person's score left alone."""
    path = course.solution(TINY)
    right = path.read_text()
    save(nbformat.reads(right.replace("== 42", "== 43"), as_version=4), path)
    for student in ("noether", "dirac"):
        hand_in(course, student, {"double": "def double(x): return 2 * x"})
    from grader.course.release import release

    release(course, [TINY])
    assert all(one.score == 0 for one in grade_all(course, course.submissions()))
    by_hand(course, "dirac", "double_test", 1)
    path.write_text(right)
    assert typed("regrade tiny --json --workers 1") == ALL_WELL
    said = capsys.readouterr()
    assert [(one["student"], one["gain"]) for one in objects(said.out)] == [
        ("dirac", 0.0),
        ("noether", 2.0),
    ]
    assert "1 gain, 0 lose, 1 keep a person's score; write it with --write" in said.err
    assert value(course, "noether", "double_test", "score") == 0
    assert typed("regrade tiny --write --workers 1") == ALL_WELL
    assert value(course, "noether", "double_test", "score") == 2
    assert value(course, "dirac", "double_test", "score") == 1
    assert typed("regrade tiny") == NOTHING_RAN


def test_similar(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """Two hand-ins with the same rare words are shown with them; control characters are not."""
    rare = "the quick brown fox jumps over a lazy dog while we ponder matrices \x1b[2J at length"
    for number in range(30):
        words = " ".join(f"word{number}x{place}" for place in range(20))
        hand_in(course, f"s{number}", {"double_derivation": words})
    for student in ("noether", "dirac"):
        hand_in(course, student, {"double_derivation": f"{rare} so all agree with one another"})
    assert typed("similar tiny") == ALL_WELL
    said = capsys.readouterr().out
    assert said.startswith("dirac and noether: ")
    assert "lazy dog" in said
    assert "\x1b" not in said
    assert typed("similar tiny --json") == ALL_WELL
    assert len(objects(capsys.readouterr().out)) == 1
