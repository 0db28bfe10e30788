"""Compare what feedback costs: our pages and nbgrader's, of the same graded submissions.

    PYTHONPATH=examples:benchmarks:. python benchmarks/pages.py --count 40

Grades that many submissions of `matrix_derivative`, then has `grader feedback` and `nbgrader
generate_feedback` write every page, three times in turns. The last line compares the medians of the
CPU that the whole commands took.
"""

import argparse
import tempfile
from pathlib import Path
from statistics import median

from bench import STOCK, make_course, timed
from cost import Cost

from grader.autograde.grade import grade_all
from grader.course import Course

ASSIGNMENT = "matrix_derivative"
TURNS = 3


def by_ours(course: Course) -> Cost:
    return timed(["grader", "feedback", ASSIGNMENT], course)


def by_stock(course: Course) -> Cost:
    """By nbgrader as it comes: our settings would have it write our pages."""
    ours = course.config.read_text()
    course.config.write_text(STOCK.format(shutdown="graceful"))
    try:
        return timed(
            ["nbgrader", "generate_feedback", ASSIGNMENT, "--force", "--log-level=ERROR"], course
        )
    finally:
        course.config.write_text(ours)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare our feedback pages with nbgrader's.")
    parser.add_argument("--count", type=int, default=40, help="submissions")
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as folder:
        course = make_course(Path(folder) / "course", ASSIGNMENT, count)
        assert sum(1 for _ in grade_all(course, list(course.submissions()))) == count
        turns = [(by_ours(course), by_stock(course)) for _ in range(TURNS)]
    ours, stock = (median(cost.cpu for cost in costs) for costs in zip(*turns, strict=True))
    for name, cpu in (("grader", ours), ("nbgrader", stock)):
        print(f"{name:8} {1e3 * cpu / count:6.0f} ms CPU a page, starting included")
    print(f"stock/ours CPU ratio feedback: {stock / ours:.1f}")


if __name__ == "__main__":
    main()
