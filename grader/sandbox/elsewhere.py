"""Pass over what a cell asks of another machine, so that what follows it in the cell still runs.

    drive.mount("/content/drive")    # after `from google.colab import drive`, which is not here
    %matplotlib widget               # and any magic that is unknown or fails

A statement that needs a module which is not here is passed over, and the names it would have given
are `Absent`: whatever needs them says so when it is run. A statement that gives nothing a name is
passed over when a path or a part of a library is not here. All else stops the cell, as in Jupyter;
so does what the walls refuse.
"""

import dis
import linecache
import os
from collections.abc import Iterator
from types import CodeType, TracebackType
from typing import Any, NoReturn

RUN_PYTHON = frozenset({"time", "timeit", "prun", "capture", "run", "debug"})  # the student's own
_LONGEST = 200


class Absent:
    """What a module that is not here would have given."""

    def __init__(self, error: ModuleNotFoundError) -> None:
        self._why = str(error)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):  # Python and IPython ask for these of anything
            raise AttributeError(name)
        raise ModuleNotFoundError(self._why)

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        raise ModuleNotFoundError(self._why)

    def __getitem__(self, _: Any) -> NoReturn:
        raise ModuleNotFoundError(self._why)


def passes_over(error: BaseException, names: dict[str, Any]) -> str | None:
    """The line to be passed over, its names made absent; None if the error is to stop the cell."""
    ran = _statement(error.__traceback__)
    if ran is None or not _is_of_a_machine(error):
        return None
    code, number = ran
    given = set(_given_names(code))
    if given and not isinstance(error, ModuleNotFoundError):
        return None
    if isinstance(error, ModuleNotFoundError):
        for name in given - names.keys():
            names[name] = Absent(error)
    return linecache.getline(code.co_filename, number).strip()[:_LONGEST] or "a statement"


def _is_of_a_machine(error: BaseException) -> bool:
    """Whether it says that a module or a path is not here."""
    if isinstance(error, ImportError | FileNotFoundError | NotADirectoryError):
        return True
    path = error.filename if isinstance(error, OSError) else None  # such as one to be made there
    return isinstance(path, str) and os.path.isabs(path) and not os.path.lexists(path)


def _statement(trace: TracebackType | None) -> tuple[CodeType, int] | None:
    """The statement of the cell that was run, and the line it had come to."""
    while trace is not None and trace.tb_frame.f_code.co_name != "<module>":
        trace = trace.tb_next
    return None if trace is None else (trace.tb_frame.f_code, trace.tb_lineno)


def _given_names(code: CodeType) -> Iterator[str]:
    for step in dis.get_instructions(code):
        if step.opname in ("STORE_NAME", "STORE_GLOBAL"):
            yield step.argval
