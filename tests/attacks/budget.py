"""Measure what costly submissions cost others: `make budget-attacks`.

    python -m attacks.budget attacks.costly          # any module with a dictionary ATTACKS
    python -m attacks.budget attacks.budget_blind many_cells --level L2

Each is handed in to a real course among honest classmates, at L3 and L2. Two workers grade the
class: one meets the attack while the other goes on. *Held up* is by how much later the last
classmate's notebook is filed than in the turn before it, where an honest submission stood in the
attacker's place; so what the attack's own limits allow it costs nobody else a moment. A busy
machine only adds to it: where it is above a second, the least of three turns counts, and `load` is
told.

Beside it stands by how much longer the whole class took, and how much of that were the attack's own
cells; then what its page, the class's report and the comparison of all works cost.
"""

import argparse
import copy
import importlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attacks.costly import Notebook
from classroom import REPOSITORY
from grader.autograde.engine import ENGINE_OF_THIS_PROCESS
from grader.autograde.grade import grade_all
from grader.autograde.result import Result
from grader.course import Course
from grader.course.fault import CourseError
from grader.course.feedback import feedback
from grader.course.pages.classroom import gather
from grader.course.release import release
from grader.course.similarity import similar, works
from grader.sandbox.client import NoSandboxError
from grader.sandbox.isolation import Level
from hand_in import model_answers

NAME = "matrix_derivative"
ATTACKER, CLASSMATES = "attacker", ("ann", "zoe")
CLASS = ("ann", ATTACKER, "zoe")  # two begin at once; the third is for whoever is free
LIMITS = (
    '\nc.RunSubmission.limits = {"cell_seconds": 5, "submission_seconds": 15, "memory_mb": 1024}\n'
)
MOST_SECONDS, TURNS = 1.0, 3


@dataclass(frozen=True)
class Turn:
    """The class graded once."""

    results: dict[str, Result]
    others: float  # seconds until the last classmate's notebook was filed
    wall: float  # seconds until all were
    cpu: float  # of the process that grades

    @property
    def own(self) -> float:
        """Seconds that whoever stood in the attacker's place had for their cells."""
        return self.results[ATTACKER].seconds


@dataclass(frozen=True)
class Measured:
    """An attack's turn, and the honest one before it."""

    honest: Turn
    attack: Turn

    @property
    def held_up(self) -> float:
        return self.attack.others - self.honest.others

    @property
    def changed(self) -> list[str]:
        """The classmates whose scores are others than without it."""
        scores = [
            {s: turn.results[s].score for s in CLASSMATES} for turn in (self.honest, self.attack)
        ]
        return [student for student in CLASSMATES if scores[0][student] != scores[1][student]]


def make_course(root: Path) -> Course:
    """A course of one assignment, with classmates who have everything right."""
    course = Course(root)
    shutil.copytree(REPOSITORY / "solutions" / NAME, root / "solutions" / NAME)
    settings = (REPOSITORY / "nbgrader_config.py").read_text()
    course.config.write_text(settings + LIMITS)
    release(course, [NAME])
    for student in CLASSMATES:
        put(course, student, right(course))
    return course


def right(course: Course) -> Notebook:
    """The student edition with the model's answers."""
    notebook: Notebook = json.loads(course.released(NAME).read_text())
    answers = model_answers(course, NAME)
    for cell in notebook["cells"]:
        cell["source"] = answers.get(cell["id"], cell["source"])
    return notebook


def put(course: Course, student: str, content: Notebook | bytes) -> None:
    path = course.submitted(student, NAME)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def turn(course: Course, content: Notebook | bytes, level: Level) -> Turn:
    """Grade the class with this in the attacker's place."""
    put(course, ATTACKER, content)
    todo = [(student, NAME) for student in CLASS]
    cpu, wall, began = time.process_time(), time.monotonic(), time.time()
    results = {r.student: r for r in grade_all(course, todo, workers=2, force=True, level=level)}
    took = time.monotonic() - wall, time.process_time() - cpu
    filed = max(course.autograded(student, NAME).stat().st_mtime for student in CLASSMATES)
    return Turn(results, filed - began, *took)


