"""Draw up the table of attacks: what each deserves, gets from stock nbgrader, and gets from us.

    make attacks

Stock nbgrader runs each submission in a course of its own, beside a witness who is right, with
nbgrader's default settings but for 10 s a cell. It has no sandbox, so run this where nothing
matters; what would harm the machine is left out. It takes about half an hour; what stock nbgrader
did is kept in build/attacks.json, so that the table can be gone on with.
"""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from attacks.attacks import ATTACKS, ESCAPED, Attack
from attacks.hand_in import WITNESS, hand_in, student_of
from attacks.target import NAME, make_course
from classroom import REPOSITORY
from grader.autograde.grade import grade_all
from grader.course import Course
from grader.course.release import release

LIMIT = 100  # seconds for one course of two submissions
STOCK_CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.Execute.timeout = 10
"""
KEPT, LOCK = REPOSITORY / "build" / "attacks.json", threading.Lock()
ATTACKER, OTHER = "attacker", "z-witness"
MOST_MEMORY = 6 << 30  # for the sake of the machine


@dataclass(frozen=True)
class Outcome:
    """What became of an attack: its score, and what it did to the witness."""

    score: float | None  # None: no score at all
    other: float | None
    slow: bool = False

    def __str__(self) -> str:
        said = "no score" if self.score is None else f"{self.score:g}"
        said += ", does not end" if self.slow else ""
        return said if self.other == 4 else f"{said}, **the other gets {self.other or 'none'}**"


def scores(gradebook: Path) -> dict[str, float]:
    """Every student's automatic score; none who has not been graded."""
    with sqlite3.connect(gradebook) as book:
        return dict(
            book.execute(
                "select a.student_id, sum(g.auto_score) from grade g"
                " join submitted_notebook n on g.notebook_id = n.id"
                " join submitted_assignment a on n.assignment_id = a.id"
                " group by a.student_id having count(g.auto_score) > 0"
            ).fetchall()
        )


def by_stock(attack: Attack, released: Path) -> Outcome:
    """What stock nbgrader makes of an attack and a witness."""
    root = Path(tempfile.mkdtemp(prefix="stock-"))
    shutil.copytree(released, root, dirs_exist_ok=True)
    course = Course(root)
    course.config.write_text(STOCK_CONFIG)
    hand_in(course, ATTACKER, attack)
    hand_in(course, OTHER, WITNESS)
    slow = not _autograde(root)
    try:
        found = scores(course.gradebook)
    except sqlite3.Error:
        found = {}
    graded = {s: found.get(s) for s in (ATTACKER, OTHER) if course.autograded(s, NAME).exists()}
    os.chmod(course.gradebook, 0o644)
    ESCAPED.unlink(missing_ok=True)
    shutil.rmtree(root, ignore_errors=True)
    return Outcome(graded.get(ATTACKER), graded.get(OTHER), slow)


def _autograde(root: Path) -> bool:
    """Run `nbgrader autograde` in a session of its own; whether it came to an end."""
    command = [sys.executable, "-m", "nbgrader", "autograde", NAME, "--log-level=CRITICAL"]
    mark = {"ATTACKED": root.name}
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"} | mark
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        ["prlimit", f"--as={MOST_MEMORY}", *command],
        cwd=root,
        env=environment,
        stdout=quiet,
        stderr=quiet,
    )
    try:
        process.wait(LIMIT)
        return True
    except subprocess.TimeoutExpired:
        return False
    finally:
        _end_all(f"ATTACKED={root.name}".encode())
        process.wait()


def _end_all(mark: bytes) -> None:
    """Kill what was started with this mark in its environment: kernels outlive nbgrader."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                os.kill(int(entry.name), signal.SIGKILL)


def remembered(attack: Attack, released: Path) -> Outcome | None:
    """What stock nbgrader makes of it, found out once."""
    if not attack.tame:
        return None
    key = f"{attack.category}: {attack.name}"
    with LOCK:
        known = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if key not in known:
        found = asdict(by_stock(attack, released))
        with LOCK:
            known = json.loads(KEPT.read_text()) if KEPT.exists() else {}
            KEPT.parent.mkdir(exist_ok=True)
            KEPT.write_text(json.dumps(known | {key: found}, indent=1))
        print(f"{len(known) + 1:4} {key}", file=sys.stderr, flush=True)
        known[key] = found
    return Outcome(**known[key])


def by_us(root: Path) -> list[Outcome]:
    """What our engine makes of all of them, in one class with a witness."""
    course = make_course(root / "ours", (REPOSITORY / "nbgrader_config.py").read_text())
    release(course, [NAME])
    for number, attack in enumerate(ATTACKS):
        hand_in(course, student_of(number), attack)
    hand_in(course, "z-witness", WITNESS)
    results = grade_all(course, list(course.submissions()), workers=2)
    found = {r.student: None if r.status == "failed" else r.score for r in results}
    witness = found["z-witness"]
    return [Outcome(found[student_of(n)], witness) for n in range(len(ATTACKS))]


def table(rows: list[tuple[Attack, Outcome | None, Outcome]]) -> str:
    """The whole page."""
    wrong = [r for r in rows if r[1] and not is_fair(r[0], r[1])]
    ours = [r for r in rows if not is_fair(r[0], r[2])]
    tried = sum(stock is not None for _, stock, _ in rows)
    lines = [
        "# Attacks\n",
        "Made by `make attacks`; `tests/attacks/attacks.py` holds the submissions. Each is worth "
        "at most 4 points. *No score* is right for what is no notebook, and otherwise not.\n",
        f"Of {len(rows)} submissions ours treats {len(ours)} unfairly. Stock nbgrader was given "
        f"{tried} (the others would harm a machine without a sandbox) and treats {len(wrong)} "
        "unfairly; these are in bold.\n",
        "| category | submission | honest | stock nbgrader | ours |",
        "| --- | --- | --- | --- | --- |",
    ]
    for attack, stock, outcome in rows:
        said = "not tried" if stock is None else _bold(str(stock), is_fair(attack, stock))
        honest = "no score" if attack.fails else f"{attack.honest:g}"
        mine = _bold(str(outcome), is_fair(attack, outcome))
        lines.append(f"| {attack.category} | {attack.name} | {honest} | {said} | {mine} |")
    return "\n".join(lines) + "\n"


def is_fair(attack: Attack, outcome: Outcome) -> bool:
    """Whether the attack got what it deserves and the witness too."""
    score = None if attack.fails else attack.honest
    return outcome.score == score and outcome.other == 4 and not outcome.slow


def _bold(text: str, fair: bool) -> str:
    return text if fair else f"**{text.replace('**', '')}**"


def main(page: Path) -> None:
    root = Path(tempfile.mkdtemp(prefix="attacks-"))
    released = make_course(root / "released", (REPOSITORY / "nbgrader_config.py").read_text())
    release(released, [NAME])
    ours = by_us(root)
    with ThreadPoolExecutor(2) as pool:
        stock = list(pool.map(lambda attack: remembered(attack, released.root), ATTACKS))
    page.write_text(table(list(zip(ATTACKS, stock, ours, strict=True))))
    shutil.rmtree(root)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
