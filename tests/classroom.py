"""A small course for tests: one assignment and students, all written as short strings."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.course import Course
from grader.course.start import start

REPOSITORY = Path(__file__).parents[1]
TINY = "tiny"
HIDDEN = "hidden_seed_4711"  # stands in hidden tests only
SOLVED = "solved_by_adding"  # stands in solutions only

DOUBLE = "def double(x): return 2 * x"
SHOUT = "def shout(text): return text.upper()"
WARNS = """import sys
def shout(text):
    print("careful", file=sys.stderr)
    return text.upper()
"""
UNTRIED = "c.TryEdition.seeds = 0\n"  # settings for where a test is not about the trial
STUDENTS = {
    "right": {"double": DOUBLE, "shout": SHOUT, "double_derivation": "By adding."},
    "empty": {},
    "hidden_wrong": {"double": "def double(x): return 2", "shout": SHOUT},
    "visible_wrong": {"double": "def double(x): return x", "shout": SHOUT},
    "spy": {"double": "def double(x):\n    if x > 1: raise ValueError(f'got {x}')\n    return 2"},
    "noisy": {
        "double": DOUBLE,
        "shout": WARNS,
    },
    "endless": {"double": "def double(x):\n    while True: pass", "shout": SHOUT},
    "odd [x]": {"double": DOUBLE},
    "crash": {"double": "def double(x): return x / 0", "shout": SHOUT},
    "library": {"double": "def double(x): raise NotImplementedError('none for int64')"},
    "typo": {"double": "def double(x) return 2 * x", "shout": SHOUT},
}


def cell(kind: str, name: str, source: str, points: int | None = None):
    """One nbgrader cell: a solution, a test, a locked one or a written answer."""
    made = new_markdown_cell(source) if kind == "written" else new_code_cell(source)
    made.metadata["nbgrader"] = {
        "schema_version": 3,
        "grade_id": name,
        "grade": kind in ("test", "written"),
        "solution": kind in ("solution", "written"),
        "locked": kind in ("test", "locked"),
        "task": False,
    }
    if points is not None:
        made.metadata["nbgrader"]["points"] = points
    return made


def tiny():
    """The instructor edition: `double` for 2 points, `shout` for 1, a derivation for 3."""
    double = f"""def double(x):
    ### BEGIN SOLUTION
    {SOLVED} = x + x
    return {SOLVED}
    ### END SOLUTION"""
    double_test = f"""assert double(ONE) == 2, "double(1) is not 2"
### BEGIN HIDDEN TESTS
{HIDDEN} = 21
assert double({HIDDEN}) == 42, "double | agrees: no"
### END HIDDEN TESTS"""
    shout = """def shout(text):
    ### BEGIN SOLUTION
    return text.upper()
    ### END SOLUTION"""
    derivation = f"""### BEGIN SOLUTION
It is {SOLVED}.
### END SOLUTION"""
    return new_notebook(
        cells=[
            new_markdown_cell("# Tiny", id="title"),
            cell("locked", "setup", "ONE = 1"),
            cell("solution", "double", double),
            cell("test", "double_test", double_test, 2),
            cell("solution", "shout", shout),
            cell("test", "shout_test", "assert shout('a') == 'A', 'not loud'", 1),
            cell("written", "double_derivation", derivation, 3),
        ]
    )


def make_course(root: Path, edition=None, *, tried: bool = False) -> Course:
    """A course directory with the tiny assignment and the settings of the repository.

    Editions are tried at release only where a test is about that: it takes a second each.
    """
    course = Course(root)
    save(edition or tiny(), course.solution(TINY))
    settings = (REPOSITORY / "nbgrader_config.py").read_text()
    settings = settings.replace('"cell_seconds": 30', '"cell_seconds": 4')
    course.config.write_text(settings + ("" if tried else UNTRIED))
    return course


def shipped_course(root: Path) -> Course:
    """A new course with the assignments of the repository, which are released without a trial."""
    course = start(root)
    with course.config.open("a") as settings:
        settings.write(UNTRIED)
    return course


def save(notebook, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def hand_in(course: Course, student: str, answers: dict[str, str]) -> Path:
    """Hand in the student edition with some of its cells' sources replaced."""
    notebook = nbformat.read(course.released(TINY), as_version=4)
    for one in notebook.cells:
        one.source = answers.get(one.id, one.source)
    path = course.submitted(student, TINY)
    save(notebook, path)
    return path
