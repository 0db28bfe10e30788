"""Measure what PostgreSQL and a Dask cluster cost against the pool of one machine.

    PYTHONPATH=examples:benchmarks:tests:. python benchmarks/cluster.py                # 2,000
    PYTHONPATH=examples:benchmarks:tests:. python benchmarks/cluster.py --count 100    # sooner

The same submissions of `matrix_derivative` are graded by two workers at a time in three ways. What
comes of them and the scores in the gradebooks must be equal. CPU is that of all processes that take
part, the database's server among them. Each way is gone on a few submissions and on all; the
difference is what a submission costs, the rest is starting up.
"""

import argparse
import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from bench import REPOSITORY, Cost, make_course, with_submissions

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
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cpu_of(server: Path) -> float:
    """CPU seconds of a database's server so far: its processes that live and those it had."""
    first = int((server / "data" / "postmaster.pid").read_text().split()[0])
    there = [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]
    ticks = 0
    for number in there:
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
    course = with_submissions(source, count)
    address = f"sqlite:///{course.gradebook}"
    if on_server:
        address = database(server, f"run_{time.monotonic_ns()}")
        use(course, address)
    cost, results = graded(course, workers, server)
    with sqlalchemy.create_engine(address).connect() as book:
        scores = [tuple(row) for row in book.execute(sqlalchemy.text(SCORES))]
    return cost, results, scores


def main(count: int) -> None:
    ctypes.CDLL(None).prctl(ORPHANS_COME_HERE, 1)
    with tempfile.TemporaryDirectory() as folder, postgresql() as server:
        source = make_course(Path(folder) / "course", ASSIGNMENT, count)
        each: dict[str, Cost] = {}
        outcome = None
        for way in WAYS:
            few, _, _ = go(way, source, FEW, server)
            cost, *found = go(way, source, count, server)
            outcome = outcome or found
            assert found == outcome, f"{way}: the scores differ"
            assert len(found[0]) == count
            each[way] = (cost - few) / (count - FEW)
            print(f"{way:17} a submission {each[way]}   in all {cost}", flush=True)
        for way in list(WAYS)[1:]:
            print(f"{way:17} against {next(iter(WAYS))}: {over(each, way)}")


def over(each: dict[str, Cost], way: str) -> str:
    base, ours = next(iter(each.values())), each[way]
    return f"CPU {ours.cpu / base.cpu - 1:+.1%}, wall {ours.wall / base.wall - 1:+.1%}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure PostgreSQL and Dask against the pool.")
    parser.add_argument("--count", type=int, default=2000, help="submissions")
    main(parser.parse_args().count)
