"""An edition is tried before it is handed out: its own answers earn all, a blank one nothing."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from classroom import TINY, cell, hand_in, make_course, save, tiny
from grader import Problem
from grader.autograde.grade import grade
from grader.cli import main
from grader.course import Course
from grader.course.fault import CourseError
from grader.course.release import release
from grader.oracle import asked

SET_UP = r"""from grader import Problem, check
ridge = Problem(r"f = \|XW - Y\|_F^2", X="n,p", W="p,q", Y="n,q")"""
TEST = """check(ridge, W=slope)
### BEGIN HIDDEN TESTS
check(ridge, W=slope, seed=4711)
### END HIDDEN TESTS"""


def answer(body: str, name: str = "slope"):
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    whole = f"def {name}(X, W, Y):\n    ### BEGIN SOLUTION\n{lines}\n    ### END SOLUTION"
    return cell("solution", name, whole)


def ridge(body: str, *more, set_up: str = SET_UP):
    """An edition with one gradient, whose own answer is `body`."""
    cells = [cell("locked", "setup", set_up), answer(body), cell("test", "slope_test", TEST, 2)]
    return new_notebook(cells=[*cells, *more])


RIGHT = "return 2 * X.T @ (X @ W - Y)"
WRITTEN = """*To the instructor: no rule here writes this derivation out.*"""