def measured(course: Course, honest: Notebook, content: Notebook | bytes, level: Level) -> Measured:
    """The turn that held others up least, of up to three."""
    turns: list[Measured] = []
    while not turns or (turns[-1].held_up > MOST_SECONDS and len(turns) < TURNS):
        turn(course, honest, level)  # not counted: it starts what the turn before it ended
        turns.append(Measured(turn(course, honest, level), turn(course, content, level)))
    return min(turns, key=lambda one: (bool(one.changed), one.held_up))


def measure(attacks: dict[str, Any], level: Level, pages: bool = True) -> None:
    found: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory() as root:
        course = make_course(Path(root))
        edition = right(course)
        for name, (what, make) in attacks.items():
            found[name] = measured(course, edition, make(copy.deepcopy(edition)), level)
            report(level, name, what, found[name])
            steps = after(course, found[name].attack.results[ATTACKER]) if pages else {}
            for step, do in steps.items():
                cpu, wall = timed(do)
                print(f"    {step:11} {cpu:6.2f} s CPU here {wall:7.2f} s", flush=True)
    ENGINE_OF_THIS_PROCESS.close()
    summarise(level, found)


def timed(do: Callable[[], Any]) -> tuple[float, float]:
    """The CPU of this process and the time on the clock."""
    cpu, wall = time.process_time(), time.monotonic()
    try:
        do()
    except CourseError as error:
        print(f"    {error}")
    return time.process_time() - cpu, time.monotonic() - wall


def after(course: Course, result: Result) -> dict[str, Callable[[], Any]]:
    """What else is done with a submission."""
    page = {"page": lambda: feedback(course, ATTACKER, NAME)} if result.status == "graded" else {}
    return {
        **page,
        "report": lambda: gather(course),
        "similarity": lambda: similar(works(course, NAME)),
    }


def report(level: Level, name: str, what: str, found: Measured) -> None:
    theirs, honest, attack = found.attack.results[ATTACKER], found.honest, found.attack
    changed = f"NOT as without it: {', '.join(found.changed)}" if found.changed else "unchanged"
    print(
        f"{level.value} {name}: {what}\n"
        f"    {theirs.status} {theirs.score:g}/{theirs.max_score:g}, {theirs.waiting} for a person"
        f"{': ' + theirs.error if theirs.error else ''}\n"
        f"    held up     {found.held_up:6.2f} s: others had theirs after {attack.others:.2f} s,"
        f" else {honest.others:.2f} s; their scores {changed}; load {os.getloadavg()[0]:.1f}\n"
        f"    grading     {attack.cpu:6.2f} s CPU here, else {honest.cpu:.2f} s; the class took "
        f"{attack.wall - honest.wall:.2f} s longer, the attack's own cells "
        f"{attack.own - honest.own:.2f} s",
        flush=True,
    )


def summarise(level: Level, found: dict[str, Measured]) -> None:
    """The worst of it."""
    late = {name: one.held_up for name, one in found.items() if one.held_up > MOST_SECONDS}
    told = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in late.items()) or "none"
    changed = [name for name, one in found.items() if one.changed]
    most = max((one.held_up for one in found.values()), default=0.0)
    print(
        f"{level.value}: {len(found)} attacks; others held up by {most:.2f} s at most, by more than"
        f" {MOST_SECONDS:g} s: {told}; scores of others changed by: {', '.join(changed) or 'none'}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="measure what costly submissions cost others")
    parser.add_argument("module", nargs="?", default="attacks.costly")
    parser.add_argument("names", nargs="*", help="of attacks; all of the module if none is given")
    parser.add_argument("--level", action="append", help="L3 or L2; both if none is given")
    parser.add_argument("--no-pages", action="store_true", help="measure grading alone")
    asked = parser.parse_args()
    attacks = importlib.import_module(asked.module).ATTACKS
    attacks = {name: attacks[name] for name in asked.names or attacks}
    for level in map(Level, asked.level or ("L3", "L2")):
        try:
            measure(attacks, level, not asked.no_pages)
        except NoSandboxError as reason:
            print(f"{level.value}: not on this machine ({reason})")


if __name__ == "__main__":
    main()
