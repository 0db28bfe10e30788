"""Measure whether time is linear and memory flat as a class grows.

    PYTHONPATH=examples:benchmarks:. python benchmarks/scale.py 100 500 2000

Grades that many submissions of `matrix_derivative`, and prints what each cost, the most memory that
the process which files them ever used, and what the warm processes hold at the end. A last line
compares the largest class with the smallest.
"""

import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from bench import make_course

from grader.autograde.grade import grade_all

ASSIGNMENT = "matrix_derivative"


@dataclass(frozen=True)
class Size:
    """What a class of one size took."""

    count: int
    wall: float  # seconds a submission
    cpu: float  # seconds a submission, in the process that files
    clerk: int  # MB at most
    warm: int  # MB in the end, without what forks share

    def __str__(self) -> str:
        times = f"each {1e3 * self.wall:4.0f} ms by the clock, {1e3 * self.cpu:3.0f} ms CPU to file"
        return f"{self.count:5} submissions: {times}; {self.clerk} MB, warm {self.warm} MB"


def measure(root: Path, count: int) -> Size:
    course = make_course(root, ASSIGNMENT, count)
    wall, cpu = time.perf_counter(), time.process_time()
    done = sum(1 for _ in grade_all(course, list(course.submissions()), workers=2))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert done == count
    clerk = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return Size(count, wall / count, cpu / count, clerk, _warm())


def _warm() -> int:
    """Memory of the processes that we keep, in MB."""
    kept = psutil.Process().children(recursive=True)
    return sum(process.memory_full_info().uss for process in kept) >> 20


def main(counts: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder) / "first", 2)  # starting up is not what grows
        sizes = []
        for count in sorted(counts):
            sizes.append(measure(Path(folder) / str(count), count))
            print(sizes[-1], flush=True)
    few, many = sizes[0], sizes[-1]
    time_, memory = many.wall / few.wall, (many.clerk + many.warm) / (few.clerk + few.warm)
    print(f"from {few.count} to {many.count}: a submission {time_:.2f}, memory {memory:.2f} times")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
