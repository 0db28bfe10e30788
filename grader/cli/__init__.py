"""The command line: arguments in, exit code out. Each module in this folder is one command.

A student's copy of grader holds only the commands that need neither nbgrader nor a gradebook.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from grader.cli.exits import NOTHING_RAN, WRONG_USE, WrongUseError
from grader.startup import start_soon

COMMANDS = (
    "init",
    "new",
    "release",
    "check",
    "derivation",
    "collect",
    "grade",
    "feedback",
    "report",
    "export",
    "regrade",
    "extend",
    "late",
    "history",
    "similar",
    "doctor",
    "completion",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    start_soon()
    chosen = parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except WrongUseError as error:
        print(f"grader {chosen.command}: {error}", file=sys.stderr)
        return WRONG_USE
    except _course_error() as error:
        print(error, file=sys.stderr)
        return NOTHING_RAN
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return NOTHING_RAN
    except BrokenPipeError:  # whoever read has enough, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOTHING_RAN
    except Exception as error:
        told = _trouble(error, chosen)
        if told is None:
            raise
        print(told, file=sys.stderr)
        return NOTHING_RAN


def _course_error() -> type[Exception]:
    """The error of a course at fault; none can be raised before its module is loaded."""
    loaded = sys.modules.get("grader.course.fault")
    return loaded.CourseError if loaded else WrongUseError


def _trouble(error: Exception, chosen: argparse.Namespace) -> object:
    """What a gradebook or a disk refused, for a person; None if it is neither."""
    if isinstance(error, OSError) and error.errno in _DISK:
        return f"{error.filename or 'a file'}: {error.strerror}. {_MAKE_ROOM}."
    if "sqlalchemy.exc" not in sys.modules or not hasattr(chosen, "course"):
        return None
    from grader.course.gradebook import trouble
    from grader.course.layout import Course

    return trouble(Course(chosen.course.resolve()), error)


# A disk that is full, or that may not be written: nothing here is at fault.
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
_MAKE_ROOM = "Make room there, or give yourself the right to write, and try again"


def parser() -> argparse.ArgumentParser:
    """The parser of all commands that this copy of grader holds."""
    whole = argparse.ArgumentParser(prog="grader", description="Matrix-calculus homework, graded.")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        if find_spec(f"grader.cli.{name}"):
            module = import_module(f"grader.cli.{name}")
            command = commands.add_parser(name, help=module.SUMMARY, description=module.SUMMARY)
            module.add_arguments(command)
            command.add_argument("--json", action="store_true", help="one JSON object a line")
            command.set_defaults(run=module.run)
    return whole