REFUSED = {
    "a flipped sign": (
        ridge("return -2 * X.T @ (X @ W - Y)"),
        "cell slope_test: its own answer gets 0 of 2: W | shape",
    ),
    "left by grader new": (
        ridge("# To the instructor: no rule here writes this out\nraise NotImplementedError"),
        "cell slope: it is left to you (To the instructor",
    ),
    "not implemented": (
        ridge("raise NotImplementedError"),
        "cell slope: it is left to you (raise NotImplementedError)",
    ),
    "a text left": (
        ridge(RIGHT, cell("written", "ridge_derivation_W", WRITTEN, 3)),
        "cell ridge_derivation_W: it is left to you",
    ),
    "to be done": (ridge("# TODO: mind the sign\n" + RIGHT), "it is left to you (TODO: mind"),
    "a module that is missing": (
        ridge(RIGHT, set_up=f"import utils_of_mine\n{SET_UP}"),
        "cell setup: the set-up in cell 1 failed: ModuleNotFoundError",
    ),
    "stubs only": (
        new_notebook(
            cells=[
                cell("locked", "setup", SET_UP),
                cell("solution", "slope", "def slope(X, W, Y):\n    raise NotImplementedError"),
                cell("test", "slope_test", TEST, 2),
            ]
        ),
        "cell slope_test: its own answer gets 0 of 2",
    ),
    "points for nothing": (
        ridge(RIGHT, cell("test", "free_test", "assert True", 1)),
        "cell free_test: a blank hand-in earns 1 in it",
    ),
    "a name bound in an unlocked cell": (
        ridge(RIGHT, new_code_cell("y = 1"), cell("test", "y_test", "assert y == 1", 1)),
        "cell y_test: the test uses 'y', which no answer cell",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_an_edition_at_fault_is_refused_with_its_cell(tmp_path: Path, what: str, capsys) -> None:
    """`grader release` ends with the cell and the reason, and hands nothing out."""
    edition, said = REFUSED[what]
    course = make_course(tmp_path, edition, tried=True)
    assert main(["release", "--course", str(tmp_path)]) == 3
    assert said in capsys.readouterr().err
    assert not course.released(TINY).exists()


def test_of_several_the_right_ones_are_released_and_the_others_told(tmp_path, capsys) -> None:
    """One that is refused holds none of the others up; what was done and what not is said."""
    course = make_course(tmp_path, ridge("return -2 * X.T @ (X @ W - Y)"), tried=True)
    save(ridge(RIGHT), course.solution("zeta"))
    save(ridge(RIGHT), course.solution("alpha"))
    assert main(["release", "--course", str(tmp_path)]) == 1
    said = capsys.readouterr()
    made = [str(course.released(name)) for name in ("alpha", "zeta")]
    assert said.out.splitlines() == [f"made {path}" for path in made]
    assert "tiny.ipynb, cell slope_test: its own answer gets 0 of 2" in said.err
    assert not course.released(TINY).exists()


def test_nbgrader_refuses_the_same_with_the_same_words(tmp_path: Path) -> None:
    """`nbgrader generate_assignment` runs the same steps, the trial among them."""
    edition, said = REFUSED["a flipped sign"]
    course = make_course(tmp_path, edition, tried=True)
    command = [Path(sys.executable).with_name("nbgrader"), "generate_assignment", TINY]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    assert done.returncode
    assert said in done.stderr
    assert not course.released(TINY).exists()


def test_an_answer_must_be_right_at_other_seeds_too(tmp_path: Path) -> None:
    """One that knows its own seed's points is not right."""
    p = Problem(r"f = \|XW - Y\|_F^2", X="n,p", W="p,q", Y="n,q")
    seen = [q for seed in (4711, None) for q in asked(p, ["W"], seed)]
    known = sorted(q.point.values["X"].sum().item() for q in seen)
    body = f"known = {known}\nfactor = min(abs(X.sum().item() - k) for k in known)"
    edition = ridge(f"{body}\nreturn 2 * X.T @ (X @ W - Y) * (1 if factor < 1e-9 else 2)")
    course = make_course(tmp_path, edition, tried=True)
    with pytest.raises(CourseError, match="slope_test: its own answer gets 0 of 2"):
        release(course, [TINY])


def test_points_for_nothing_are_told_where_the_course_allows_them(tmp_path, caplog) -> None:
    edition = ridge(RIGHT, cell("test", "free_test", "assert True", 1))
    course = make_course(tmp_path, edition, tried=True)
    with course.config.open("a") as settings:
        settings.write("c.TryEdition.free_points = 1\n")
    release(course, [TINY])
    assert "cell free_test: a blank hand-in earns 1 in it" in caplog.text


def test_what_was_tried_is_not_tried_again(tmp_path: Path, monkeypatch) -> None:
    """Unless the edition, the settings or the engine changed."""
    course, tried = make_course(tmp_path, ridge(RIGHT), tried=True), []
    faults = "grader.autograde.trial.Edition.faults"
    monkeypatch.setattr(faults, lambda *_: iter(tried.append(1) or ()))
    for _ in range(2):
        release(course, [TINY])
    assert len(tried) == 1
    save(ridge(f"# anew\n{RIGHT}"), course.solution(TINY))
    release(course, [TINY])
    assert len(tried) == 2
    course.config.write_text(
        course.config.read_text().replace('"cell_seconds": 4', '"cell_seconds": 5')
    )
    release(course, [TINY])
    assert len(tried) == 3


def test_without_a_sandbox_it_is_said_aloud_that_nothing_was_tried(
    tmp_path, monkeypatch, caplog
) -> None:
    from grader.sandbox.client import NoSandboxError

    def none(*_, **__):
        raise NoSandboxError("no such kernel")

    monkeypatch.setattr("grader.autograde.trial.run", none)
    course = make_course(tmp_path, ridge("return X"), tried=True)
    release(course, [TINY])
    assert "NOT TRIED" in caplog.text
    assert not course.tried(TINY).exists()


# ---- nbgrader's own steps ------------------------------------------------------------------------

SCHEME = """Discuss it.
### BEGIN MARK SCHEME
two_points_for_the_sign
### END MARK SCHEME"""


def with_task(source: str = SCHEME, kind: str = "locked"):
    made = cell(kind, "essay", source)
    made.cell_type = "markdown"
    del made["outputs"], made["execution_count"]
    made.metadata["nbgrader"].update(task=True, points=4)
    return tiny_with(made)


def tiny_with(*more):
    made = tiny()
    made.cells += more
    return made


def test_a_mark_scheme_is_not_handed_out(tmp_path: Path) -> None:
    """nbgrader's own list of steps stands: ClearMarkScheme was lost among ours."""
    course = make_course(tmp_path, with_task())
    release(course, [TINY])
    text = course.released(TINY).read_text()
    assert "Discuss it." in text
    assert "two_points" not in text
    assert "MARK SCHEME" not in text


@pytest.mark.parametrize("mark", ["BEGIN MARK SCHEME", "END HIDDEN TESTS", "VERSTECKT"])
def test_every_mark_of_nbgraders_as_configured_is_looked_for(tmp_path: Path, mark: str) -> None:
    course = make_course(tmp_path)
    with course.config.open("a") as settings:
        settings.write('c.ClearHiddenTests.begin_test_delimeter = "VERSTECKT"\n')
    (course.solution(TINY).parent / "draft.py").write_text(f"### {mark}\n")
    with pytest.raises(CourseError, match=r"draft.py: it holds a solution"):
        release(course, [TINY])


AUTOTEST = [
    cell("solution", "a", "### BEGIN SOLUTION\na = 'gradient'\n### END SOLUTION"),
    cell("test", "a_test", "### AUTOTEST a", 1),
]
TEMPLATES = """python3:
  setup: "from hashlib import sha1"
  hash: 'sha1({{snippet}}.encode("utf-8")+b"{{salt}}").hexdigest()'
  dispatch: "type({{snippet}})"
  normalize: "str({{snippet}})"
  check: 'assert {{snippet}} == \"\"\"{{value}}\"\"\", \"\"\"{{message}}\"\"\"'
  success: "print('Success!')"
  templates:
    default:
      - test: "type({{snippet}})"
        fail: "type of {{snippet}} is not correct"
      - test: "{{snippet}}"
        fail: "value of {{snippet}} is not correct"
"""


def test_an_autotest_becomes_a_test(tmp_path: Path) -> None:
    """It was a comment, and `a = 'nonsense'` got 1 of 1."""
    course = make_course(tmp_path, new_notebook(cells=AUTOTEST), tried=True)
    with pytest.raises(CourseError, match=r"a_test: .*autotests.yml"):
        release(course, [TINY])
    (course.root / "autotests.yml").write_text(TEMPLATES)
    release(course, [TINY])
    for student, text, points in [("right", "gradient", 1), ("wrong", "nonsense", 0)]:
        hand_in(course, student, {"a": f"a = {text!r}"})
        assert grade(course, student, TINY).score == points


def test_a_shipped_edition_is_tried_and_passes(tmp_path: Path, capsys) -> None:
    """`grader init`, `release`, and a notebook is there; stderr says nothing."""
    root = tmp_path / "course"
    assert main(["init", str(root)]) == 0
    assert main(["release", "--course", str(root), "--json"]) == 0
    out, err = capsys.readouterr()
    assert not err
    made = [json.loads(line)["made"] for line in out.splitlines() if "made" in line]
    assert [Path(one).stem for one in made[-2:]] == ["matrix_derivative", "two_layer_regression"]
    assert Course(root).tried("matrix_derivative").is_file()
    assert nbformat.read(made[-1], as_version=4).cells
