"""The forms that scores are given back in; each makes one file, and notes on who has no score."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.course.export import canvas, gradescope, moodle
from grader.course.export.problem import ExportError
from grader.course.export.standing import GRADED, Standing
from grader.course.export.tables import to_csv
from grader.course.layout import Course

COLUMNS = (
    "assignment",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "status",
    "score",
    "raw_score",
    "late_penalty",
    "max_score",
    "waiting",
    "handed_in",
    "why",
)


@dataclass(frozen=True)
class Export:
    """What is exported, and what the system wants to see again."""

    course: Course
    standings: Sequence[Standing]
    template: Path | None = None  # the system's own export, to be filled in
    scale: bool = False  # bring our points to the system's maximum


Maker = Callable[[Export], bytes]


def write_export(export: Export, form: str, to: Path) -> list[Standing]:
    """Write the file and the notes beside it; return those who have no score in it."""
    maker, _ = FORMATS[form]
    without = [one for one in export.standings if one.status != GRADED]
    to.write_bytes(maker(export))
    notes_beside(to).write_bytes(to_csv([NOTES, *([*_note(one)] for one in without)]))
    return without


NOTES = ("assignment", "student_id", "status", "why")


def notes_beside(file: Path) -> Path:
    """Where it stands who has no score and why."""
    return file.with_name(f"{file.stem}.notes.csv")


def _note(one: Standing) -> tuple[str, str, str, str]:
    return one.assignment, one.student.id, one.status, one.why


def row(one: Standing) -> list[object]:
    """A standing as a row under `COLUMNS`; None where there is no number."""
    person, when = one.student, one.handed_in
    return [
        one.assignment,
        person.id,
        person.last_name,
        person.first_name,
        person.email,
        one.status,
        one.score,
        one.raw_score,
        one.penalty if one.status == GRADED else None,
        one.max_score,
        one.waiting,
        when.isoformat(timespec="seconds") if when else None,
        one.why,
    ]


def _csv(export: Export) -> bytes:
    return to_csv([COLUMNS, *map(row, export.standings)])


def _json(export: Export) -> bytes:
    """A list of objects: the columns of the CSV, and each cell with its score."""
    said = [
        dict(zip(COLUMNS, row(one), strict=True)) | {"cells": [asdict(cell) for cell in one.cells]}
        for one in export.standings
    ]
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def _parquet(export: Export) -> bytes:
    """The columns of the CSV with types, so that a missing score is null and never 0."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ExportError(
            "Parquet needs one more package: pip install 'nabla-homework[parquet]'"
        ) from None
    kinds = {
        name: pyarrow.float64() for name in ("score", "raw_score", "late_penalty", "max_score")
    }
    schema = pyarrow.schema(
        [
            (name, kinds.get(name, pyarrow.int64() if name == "waiting" else pyarrow.string()))
            for name in COLUMNS
        ]
    )
    rows = [dict(zip(COLUMNS, row(one), strict=True)) for one in export.standings]
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), sink)
    return bytes(sink.getvalue())


def _canvas(export: Export) -> bytes:
    return canvas.gradebook(export.standings, export.template, scale=export.scale)


def _moodle(export: Export) -> bytes:
    return moodle.worksheet(export.standings, export.template, scale=export.scale)


def _gradescope(export: Export) -> bytes:
    return gradescope.results(export.course, export.standings)


# Each with the usual name of its file.
FORMATS: dict[str, tuple[Maker, str]] = {
    "csv": (_csv, "grades.csv"),
    "json": (_json, "grades.json"),
    "parquet": (_parquet, "grades.parquet"),
    "canvas": (_canvas, "canvas.csv"),
    "moodle": (_moodle, "moodle.csv"),
    "gradescope": (_gradescope, "gradescope.zip"),
}
