"""The demonstrations run whole, are stored clean, and are decks of slides."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

REPO = Path(__file__).parents[1]
DEMOS = sorted((REPO / "notebooks" / "demos").glob("*.ipynb"))
SLIDE_TYPES = {"slide", "subslide", "fragment", "skip"}

pytestmark = pytest.mark.parametrize("path", DEMOS, ids=lambda path: path.stem)


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def test_stored_clean(path: Path) -> None:
    """A demonstration is committed without outputs, counts or a machine's metadata."""
    notebook = read(path)
    assert set(notebook.metadata) == {"kernelspec", "language_info", "title"}
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_cells_are_slides(path: Path) -> None:
    """Each cell has its place in the deck, and an id that says what it is."""
    for cell in read(path).cells:
        assert cell.metadata.slideshow.slide_type in SLIDE_TYPES
        assert re.fullmatch(r"[a-z]+(-[a-z]+)?", cell.id)


def test_needs_only_torch_and_matplotlib(path: Path) -> None:
    """A lecturer's machine needs nothing of this project."""
    code = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "code")
    imported = set(re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE))
    assert imported <= {"torch", "matplotlib", "IPython"}


def test_runs_whole(path: Path) -> None:
    """All cells run, say nothing on stderr, and leave pictures that load nothing."""
    notebook = read(path)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": path.parent}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    pages = [output.data.get("text/html", "") for output in outputs if "data" in output]
    assert any("<img" in page for page in pages), "the film"
    assert not [page for page in pages if re.search(r"(src|href)=.(https?:)?//", page)]
