r"""`grader new NAME`: make an assignment from its formulas."""

from __future__ import annotations

import argparse
import json
import secrets
from pathlib import Path
from random import Random, SystemRandom
from typing import TYPE_CHECKING

from grader.cli.arguments import add_course, course_of
from grader.cli.exits import ALL_WELL, NOT_ALL, WrongUseError

if TYPE_CHECKING:
    from grader.author.tasks import Assignment

SUMMARY = "make an assignment from its formulas: solutions, derivations and tests"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="NAME", help="of the assignment, such as least_squares")
    said = command.add_mutually_exclusive_group(required=True)
    said.add_argument(
        "--from", dest="file", metavar="FILE", type=Path, help="a TOML file with the problems"
    )
    said.add_argument(
        "--problem",
        dest="problems",
        metavar="TEXT",
        action="append",
        help=r"'NAME: FORMULA; SIZES; ASKED', such as 'ridge: f = \|XW - Y\|_F^2; X:n,p W:p,q "
        "Y:n,q; W'; may be given again",
    )
    said.add_argument(
        "--generate",
        dest="families",
        metavar="FAMILY",
        action="append",
        help="a problem whose formula is drawn for each student: residual, activation, weighted, "
        "factors or trace; may be given again",
    )
    command.add_argument("--title", default="", help="of the notebook (default: from NAME)")
    command.add_argument("--seed", default="", help="fixes what is drawn (default: a new secret)")
    command.add_argument("--force", action="store_true", help="replace the notebook that is there")
    add_course(command)


def run(chosen: argparse.Namespace) -> int:
    import nbformat

    from grader.author.edition import edition
    from grader.author.tasks import TaskError

    course, name = course_of(chosen), chosen.name
    path = course.solution(name)
    if not (name.isascii() and name.isidentifier()):
        raise WrongUseError(f"{name!r} is no name. Use letters, digits and _, a letter first.")
    if path.exists() and not chosen.force:
        raise WrongUseError(f"{path} is there. Choose another name, or replace it with --force.")
    try:
        notebook, left = edition(assignment_of(chosen), name, _chance(chosen.seed))
    except TaskError as error:
        raise WrongUseError(str(error)) from None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.v4.writes(notebook) + "\n", encoding="utf-8")
    _tell(chosen, path, left)
    return NOT_ALL if left else ALL_WELL


def assignment_of(chosen: argparse.Namespace) -> Assignment:
    """The assignment as the file or the arguments say it."""
    from grader.author import tasks

    if chosen.file:
        said = tasks.assignment_in(chosen.file)
        return tasks.Assignment(said.tasks, chosen.title or said.title, said.aim)
    if chosen.problems:
        found = tuple(tasks.task_in(line) for line in chosen.problems)
    else:
        seed = chosen.seed or secrets.token_hex(8)
        found = tuple(tasks.drawn_task(f"own_{f}", f, seed) for f in chosen.families)
    return tasks.assignment(found, chosen.title)


def _chance(seed: str) -> Random:
    """Where hidden points come from: nobody can guess them, unless a seed is given."""
    return Random(seed) if seed else SystemRandom()


def _tell(chosen: argparse.Namespace, path: Path, left: list[str]) -> None:
    if chosen.json:
        print(json.dumps({"made": str(path), "left": left}))
        return
    print(f"made {path}")
    for what in left:
        print(f"left to you: {what}")
    print(f"Look it over in JupyterLab, then run 'grader release {chosen.name}'.")
