"""What tools make of a notebook that a student opens and saves with them: functions of its JSON.

Each form is the tool's own, by what it documents or by notebooks that it saved:

- nbformat 4.5 gave cells ids (https://nbformat.readthedocs.io/en/latest/format_description.html);
  `nbformat.convert` and `nbconvert --to notebook` draw new ones for a file of 4.4.
- classic Notebook 6 without ids writes 4.4, a `toc`, and `collapsed`, `scrolled` into cells.
- VS Code keeps metadata of cells it knows, and loses that of cells cut and pasted, or imported
  from a script (https://github.com/microsoft/vscode/issues/98828, vscode-jupyter issue 982).
- Colab downloads format 4.0, with each cell's id in its metadata and `colab` in the notebook's.
- Kaggle saves format 4.4 with `kaggle` in the notebook's metadata and `_uuid`, `_cell_guid`,
  `trusted` in cells; Deepnote 4.2 with `cell_id`, `deepnote_cell_type`; PyCharm
  `pycharm: {"name": "#%%\\n"}` and `collapsed`.
- jupytext: text formats keep no ids, and of cells the metadata that `cell_metadata_filter` lets
  through (https://jupytext.readthedocs.io/en/latest/advanced-options.html).
- nbstripout takes outputs and counts, puts numbers in place of ids, and with --extra-keys takes
  metadata too (https://github.com/kynan/nbstripout); so does nbconvert's ClearMetadataPreprocessor.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from typing import Any

Notebook = dict[str, Any]
Cell = dict[str, Any]
_numbers = itertools.count()


def _new_id() -> str:
    return f"{next(_numbers):08x}-new"


def _each(change: Callable[[Cell], None]) -> Callable[[Notebook], Notebook]:
    def saved(notebook: Notebook) -> Notebook:
        made = copy.deepcopy(notebook)
        for cell in made["cells"]:
            change(cell)
        return made

    return saved


def _lines(cell: Cell) -> None:
    cell["source"] = cell["source"].splitlines(keepends=True)


@_each
def jupyterlab(cell: Cell) -> None:
    """JupyterLab 4 and Notebook 7: all is kept."""
    _lines(cell)
    cell["metadata"] |= {"tags": [], "editable": True, "slideshow": {"slide_type": ""}}


@_each
def vs_code(cell: Cell) -> None:
    cell["metadata"]["vscode"] = {"languageId": "python"}
    _lines(cell)


def notebook_6(notebook: Notebook) -> Notebook:
    """Without ids, and with CRLF as Windows has it."""
    made = copy.deepcopy(notebook) | {"nbformat_minor": 4}
    for cell in made["cells"]:
        del cell["id"]
        cell["source"] = cell["source"].replace("\n", "\r\n")
        cell["metadata"]["collapsed"] = False
    made["metadata"]["toc"] = {"base_numbering": 1}
    return made


def colab(notebook: Notebook) -> Notebook:
    made = copy.deepcopy(notebook) | {"nbformat_minor": 0}
    made["metadata"] |= {"colab": {"provenance": [], "toc_visible": True}}
    made["cells"].insert(
        0,
        {"cell_type": "markdown", "source": "<a>Open In Colab</a>",
         "metadata": {"id": "view-in-github", "colab_type": "text"}},
    )  # fmt: skip
    for cell in made["cells"][1:]:
        cell["metadata"]["id"] = cell.pop("id")
        if cell["cell_type"] == "code":
            cell["metadata"]["outputId"] = _new_id()
    return made


def kaggle(notebook: Notebook) -> Notebook:
    made = copy.deepcopy(notebook) | {"nbformat_minor": 4}
    made["metadata"]["kaggle"] = {"dataSources": [], "language": "python"}
    for cell in made["cells"]:
        del cell["id"]
        cell["metadata"] |= {"_uuid": _new_id(), "_cell_guid": _new_id(), "trusted": True}
    return made


def deepnote(notebook: Notebook) -> Notebook:
    made = copy.deepcopy(notebook) | {"nbformat_minor": 2}
    made["metadata"] |= {
        "orig_nbformat": 2, "deepnote": {"is_reactive": False},
        "deepnote_notebook_id": _new_id(), "deepnote_execution_queue": [],
    }  # fmt: skip
    for cell in made["cells"]:
        del cell["id"]
        kind = "code" if cell["cell_type"] == "code" else "markdown"
        cell["metadata"] |= {"cell_id": _new_id(), "deepnote_cell_type": kind, "tags": []}
    return made


@_each
def pycharm(cell: Cell) -> None:
    cell["id"] = _new_id()
    cell["metadata"] |= {"collapsed": False, "pycharm": {"name": "#%%\n"}}


@_each
def jupytext(cell: Cell) -> None:
    """py:percent and back: ids are new, trailing spaces and lines are gone."""
    cell["id"] = _new_id()
    cell["source"] = "\n".join(line.rstrip() for line in cell["source"].splitlines()).strip()


@_each
def nbconvert(cell: Cell) -> None:
    """`nbconvert --to notebook` of a file of format 4.4."""
    cell["id"] = _new_id()


def nbstripout(notebook: Notebook) -> Notebook:
    """Unless told --keep-id, it numbers the cells."""
    made = copy.deepcopy(notebook)
    for number, cell in enumerate(made["cells"]):
        cell["id"] = str(number)
        cell["metadata"].pop("collapsed", None)
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return made


TOOLS = {
    "JupyterLab": jupyterlab,
    "VS Code": vs_code,
    "Notebook 6": notebook_6,
    "Colab": colab,
    "Kaggle": kaggle,
    "Deepnote": deepnote,
    "PyCharm": pycharm,
    "jupytext": jupytext,
    "nbconvert": nbconvert,
    "nbstripout": nbstripout,
}


def without_metadata(notebook: Notebook, *kinds: str) -> Notebook:
    """Nothing of nbgrader's is left in the cells of these kinds; of all if none is given."""
    made = copy.deepcopy(notebook)
    for cell in made["cells"]:
        if not kinds or cell["cell_type"] in kinds:
            for key in ("nbgrader", "deletable", "editable"):
                cell["metadata"].pop(key, None)
    return made


def with_new_ids(notebook: Notebook) -> Notebook:
    made = copy.deepcopy(notebook)
    for cell in made["cells"]:
        cell["id"] = _new_id()
    return made
