"""Measure whether time is linear and memory flat as a class grows.

    PYTHONPATH=examples:benchmarks:. python benchmarks/scale.py 100 500 2000

Grades that many submissions of `matrix_derivative`, and prints what each cost and the most memory
that the process which files them ever used.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from bench import make_course

from grader.autograde.grade import grade_all

ASSIGNMENT = "matrix_derivative"


def main(counts: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for count in sorted(counts):
            course = make_course(Path(folder) / str(count), ASSIGNMENT, count)
            wall, cpu = time.perf_counter(), time.process_time()
            done = sum(1 for _ in grade_all(course, list(course.submissions()), workers=2))
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            assert done == count
            each, here = 1e3 * wall / count, 1e3 * cpu / count
            times = f"each {each:6.0f} ms by the clock, {here:5.0f} ms CPU here"
            print(f"{count:5} submissions: {times}; at most {memory} MB", flush=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
