"""Run a notebook in a fresh kernel on this machine, without isolation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SECONDS_A_CELL = 120


def run_in_kernel(notebook: Any, folder: Path) -> str | None:
    """Run all cells from the notebook's folder; why it could not be ended, if so."""
    import nbclient
    from nbclient.exceptions import DeadKernelError

    from .foreign import environment

    locked = [cell.source for cell in notebook.cells if _is_locked(cell)]
    client = nbclient.NotebookClient(
        notebook,
        timeout=SECONDS_A_CELL,
        interrupt_on_timeout=True,
        allow_errors=True,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR", "--ext=grader.rehearsal.foreign"],
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute(env=environment(locked))
    except DeadKernelError:
        return "The kernel died: a cell crashed or ended Python."
    return None


def _is_locked(cell: Any) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("locked"))
