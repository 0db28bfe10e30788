"""Show in a notebook what the checker finds in its derivation cells: `check_derivations()`.

A kernel does not see Markdown cells, so the notebook is read as it was last saved.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.notebook import DERIVATION
from grader.problem import Problem

from .cell import Written, check_cell
from .render import markdown, terminal
from .report import Report, findings

SAVE = "Save the notebook first (Ctrl+S): what was last saved is read."


def check_derivations(*problems: Problem, notebook: str | None = None) -> None:
    """Show the table of each derivation cell: those of the problems given, or all.

    `notebook` is the file's name, where it cannot be found otherwise.
    """
    names = _names()
    path = Path(notebook) if notebook else _path(names)
    if path is None or not path.is_file():
        print('The notebook was not found; say its name: check_derivations(notebook="NAME.ipynb").')
        return
    saved = time.strftime("%H:%M:%S", time.localtime(path.stat().st_mtime))
    print(f"{path.name} as saved at {saved}.\n{SAVE}")
    for name, problem, variable, text, earlier in _derivations(path, names):
        if not problems or any(problem is one for one in problems):
            _show(name, problem, check_cell(problem, variable, text, earlier))


def _derivations(
    path: Path, names: Mapping[str, Any]
) -> Iterator[tuple[str, Problem, str, str, list[Written]]]:
    """Each derivation cell of a notebook: its name, problem, variable and text, and the earlier
    ones of the problem.
    """
    before: dict[str, list[Written]] = {}
    for cell in json.loads(path.read_text(encoding="utf-8-sig")).get("cells", []):
        name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")
        found = DERIVATION.fullmatch(name)
        problem = names.get(found["problem"]) if found else None
        if found and isinstance(problem, Problem) and found["variable"] in problem.variables:
            text, earlier = "".join(cell["source"]), before.setdefault(found["problem"], [])
            yield name, problem, found["variable"], text, list(earlier)
            earlier.append((found["variable"], text))


def _show(name: str, problem: Problem, report: Report) -> None:
    found = findings(report)
    words = f"{name}\n{terminal(found)}"
    if _shell() is None:
        print(f"\n{words}")
        return
    from IPython.display import display

    shown = f"#### `{name}`\n\n{markdown(found, hints=True)}"
    display({"text/markdown": shown, "text/plain": words}, raw=True)


def _names() -> Mapping[str, Any]:
    shell = _shell()
    return shell.user_ns if shell else {}


def _path(names: Mapping[str, Any]) -> Path | None:
    """The notebook this kernel belongs to: as VS Code or Jupyter says, or the only one here."""
    said = names.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME")
    if said:
        return Path(said)
    here = [path for path in Path().glob("*.ipynb") if "_derivation_" in path.read_text("utf-8")]
    return here[0] if len(here) == 1 else None


def _shell() -> Any:
    """The notebook's shell, None outside of one."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return None
    return get_ipython()
