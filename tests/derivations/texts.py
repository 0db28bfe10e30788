"""The derivations that the checker is tested on."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.derivation import Report
from grader.derivation.command import run

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Written:
    """A derivation with what is known of it."""

    name: str
    text: str
    problem: dict[str, Any]

    def report(self) -> Report:
        return run(self.text, self.problem)

    @property
    def verdict(self) -> str:
        return str(self.problem["verdict"])


def written(folder: str) -> list[Written]:
    """The derivations below a folder, by name."""
    return [
        Written(path.stem, path.read_text(), json.loads(path.with_suffix(".json").read_text()))
        for path in sorted((HERE / folder).rglob("*.md"))
    ]
