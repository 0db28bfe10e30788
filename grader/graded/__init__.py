"""The record of a graded submission: what came of each cell, as values, made once.

    cells = record(notebook.cells, runs, written)   # where it was judged
    graded = graded_of(notebook)                    # wherever it is read
    mark = Mark(cell, grade)                        # a cell, with what the gradebook holds of it

Terminal, pages, report, exports and regrading read its fields. Words are made of them where they
are shown, by `grader.catalogue`; nothing is decided by words.
"""

from .causes import causes
from .cells import RECORD, Event, Flag, Graded, GradedCell, Said, in_a_line
from .errors import Error
from .marks import Grade, Mark
from .outputs import graded_of, of_derivation, record_of_outputs
from .record import Ran, events, of_written, record
from .verdict import Verdict

__all__ = [
    "RECORD",
    "Error",
    "Event",
    "Flag",
    "Grade",
    "Graded",
    "GradedCell",
    "Mark",
    "Ran",
    "Said",
    "Verdict",
    "causes",
    "events",
    "graded_of",
    "in_a_line",
    "of_derivation",
    "of_written",
    "record",
    "record_of_outputs",
]
