"""Show the whole way: make a course in demo/, hand in the example class, grade, give feedback.

    make demo

It starts anew each time. Look at this file to see what an instructor would type.
"""

import shutil
import sys
from pathlib import Path

from grader.cli import main
from grader.course import Course
from grader.sandbox.doctor import examine
from hand_in import hand_in

HERE = Path(__file__).parents[1]
DEMO = HERE / "demo"


def grader(*words: str) -> int:
    """Run one command, as it would be typed."""
    print(f"\n$ grader {' '.join(words)}", flush=True)
    return main(words)


def demo() -> int:
    shutil.rmtree(DEMO, ignore_errors=True)
    course = Course(DEMO)
    grader("init", "demo")
    grader("release", "--course", "demo")
    print("\n$ python examples/hand_in.py demo")
    hand_in(course)
    # The examples are ours, so they may run on a machine that could not shut them in.
    shut_in = [] if examine().level else ["--unsafe-no-sandbox"]
    code = grader("grade", "--course", "demo", *shut_in)
    grader("feedback", "--course", "demo")
    grader("report", "--course", "demo")
    print(f"\nThe class:            {shown(course.report)}")
    print(f"One student's page:   {shown(course.feedback('laurel', 'two_layer_regression'))}")
    print(f"All of them:          {shown(DEMO / 'feedback')}")
    return 0 if code < 2 else code  # 1 says that a hand-in is broken: one of the class is


def shown(path: Path) -> Path:
    return path.relative_to(HERE)


if __name__ == "__main__":
    sys.exit(demo())
