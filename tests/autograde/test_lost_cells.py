"""Cells are found when a tool lost what nbgrader wrote into them; what is in doubt, a person sees.

One course, graded once, many students: each hands in the model answers, saved by a
tool, or moved, copied and pasted as students do.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from autograde.tools import TOOLS, Cell, Notebook, with_new_ids, without_metadata
from classroom import shipped_course
from grader.autograde.grade import grade_all
from hand_in import model_answers

MATRICES = "matrix_derivative"
FULL = 30
BLANK = ("Colab", "Deepnote", "VS Code")


def place(notebook: Notebook, name: str) -> int:
    """Where the cell stands that was released under this name."""
    return next(i for i, cell in enumerate(notebook["cells"]) if cell["id"] == name)


def own(kind: str, source: str) -> Cell:
    """A cell that a student added."""
    code = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {
        "cell_type": kind,
        "id": f"own-{abs(hash(source))}",
        "metadata": {},
        "source": source,
    } | code


def bare(cell: Cell) -> None:
    cell["metadata"], cell["id"] = {}, "lost"


Change = Callable[[Notebook, Notebook], None]  # of the solved notebook, and the blank one


def lost(*names: str) -> Change:
    """These cells lost metadata and id."""

    def change(solved: Notebook, _: Notebook) -> None:
        for name in names:
            cell = solved["cells"][place(solved, name)]
            cell["metadata"], cell["id"] = {}, f"lost-{name}"

    return change


def moved(name: str, away: int, *, kind: str = "markdown", keep: bool = True) -> Change:
    """The answer stands in a new cell so many places off; its stub is untouched, or deleted."""

    def change(solved: Notebook, blank: Notebook) -> None:
        at = place(solved, name)
        answer, stub = solved["cells"][at]["source"], blank["cells"][place(blank, name)]
        solved["cells"][at : at + 1] = [copy.deepcopy(stub)] if keep else []
        solved["cells"].insert(at + away + (away < 0), own(kind, answer))

    return change


def in_heading(solved: Notebook, blank: Notebook) -> None:
    """The derivation stands under the heading, in the heading's cell; the stub is untouched."""
    at = place(solved, "relu_derivation_W")
    solved["cells"][at - 1]["source"] += "\n\n" + solved["cells"][at]["source"]
    solved["cells"][at]["source"] = blank["cells"][place(blank, "relu_derivation_W")]["source"]


def in_the_test(solved: Notebook, blank: Notebook) -> None:
    """The answer stands in the test's cell, above the check; the stub is untouched."""
    at = place(solved, "relu_grad_W")
    solved["cells"][at + 1]["source"] = "\n\n".join(
        solved["cells"][at + step]["source"] for step in (0, 1)
    )
    solved["cells"][at]["source"] = blank["cells"][place(blank, "relu_grad_W")]["source"]


def all_in_one(solved: Notebook, blank: Notebook) -> None:
    """All functions stand in one cell at the end, and all stubs are untouched."""
    names = [
        f"{problem}_grad_{v}"
        for problem, v in zip(["affine"] * 3 + ["relu"] * 3, "XWBWXY", strict=True)
    ]
    sources = []
    for name in names:
        cell = solved["cells"][place(solved, name)]
        sources.append(cell["source"])
        cell["source"] = blank["cells"][place(blank, name)]["source"]
    solved["cells"].append(own("code", "\n\n\n".join(sources)))


def copied(name: str, over: str) -> Change:
    """A cell was copied and changed into another answer; the metadata came with it."""

    def change(solved: Notebook, _: Notebook) -> None:
        first, second = (solved["cells"][place(solved, one)] for one in (name, over))
        second["metadata"], second["id"] = copy.deepcopy(first["metadata"]), "pasted"

    return change


def swapped(one: str, other: str) -> Change:
    def change(solved: Notebook, _: Notebook) -> None:
        a, b = (solved["cells"][place(solved, name)] for name in (one, other))
        a["metadata"], b["metadata"] = b["metadata"], a["metadata"]
        a["id"], b["id"] = b["id"], a["id"]

    return change


def helped(solved: Notebook, _: Notebook) -> None:
    """The answer calls a function of a cell that the student added; the test was deleted."""
    at = place(solved, "affine_grad_B")
    answer = solved["cells"][at]
    helper = answer["source"].replace("affine_grad_B", "helper")
    answer["source"] = "def affine_grad_B(X, W, B):\n    return helper(X, W, B)"
    solved["cells"][at + 1 : at + 2] = [own("code", helper)]
    answer["metadata"], answer["id"] = {}, "lost"


def imports_in_set_up(solved: Notebook, _: Notebook) -> None:
    """The student's own import stands in the set-up, which is not theirs to change."""
    solved["cells"][place(solved, "setup")]["source"] += "\nimport numpy as mine"
    answer = solved["cells"][place(solved, "affine_grad_B")]
    answer["source"] = answer["source"].replace("return ", "mine.zeros(1)\n    return ", 1)


def in_two_parts(solved: Notebook, _: Notebook) -> None:
    """The cell lost its metadata and was split between two lines of the derivation."""
    at = place(solved, "relu_derivation_W")
    cell = solved["cells"][at]
    half = cell["source"].index("\n\n") if "\n\n" in cell["source"] else 0
    first, second = cell["source"][:half], cell["source"][half:]
    assert first
    solved["cells"][at : at + 1] = [own("markdown", first), own("markdown", second)]


