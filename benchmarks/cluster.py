"""Measure what PostgreSQL and a Dask cluster cost against the pool of one machine.

    PYTHONPATH=examples:benchmarks:tests:. python benchmarks/cluster.py               # 2,000
    PYTHONPATH=examples:benchmarks:tests:. python benchmarks/cluster.py --count 50    # sooner

The same submissions of `matrix_derivative` are graded by two workers at a time in three ways. What
comes of them and the scores in the gradebooks must be equal. CPU is that of all processes that take
part, the database's server among them. Each way is gone on a few submissions and on all; the
difference is what a submission costs, the rest is starting up. The ways take turns, several times
over, since a machine may be slower after a quarter of an hour than it was before.
"""

import argparse
import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy
from bench import REPOSITORY, Cost, make_course, with_submissions
from cost import used_by_children

from databases import OTHER, as_whom, database, running, use
from grader.course import Course

ASSIGNMENT = "matrix_derivative"
FEW = 4
WAYS = {  # name: (--workers, whether on PostgreSQL)
    "pool, SQLite": ("2", False),
    "pool, PostgreSQL": ("2", True),
    "Dask, PostgreSQL": ("dask:2", True),
}
ORPHANS_COME_HERE = 36  # PR_SET_CHILD_SUBREAPER: so that no process's CPU is lost
SCORES = """select s.student_id, c.name, g.auto_score from grade g
    join base_cell c on g.cell_id = c.id
    join submitted_notebook n on g.notebook_id = n.id
    join submitted_assignment s on n.assignment_id = s.id order by 1, 2"""


def graded(course: Course, workers: str, server: Path) -> tuple[Cost, list[dict]]:
    """Grade the course; the cost with all that took part, and the results."""
    before, of_server, start = children(), cpu_of(server), time.perf_counter()
    said = subprocess.run(
        [sys.executable, "-m", "grader", "grade", "--json", "--workers", workers],
        cwd=course.root, env=os.environ | {"PYTHONPATH": str(REPOSITORY)}, check=True,
        stdout=subprocess.PIPE, text=True,
    ).stdout  # fmt: skip
    wall = time.perf_counter() - start
    cpu = children() - before + cpu_of(server) - of_server
    return Cost(cpu, wall), [json.loads(line) | {"seconds": 0} for line in said.splitlines()]


def children() -> float:
    """CPU seconds of all children that have ended; waits for those left to us."""
    for entry in Path("/proc/self/task").glob("*/children"):
        for child in entry.read_text().split():
            if "postgres" not in Path(f"/proc/{child}/cmdline").read_text():
                os.waitpid(int(child), 0)
    return used_by_children()


def cpu_of(server: Path) -> float:
    """CPU seconds of a database's server so far: its processes that live and those it had."""
    first = int((server / "data" / "postmaster.pid").read_text().split()[0])
    there = [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]
    ticks = 0
    for number in there:
        with suppress(FileNotFoundError):  # it ended: its time is its parent's now
            fields = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def postgresql() -> Iterator[Path]:
    root = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    shutil.chown(root, **({"user": OTHER} if as_whom() else {"user": os.getuid()}))
    try:
        with running(root):
            yield root
    finally:
        shutil.rmtree(root)


def go(way: str, source: Course, count: int, server: Path) -> tuple[Cost, list[dict], list]:
    """Grade the first `count` submissions of a course in one way, into a new gradebook."""
    workers, on_server = WAYS[way]
    course = with_submissions(source, [student for student, _ in source.submissions()][:count])
    address = f"sqlite:///{course.gradebook}"
    if on_server:
        address = database(server, f"run_{time.monotonic_ns()}")
        use(course, address)
    cost, results = graded(course, workers, server)
    with sqlalchemy.create_engine(address).connect() as book:
        scores = [tuple(row) for row in book.execute(sqlalchemy.text(SCORES))]
    return cost, results, scores


def main(count: int, rounds: int) -> None:
    ctypes.CDLL(None).prctl(ORPHANS_COME_HERE, 1)
    with tempfile.TemporaryDirectory() as folder, postgresql() as server:
        source = make_course(Path(folder) / "course", ASSIGNMENT, count)
        spent = {way: Cost() for way in WAYS}
        outcome = None
        for way in [*WAYS] * rounds:
            few, _, _ = go(way, source, FEW, server)
            cost, *found = go(way, source, count, server)
            outcome = outcome or found
            assert found == outcome, f"{way}: the scores differ"
            assert len(found[0]) == count
            each = (cost - few) / (count - FEW)
            spent[way] = Cost(spent[way].cpu + each.cpu, spent[way].wall + each.wall)
            print(f"{way:17} a submission {each}   in all {cost}", flush=True)
        for way in list(WAYS)[1:]:
            print(f"{way:17} against {next(iter(WAYS))}: {over(spent, way)}")


def over(spent: dict[str, Cost], way: str) -> str:
    base, ours = next(iter(spent.values())), spent[way]
    return f"CPU {ours.cpu / base.cpu - 1:+.1%}, wall {ours.wall / base.wall - 1:+.1%}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure PostgreSQL and Dask against the pool.")
    parser.add_argument("--count", type=int, default=500, help="submissions in each turn")
    parser.add_argument("--rounds", type=int, default=4, help="turns of each way")
    chosen = parser.parse_args()
    main(chosen.count, chosen.rounds)
