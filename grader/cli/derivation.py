"""`grader derivation FILE.md --problem FILE.json`: check one derivation, line by line."""

from __future__ import annotations

import argparse
from pathlib import Path

SUMMARY = "check one derivation against a problem, line by line"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE.md", type=Path, help="the derivation, as typed")
    command.add_argument(
        "--problem",
        metavar="FILE.json",
        type=Path,
        required=True,
        help='{"vars": "X:n,p W:p,q", "given": ["f = ..."], "asked": ["W"]}',
    )
    command.add_argument("--hints", action="store_true", help="show how a wrong line is mended")


def run(chosen: argparse.Namespace) -> int:
    from grader.derivation.command import derivation

    return derivation(chosen.file, chosen.problem, chosen.json, chosen.hints)