FOUND: dict[str, Change] = {
    "answer and test of one question": lost("relu_grad_W", "relu_grad_W_test"),
    "a derivation": lost("relu_derivation_X"),
    "a heading, a derivation and an answer": lost(
        "relu_X_heading", "relu_derivation_X", "relu_grad_X"
    ),
    "answers that set values": lost("accumulation", "accumulation_test"),
    "derivation above": moved("relu_derivation_W", -1),
    "derivation below": moved("relu_derivation_W", 1),
    "derivation in a new cell": moved("relu_derivation_W", 0, keep=False),
    "derivation in the heading": in_heading,
    "derivation in two parts": in_two_parts,
    "code above": moved("relu_grad_W", -1, kind="code"),
    "code below": moved("relu_grad_W", 1, kind="code"),
    "code below the test": moved("relu_grad_W", 2, kind="code"),
    "code in the test": in_the_test,
    "code in one cell": all_in_one,
    "copied code": copied("relu_grad_W", "relu_grad_X"),
    "copied derivation": copied("relu_derivation_W", "relu_derivation_X"),
    "swapped": swapped("relu_grad_W", "relu_grad_Y"),
    "a helper and no test": helped,
    "an import in the set-up": imports_in_set_up,
}

ALSO_LOST = (
    "derivation above",
    "derivation in the heading",
    "code in the test",
    "code in one cell",
)


def at_the_end(solved: Notebook, blank: Notebook) -> None:
    moved("relu_derivation_W", 1)(solved, blank)
    at = place(solved, "relu_derivation_W")
    solved["cells"].append(solved["cells"].pop(at + 1))


def begun_above(solved: Notebook, _: Notebook) -> None:
    """Half of the derivation stands in a new cell above the cell with the other half."""
    at = place(solved, "relu_derivation_W")
    solved["cells"].insert(at, own("markdown", "$H = \\max(XW, 0)$"))


FOR_A_PERSON: dict[str, Change] = {
    "derivation at the end": at_the_end,
    "derivation begun above": begun_above,
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """By student: what `grader grade --json` says."""
    course = shipped_course(tmp_path_factory.mktemp("lost") / "course")
    blank = json.loads(course.released(MATRICES).read_text())
    for cell in blank["cells"]:
        cell["source"] = "".join(cell["source"])
    solved = copy.deepcopy(blank)
    answers = model_answers(course, MATRICES)
    for cell in solved["cells"]:
        cell["source"] = answers.get(cell["id"], cell["source"])
    hand_ins = {f"{tool} kept": save(solved) for tool, save in TOOLS.items()}
    hand_ins |= {f"{tool} lost": save(without_metadata(solved)) for tool, save in TOOLS.items()}
    hand_ins |= {f"{tool} blank": TOOLS[tool](without_metadata(blank)) for tool in BLANK}
    hand_ins["all lost"] = with_new_ids(without_metadata(solved))
    hand_ins["code lost"] = with_new_ids(without_metadata(solved, "code"))
    hand_ins["code lost, ids kept"] = without_metadata(solved, "code")
    for name, change in (FOUND | FOR_A_PERSON).items():
        hand_ins[name] = changed = copy.deepcopy(solved)
        change(changed, blank)
        if name in ALSO_LOST:
            hand_ins[f"{name}, all lost"] = with_new_ids(without_metadata(changed))
    for student, notebook in hand_ins.items():
        path = course.submitted(student, MATRICES)
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook))
    results = grade_all(course, course.submissions())
    return {result.student: json.loads(result.to_json()) for result in results}


def lacking(result: dict[str, Any]) -> list[tuple[str, float, str]]:
    """The cells that did not get all their points, or wait for a person."""
    return [
        (cell["grade_id"], cell["score"], cell["message"])
        for cell in result["cells"]
        if cell["score"] != cell["max_score"] or cell["status"] != "ok"
    ]


def said(result: dict[str, Any]) -> str:
    return "\n".join(str(repair) for repair in result["repairs"])


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("how", ["kept", "lost"])
def test_model_answers_keep_their_points_whatever_tool_saved_them(graded, tool, how) -> None:
    result = graded[f"{tool} {how}"]
    assert (result["score"], lacking(result)) == (FULL, [])
    assert ("lost their nbgrader metadata" in said(result)) == (how == "lost")


@pytest.mark.parametrize("tool", BLANK)
def test_stubs_get_nothing_and_ask_nobody(graded, tool) -> None:
    result = graded[f"{tool} blank"]
    assert result["score"] == 0
    assert {cell["status"] for cell in result["cells"]} == {"missing"}


@pytest.mark.parametrize("how", ["all lost", "code lost", "code lost, ids kept"])
def test_cells_are_found_without_metadata_and_ids(graded, how) -> None:
    assert (graded[how]["score"], lacking(graded[how])) == (FULL, [])
    assert "lost their nbgrader metadata" in said(graded[how])


@pytest.mark.parametrize("name", [*FOUND, *(f"{name}, all lost" for name in ALSO_LOST)])
def test_an_answer_is_read_where_it_stands_and_that_is_told(graded, name) -> None:
    result = graded[name]
    assert (result["score"], lacking(result)) == (FULL, [])
    assert result["repairs"]


@pytest.mark.parametrize("name", FOR_A_PERSON)
def test_where_doubt_is_left_a_person_is_asked(graded, name) -> None:
    cells = {cell["grade_id"]: cell for cell in graded[name]["cells"]}
    assert cells["relu_derivation_W"]["status"] == "manual"
    others = [cell for one, cell in cells.items() if one != "relu_derivation_W"]
    assert {cell["status"] for cell in others} == {"ok"}
