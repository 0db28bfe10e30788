"""`grader check NOTEBOOK`: what a student runs before handing in."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.exits import ALL_WELL, NOT_ALL, WrongUseError
from grader.cli.table import table

if TYPE_CHECKING:
    from grader.rehearsal import Rehearsal

SUMMARY = "run a notebook's checks, as a student does before handing in"
SHELTERED = "Run in a sandbox, by the rules of grading."
UNSHELTERED = "Run on this machine without a sandbox, as in JupyterLab."


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("notebook", metavar="NOTEBOOK", type=Path)


def run(chosen: argparse.Namespace) -> int:
    from grader.rehearsal import Unreadable, rehearse

    if not chosen.notebook.is_file():
        raise WrongUseError(f"there is no file {chosen.notebook}.")
    try:
        done = rehearse(chosen.notebook)
    except Unreadable as error:
        raise WrongUseError(f"{error}.") from error
    if not done.lines:
        raise WrongUseError(
            f"no cell of {chosen.notebook} is known as an assignment's: were its cells copied into "
            "another notebook? Write the answers into the one you were given."
        )
    print(_as_json(chosen.notebook, done) if chosen.json else _as_text(done))
    well = all(one.status in ("ok", "manual") for one in done.lines)
    return ALL_WELL if well else NOT_ALL


def _as_text(done: Rehearsal) -> str:
    lines = table((one.grade_id, one.status, one.message) for one in done.lines)
    return f"{UNSHELTERED if done.sandbox == 'none' else SHELTERED}\n{lines}"


def _as_json(notebook: Path, done: Rehearsal) -> str:
    cells = [asdict(one) for one in done.lines]
    told = {"notebook": str(notebook), "sandbox": done.sandbox, "cells": cells}
    return json.dumps(told, ensure_ascii=False)
