"""No attack gets an unearned point, disturbs another, or costs the right their points."""

import hashlib
import json
import os
import sqlite3
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch

from attacks.attacks import ATTACKS, ESCAPED
from attacks.hand_in import WITNESSES, everyone, hand_in_all, student_of
from attacks.target import NAME, make_course
from classroom import REPOSITORY
from grader.autograde.engine import ENGINE_OF_THIS_PROCESS
from grader.autograde.grade import grade_all
from grader.course.feedback import feedback
from grader.course.release import release
from grader.sandbox.client import NoSandboxError
from grader.sandbox.isolation import Level
from grader.sandbox.limits import PATIENCE

SECONDS = 8  # of CPU: what the course allows a submission
AT_ONCE = 6  # more than cores: who only waits until its time is up takes none


def digests(root: Path) -> dict[str, str]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module", params=["L3", "L2"])
def graded(request, tmp_path_factory):
    """The whole class of attackers, graded once at each level: (course, results, files before)."""
    settings = (REPOSITORY / "nbgrader_config.py").read_text()
    course = make_course(tmp_path_factory.mktemp("attacked") / "course", settings)
    release(course, [NAME])
    hand_in_all(course)
    ESCAPED.unlink(missing_ok=True)  # stock nbgrader, graded beside ours, lets it be written
    before = digests(course.root / "submitted")
    todo = [(student, NAME) for student in sorted(everyone())]
    try:
        results = grade_all(course, todo, workers=AT_ONCE, level=Level(request.param))
        yield course, {result.student: result for result in results}, before
    except NoSandboxError as reason:
        pytest.skip(f"no {request.param} here: {reason}")
    finally:
        ENGINE_OF_THIS_PROCESS.close()


@pytest.mark.parametrize("number", range(len(ATTACKS)), ids=[a.name for a in ATTACKS])
def test_each_attack_gets_what_it_deserves(graded, number) -> None:
    attack, result = ATTACKS[number], graded[1][student_of(number)]
    assert (result.status, result.score) == (
        "failed" if attack.fails else "graded",
        attack.honest,
    ), (attack.category, result)
    assert result.seconds < PATIENCE * SECONDS + 4


@pytest.mark.parametrize("number", range(len(ATTACKS)), ids=[a.name for a in ATTACKS])
def test_each_attack_ends_with_a_reason(graded, number) -> None:
    result = graded[1][student_of(number)]
    if result.status == "failed":
        assert f"submitted/{result.student}/{NAME}" in result.error
    lost = [cell for cell in result.cells if cell.score < cell.max_score]
    assert all(cell.message for cell in lost)


def test_there_are_enough() -> None:
    assert len(ATTACKS) >= 80
    assert len({attack.category for attack in ATTACKS}) >= 9


@pytest.mark.parametrize("witness", WITNESSES)
def test_nobody_else_is_touched(graded, witness) -> None:
    result = graded[1][witness]
    assert (result.score, result.sandbox) == (4, graded[1]["a-witness"].sandbox)


def test_the_gradebook_says_the_same(graded) -> None:
    course, results, _ = graded
    with sqlite3.connect(course.gradebook) as book:
        rows = book.execute(
            "select a.student_id, sum(g.auto_score) from grade g"
            " join submitted_notebook n on g.notebook_id = n.id"
            " join submitted_assignment a on n.assignment_id = a.id group by a.student_id"
        ).fetchall()
    saved = {student: score or 0 for student, score in rows}
    assert saved == {s: r.score for s, r in results.items() if r.status == "graded"}


def test_what_was_handed_in_is_as_it_was(graded) -> None:
    """But for notebooks that were put under their right name, and our note of that."""
    course, _, before = graded
    after = digests(course.root / "submitted")
    assert {path: after.get(path) for path in before} == before
    ours = (f"/{NAME}.ipynb", "/.copied")
    assert all(path.endswith(ours) for path in after.keys() - before.keys())


def test_nothing_was_written_outside(graded) -> None:
    packages = Path(torch.__file__).parents[1]
    assert not (packages / "torch" / "evil.py").exists()
    assert not (packages / "evil.pth").exists()
    assert not ESCAPED.exists()


def test_nothing_hidden_reaches_a_student(graded) -> None:
    course, results, _ = graded
    told = json.dumps([result.to_json() for result in results.values()])
    for student in (s for s, r in results.items() if r.status == "graded"):
        outputs = course.autograded(student, NAME).read_text()
        notebook = json.loads(outputs)
        told += json.dumps([cell.get("outputs") for cell in notebook["cells"]])
    assert "leak 1" in told  # a visible call is no secret
    assert "leak 31337" not in told
    assert "62674" not in told.replace("assert double(31337) == 62674", "")
    assert "90210" not in told


def test_no_page_runs_a_script(graded) -> None:
    course, results, _ = graded
    for number, attack in enumerate(ATTACKS):
        student = student_of(number)
        if attack.category == "output" and results[student].status == "graded":
            page = Actions()
            page.feed(feedback(course, student, NAME).read_text())
            assert not page.found


class Actions(HTMLParser):
    """Finds what a page would do of a student's making: every script of theirs calls alert."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.found += [
            f"{tag} {n}" for n, v in attrs if n.startswith("on") and "alert" in (v or "")
        ]

    def handle_data(self, data) -> None:
        if self.cdata_elem == "script" and "alert(1)" in data:
            self.found.append(data)


def test_no_process_stays(graded) -> None:
    """A daemon that a submission started would still sleep."""
    names = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                names.append((entry / "cmdline").read_bytes())
            except OSError:
                continue
    assert b"sleep\x003\x00" not in names
    assert os.path.exists("/proc/self")
