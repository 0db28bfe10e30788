"""`grader check NOTEBOOK`: what a student runs before handing in."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.exits import ALL_WELL, NEEDS_A_PERSON, WrongUseError
from grader.cli.table import table

if TYPE_CHECKING:
    from grader.rehearsal import Line

SUMMARY = "run a notebook's checks in a fresh kernel, as a student does before handing in"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("notebook", metavar="NOTEBOOK", type=Path)


def run(chosen: argparse.Namespace) -> int:
    from grader.rehearsal import Unreadable, rehearse

    if not chosen.notebook.is_file():
        raise WrongUseError(f"there is no file {chosen.notebook}.")
    if not chosen.json:
        print("Your cells run on this machine without a sandbox, as they do in JupyterLab.")
    try:
        lines = rehearse(chosen.notebook)
    except Unreadable as error:
        raise WrongUseError(f"{error}.") from error
    print(_as_json(chosen.notebook, lines) if chosen.json else _as_table(lines))
    return ALL_WELL if all(one.status in ("ok", "manual") for one in lines) else NEEDS_A_PERSON


def _as_table(lines: list[Line]) -> str:
    return table((one.grade_id, one.status, one.message) for one in lines)


def _as_json(notebook: Path, lines: list[Line]) -> str:
    told = {"notebook": str(notebook), "sandbox": "none", "cells": [asdict(one) for one in lines]}
    return json.dumps(told, ensure_ascii=False)
