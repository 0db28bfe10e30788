"""Submissions that are dear to read, to mend, to set or to run: name -> (what it does, how).

Each function takes the student edition with right answers filled in, as JSON, and gives what is
handed in: JSON again, or the bytes of a file.
"""

import json
from collections.abc import Callable
from typing import Any

Notebook = dict[str, Any]
Attacks = dict[str, tuple[str, Callable[[Notebook], Notebook | bytes]]]


def _answers(notebook: Notebook, kind: str) -> list[Notebook]:
    """The cells that a student fills in, of one kind."""
    marks = [(cell, cell["metadata"].get("nbgrader", {})) for cell in notebook["cells"]]
    return [c for c, mark in marks if mark.get("solution") and c["cell_type"] == kind]


def _derivation(text: str) -> Callable[[Notebook], Notebook]:
    def edit(notebook: Notebook) -> Notebook:
        _answers(notebook, "markdown")[0]["source"] = text
        return notebook

    return edit


def _before_the_first_answer(code: str) -> Callable[[Notebook], Notebook]:
    def edit(notebook: Notebook) -> Notebook:
        cell = _answers(notebook, "code")[0]
        cell["source"] = f"{code}\n{''.join(cell['source'])}"
        return notebook

    return edit


def _copies(code: str) -> Callable[[Notebook], Notebook]:
    """Of one answer, each a little longer."""

    def edit(notebook: Notebook) -> Notebook:
        cell = _answers(notebook, "code")[0]
        place = notebook["cells"].index(cell)
        twins = [{**cell, "id": f"twin{n}", "source": f"{code}\n# {n}"} for n in range(5)]
        notebook["cells"][place:place] = twins
        return notebook

    return edit


def _file_of_brackets(notebook: Notebook) -> bytes:
    notebook["metadata"]["junk"] = []
    whole = json.dumps(notebook).encode()
    return whole.replace(b'"junk": []', b'"junk": [' + b"[]," * 19_000_000 + b"0]")


SHOW = "from IPython.display import HTML, Markdown, display\n"
THREADS = (
    "import threading\n"
    "def spin():\n    while True: pass\n"
    "for _ in range(60): threading.Thread(target=spin, daemon=True).start()"
)
ATTACKS: Attacks = {
    "unclosed pictures": ("125,000 of them", _derivation("![" * 125_000)),
    "backticks": ("20,000 of them, which the page reads", _derivation("`" * 20_000)),
    "brackets": ("19,000 links that do not end", _derivation("[" * 19_000)),
    "deep html": ("80,000 <div> shown", _before_the_first_answer(SHOW + "HTML('<div>' * 80_000)")),
    "nested lambdas": ("copies of 2,400", _copies("x = " + "lambda: " * 2_450 + "0")),
    "spaces and a dollar": ("copies of 19,000 spaces", _copies(" " * 19_000 + "$")),
    "file of brackets": ("57 MB of []", _file_of_brackets),
    "threads": ("60 that never end", _before_the_first_answer(THREADS)),
}
