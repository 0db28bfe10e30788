"""Read the instructor editions in tests: their cells, and what their code defines."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib

SOLUTIONS = Path(__file__).parents[1] / "solutions"
ASSIGNMENTS = ("matrix_derivative", "two_layer_regression")


def cells(assignment: str) -> dict[str, str]:
    """The source of every cell of an instructor edition by its id."""
    notebook = json.loads((SOLUTIONS / assignment / f"{assignment}.ipynb").read_text())
    return {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}


@cache
def namespace(assignment: str) -> dict[str, Any]:
    """What an instructor edition defines when run from top to bottom, tests included."""
    matplotlib.use("agg")
    notebook = json.loads((SOLUTIONS / assignment / f"{assignment}.ipynb").read_text())
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    return names
