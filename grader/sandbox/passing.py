"""Let IPython's shell pass over what is for another machine; `elsewhere` knows what is."""

import ast
import warnings
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from .elsewhere import RUN_PYTHON, passes_over

_MAY_BE_ELSEWHERE = (ImportError, OSError)


class PassesOver(InteractiveShell):
    """A shell in which a foreign line does not cost what follows it."""

    passed = False  # whether the last statement was passed over

    def begin_to_pass_over(self) -> None:
        """Take the errors that may come of another machine."""
        self.set_custom_exc(_MAY_BE_ELSEWHERE, type(self).take_error)  # type: ignore[no-untyped-call]

    def pass_over(self, line: str) -> None:
        """Say that this is for another machine, and was not run."""
        raise NotImplementedError

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """A magic that is unknown here, or fails, is passed over."""
        try:
            run: Any = super().run_line_magic
            return run(magic_name, line, _stack_depth + 1)
        except Exception:
            if magic_name in RUN_PYTHON:
                raise
            self.pass_over(f"%{magic_name} {line}".strip())

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """Likewise; what stands under one that is unknown is run if it is Python."""
        try:
            run: Any = super().run_cell_magic
            return run(magic_name, line, cell)
        except Exception:
            if magic_name in RUN_PYTHON:
                raise
            self.pass_over(f"%%{magic_name} {line}".strip())
            if self.find_cell_magic(magic_name) is None and is_python(cell):  # type: ignore[no-untyped-call]
                self.run_cell(cell)  # type: ignore[no-untyped-call]

    async def run_code(self, code_obj: Any, result: Any = None, *, async_: bool = False) -> bool:
        """Run one statement; whether it failed. What is for another machine does not fail."""
        self.passed = False
        run: Any = super().run_code
        failed: bool = await run(code_obj, result, async_=async_)
        if not (failed and self.passed):
            return failed
        if result is not None:
            result.error_in_exec = None
        return False

    def take_error(self, kind: Any, error: Any, trace: Any, tb_offset: Any = None) -> None:
        """Pass over what is for another machine; show all other errors."""
        line = passes_over(error, self.user_ns)
        self.passed = line is not None
        if line is None:
            self.showtraceback((kind, error, trace), tb_offset=tb_offset)
        else:
            self.pass_over(line)


def is_python(source: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is said when the cell is compiled
        try:
            ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True
