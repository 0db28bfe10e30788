"""nbgrader preprocessors that run a submission; nbgrader_config.py names them.

So `nbgrader autograde`, formgrader's button and `grader grade` run the very same engine.
"""

from __future__ import annotations

import time
from hashlib import sha256
from pathlib import Path
from typing import Any

from nbgrader.preprocessors import Execute

from grader.notebook import broken_set_up, is_test

STAMP = "grader"  # the key of our own note in an autograded notebook's metadata


class SetUpError(Exception):
    """The assignment's own set-up does not run here, so no score would be the student's doing."""


class RunSubmission(Execute):  # type: ignore[misc]
    """Runs the notebook in a fresh kernel without isolation, and stamps it with how it ran."""

    def preprocess(self, nb: Any, resources: Any, **more: Any) -> tuple[Any, Any]:
        start = time.perf_counter()
        nb, resources = super().preprocess(nb, resources, **more)
        broken = broken_set_up(nb.cells)
        if broken:
            raise SetUpError(f"cell {broken[0]}, which is not the student's, stopped ({broken[1]})")
        for cell in nb.cells:
            if is_test(cell):
                cell.outputs = [output for output in cell.outputs if _counts(output)]
        nb.metadata[STAMP] = {
            "engine": "nbclient",
            "sandbox": "none",
            "submission": digest(self._submission(resources["nbgrader"])),
            "seconds": round(time.perf_counter() - start, 3),
        }
        return nb, resources

    def _submission(self, names: dict[str, str]) -> Path:
        course = self.parent.parent.coursedir
        folder = course.format_path(
            course.submitted_directory, names["student"], names["assignment"]
        )
        return Path(folder) / f"{names['notebook']}.ipynb"


def _counts(output: Any) -> bool:
    """Whether an output may decide on points; in nbgrader a warning costs, a value gives some."""
    return not (
        output.output_type == "execute_result"
        or (output.output_type == "stream" and output.name == "stderr")
    )


def digest(file: Path) -> str:
    """Tells whether a file is still the one that was graded."""
    return sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
