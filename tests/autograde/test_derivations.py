"""What the checker cannot read goes to a person, and never to 0 unseen."""

import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.utils import compute_checksum

from grader.autograde.blueprint import Known
from grader.autograde.derivations import derivations_to_check, graded_derivation, person_for
from grader.autograde.repair import PYTHON
from grader.notebook import STAMP

STUB = "*Write here.*"
PHOTO = {"photo.png": {"image/png": "AAAA"}}


def derivation(source: str, **more):
    """The derivation cell of W as handed in; its checksum is that of the stub."""
    known = Known("relu_derivation_W", "markdown", STUB, False, True, True, False, 5.0, "")
    cell = new_markdown_cell(STUB, id=known.name, **more)
    cell.metadata["nbgrader"] = known.mark
    cell.metadata["nbgrader"]["checksum"] = compute_checksum(cell)
    cell.source = source
    return cell


def waits(*cells) -> bool:
    return person_for(new_notebook(cells=list(cells), metadata=PYTHON), 0) is not None


def test_an_untouched_cell_is_nobodys_work() -> None:
    assert not waits(derivation(STUB))
    assert not list(derivations_to_check(new_notebook(cells=[derivation(STUB)])))


@pytest.mark.parametrize(
    "text", ["", " \n\t", "<!-- later -->", f"\n{STUB}\n\n", f"{STUB}<!-- to do", "<!--" * 100_000]
)
def test_an_emptied_cell_is_missing(text) -> None:
    """So are white space, comments that no reader sees, and the stub among them."""
    assert not waits(derivation(text))
    assert not list(derivations_to_check(new_notebook(cells=[derivation(text)])))
    cell = graded_derivation(new_notebook(cells=[derivation(text)]), 0)
    assert (cell.status, cell.points) == ("missing", 0.0)


@pytest.mark.parametrize("text", ["The gradient is two X transpose times W.", "<!-- a --> W = 2"])
def test_words_in_place_of_a_derivation_are_read_by_someone(text) -> None:
    assert waits(derivation(text))


@pytest.mark.parametrize(
    "cells",
    [
        [derivation(STUB, attachments=PHOTO)],
        [derivation("![my paper](attachment:photo.png)")],
        [derivation(STUB), new_markdown_cell("$$df = tr(G^T dW)$$")],
        [derivation("what the referee could not check")],
    ],
    ids=["photo pasted", "photo linked", "continued in an added cell", "not checked"],
)
def test_what_cannot_be_read_waits_for_a_person(cells) -> None:
    assert waits(*cells)


def test_a_cell_of_ours_behind_a_derivation_is_no_continuation() -> None:
    ours = new_markdown_cell("a table", metadata={STAMP: {"ours": True}})
    assert not waits(derivation(STUB), ours)
