"""Cells are found by keys: quickly, whatever stands in the notebook, and in the right order."""

import time

import pytest

from grader.autograde.blueprint import Blueprint, Known
from grader.autograde.reading import HandedIn, Reading
from grader.autograde.repair import Repaired, repair
from grader.catalogue import Reason
from grader.notebook import STAMP
from grader.referee.plan import Plan


def known(name: str, kind: str, source: str, *, answer=False, graded=False, binds=()) -> Known:
    return Known(name, kind, source, not answer, graded, answer, False, 1.0, "", binds)


CELLS = (
    known("setup", "code", "import torch"),
    known("heading", "markdown", "## f"),
    known("f_derivation_x", "markdown", "*Here.*", answer=True, graded=True),
    known("f", "code", "def f(): ...", answer=True, binds=("f",)),
    known("f_test", "code", "f()", graded=True),
    known("value", "code", "# YOUR CODE HERE", answer=True, binds=("value",)),
    known("value_test", "code", "value", graded=True),
)
BLUEPRINT = Blueprint("tiny", CELLS, Plan({}, frozenset(), frozenset(), {}), "")


def mended(*cells: HandedIn) -> Repaired:
    return repair(Reading(cells), BLUEPRINT)


def sources(repaired: Repaired) -> list[str]:
    return [cell.source for cell in repaired.notebook.cells]


def source(repaired: Repaired, name: str) -> str:
    return next(cell.source for cell in repaired.notebook.cells if cell.id == name)


def code(text: str, name: str | None = None) -> HandedIn:
    return HandedIn("code", text, name)


def text(words: str, name: str | None = None) -> HandedIn:
    return HandedIn("markdown", words, name)


def person(repaired: Repaired, name: str) -> dict | None:
    cell = next(cell for cell in repaired.notebook.cells if cell.id == name)
    return cell.metadata.get(STAMP, {}).get("person")


def test_nothing_of_a_students_is_put_behind_a_test_that_stood_behind_it() -> None:
    """The test of `value` was moved to the front; the helper behind it is needed by f's test."""
    made = mended(
        code("import torch", "setup"), code("value", "value_test"), code("def helper(): return 1"),
        code("def f(): return helper()", "f"), code("f()", "f_test"),
    )  # fmt: skip
    there = sources(made)
    assert there.index("def helper(): return 1") < there.index("f()") < there.index("value")
    assert Reason.of("repair.order") in made.remarks


def test_a_deleted_test_is_put_back_behind_what_it_may_need() -> None:
    made = mended(code("def f(): return g()", "f"), code("def g(): return 1"))
    there = sources(made)
    assert there.index("def g(): return 1") < there.index("f()")


def test_a_typo_does_not_hide_an_answer() -> None:
    """What is no Python defines its function all the same, as far as its lines say."""
    made = mended(text("## f"), code("def f(:\n    return 1"), code("f()"))
    assert source(made, "f") == "def f(:\n    return 1"


def test_two_texts_for_one_place_are_one_answer() -> None:
    made = mended(text("## f"), text("$a = b$"), text("so $c = d$"), code("def f(): return 1"))
    assert source(made, "f_derivation_x") == "$a = b$\n\nso $c = d$"


@pytest.mark.parametrize("words", ["a note", "what I think"])
def test_words_without_mathematics_ask_nobody(words) -> None:
    made = mended(text("*Here.*", "f_derivation_x"), code("f()", "f_test"), text(words))
    assert person(made, "f_derivation_x") is None


@pytest.mark.parametrize("words", ["$df = 2dx$", "![mine](attachment:a.png)", '<img src="a">'])
def test_mathematics_in_no_answers_place_is_for_a_person(words) -> None:
    made = mended(text("*Here.*", "f_derivation_x"), code("f()", "f_test"), text(words))
    assert person(made, "f_derivation_x") == {"kind": "person.which_cell"}


NAMES = [cell.name for cell in CELLS]
HOSTILE = {
    "all names, all functions": [
        code(f"def f(): {n}\nvalue = {n}", NAMES[n % len(NAMES)]) for n in range(2000)
    ],
    "one name": [text(f"$x = {n}$", "f_derivation_x") for n in range(2000)],
    "one name of code": [code(f"def f(): return {n}", "f") for n in range(2000)],
    "out of order": [text("$x = 1$", NAMES[-n % 7] if n % 3 else None) for n in range(2000)],
    "no names": [text(f"$x = {n}$") for n in range(2000)],
    "lists": [code("a," * 9_999) for _ in range(200)],
    "pictures": [text("![" * 9_999) for _ in range(200)],
    "imports": [code("import " + " " * 19_000) for _ in range(200)],
    "brackets": [code("(" * 19_999) for _ in range(200)],
    "one long cell": [code("x = 1\n" * 1_000_000)],
}
SECONDS = 2.0  # what the budget gives for all that is done with a text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_notebooks_are_mended_in_no_time(name) -> None:
    start = time.process_time()
    assert len(mended(*HOSTILE[name]).notebook.cells) >= len(CELLS)
    assert time.process_time() - start < SECONDS
