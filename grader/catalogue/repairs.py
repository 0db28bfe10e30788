"""On hand-ins: what was mended before grading."""

from collections.abc import Callable

_HOW = {
    "id": ("by its id", "by their ids"),
    "definition": ("by what it defines", "by what they define"),
    "text": ("by its text", "by their text"),
    "order": ("by the cells around it", "by the cells around them"),
}


def _found(cells: str, count: int, how: str) -> str:
    one, several = _HOW[how]
    if count == 1:
        return f"cell {cells} had lost its nbgrader metadata; it was found {one}"
    named = f" ({cells})" if count <= 4 else ""
    return f"{count} cells had lost their nbgrader metadata; they were found {several}{named}"


def _mended(count: int, first: str) -> str:
    """What was mended, as far as there is room for it in a line."""
    return f"mended: {first}" if count == 1 else f"{count} things were mended: {first}, ..."


SENTENCES: dict[str, str | Callable[..., str]] = {
    "repair.count": _mended,
    "repair.encoding": "the file was saved as {encoding} and read as such",
    "repair.not_utf8": "the file is not UTF-8; some letters may differ",
    "repair.after_end": "text after the end of the notebook was ignored",
    "repair.format": "the notebook has format {version}; 4 is usual",
    "repair.language": "the notebook asked for the language {language}; it was run as Python",
    "repair.file_name": "the file was called {file}",
    "repair.files_unread": "not read, as one notebook counts: {files}",
    "repair.no_draw": "draws.csv has no formula for this student, so the model's was asked",
    "repair.found": _found,
    "repair.relabelled": (
        "the cell that defines {cell} was named {claimed}, as a copied cell is;"
        " it was read as {cell}"
    ),
    "repair.elsewhere": "the answer to {cell} stands in cell {where}, and was run there",
    "repair.added_cell": "the answer to {cell} stood in an added cell, and was read as the answer",
    "repair.joined": "cell {cell} was there {times} times; its parts were put together",
    "repair.last_counts": "cell {cell} was there {times} times; the last one counts",
    "repair.order": "cells were moved; they were put back in order",
    "repair.deleted": "cell {cell} was deleted; it was put back",
    "repair.kind": "cell {cell} was turned into {into}; it was turned back",
    "repair.changed": "cell {cell} was changed; the original was used",
    "repair.kept_apart": (
        "cell {cell} was changed; the original was used, and what was added stands beside it"
    ),
    "repair.cells_left_out": (
        "{count} cells were not read, as the notebook has more than {most:,}: the assignment's"
        " own were, the last of each, and the first {others} others"
    ),
    "repair.cells_alone": "the file holds too much to read; its cells alone were read",
    "repair.passed_over": "passed over in cell {cell}, as it is for another machine: {line}",
    "repair.not_run": "not run, as it is for another machine: {line}",
    "repair.text": "{text}",
    "record.other_version": "noted by another version of the grader ({what}): grade it again",
}
