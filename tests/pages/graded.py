"""Graded notebooks for tests of pages, each made of a few short cells."""

from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from classroom import cell
from grader.course.pages.reading import Submission, submission_of
from grader.course.pages.scores import Grade, Scores


def error(name: str, said: str) -> Any:
    return new_output("error", ename=name, evalue=said, traceback=[f"Cell In[1], line 1\n{said}"])


def shown(**data: str) -> Any:
    """What a cell shows; `text_html` stands for text/html."""
    return new_output("display_data", data={k.replace("_", "/", 1): v for k, v in data.items()})


def asked(text: str) -> Any:
    """A locked Markdown cell of the assignment."""
    made = cell("locked", text.rsplit(maxsplit=1)[-1], "")
    return new_markdown_cell(text, metadata=made.metadata)


def answered(name: str, source: str, *outputs: Any) -> Any:
    made = cell("solution", name, source)
    made.outputs = list(outputs)
    return made


def judged(name: str, points: int, *outputs: Any) -> Any:
    made = cell("test", name, "# It is as asked.\nassert HIDDEN_4711", points)
    made.outputs = list(outputs)
    return made


def derived(name: str, source: str, points: int = 4, **notes: Any) -> Any:
    made = cell("written", name, source, points)
    made.metadata["grader"] = notes
    return made


def ran(source: str, *outputs: Any) -> Any:
    """A code cell of the student's own."""
    return new_code_cell(source, outputs=list(outputs))


def submission(
    *cells: Any,
    student: str = "emmy",
    scores: Scores | None = None,
    assignment: str = "gradients",
    **stamp: Any,
) -> Submission:
    """A submission of these cells, in which each test that raised nothing has its points."""
    notebook = new_notebook(cells=list(cells), metadata={"grader": stamp})
    return submission_of(notebook, student, assignment, scores or Scores(dict(_earned(cells))))


def _earned(cells: Any) -> Any:
    for one in cells:
        mark = one.metadata.get("nbgrader", {})
        if mark.get("grade"):
            failed = any(output.output_type == "error" for output in one.get("outputs", []))
            auto = None if mark["solution"] else 0.0 if failed else float(mark["points"])
            yield mark["grade_id"], Grade(float(mark["points"]), auto)
