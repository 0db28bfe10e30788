"""`grader doctor`: how well this machine can shut a submission in."""

from __future__ import annotations

import argparse
import json

from grader.cli.exits import ALL_WELL, NOTHING_RAN

SUMMARY = "say which sandbox this machine has, and how to get a better one"


def add_arguments(command: argparse.ArgumentParser) -> None:
    """There are none."""


def run(chosen: argparse.Namespace) -> int:
    from grader.sandbox.doctor import examine

    report = examine()
    print(json.dumps(report.as_dict()) if chosen.json else report)
    return ALL_WELL if report.level else NOTHING_RAN
