"""Solve a problem: `solution(problem, "W")` is a gradient's code and its derivation, both checked.

What is written is given to the same checks as a student's answer before it is believed. Where a
formula does not allow the one or the other, `Solution.missing` says so, and nothing is written.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from grader.algebra.forms import Unwritable
from grader.author.derivation import derivation
from grader.author.torch_code import gradient_code
from grader.checks import CheckFailed, check
from grader.derivation.cell import check_cell
from grader.problem import Problem

SEEDS = (1, 2)


@dataclass(frozen=True)
class Solution:
    """The answers to one question; None where they are left to the instructor."""

    code: tuple[str, ...] | None
    derivation: str | None

    @property
    def missing(self) -> list[str]:
        """What is left to the instructor, in words."""
        parts = {"the code": self.code, "the derivation": self.derivation}
        return [name for name, part in parts.items() if part is None]


def solution(problem: Problem, variable: str) -> Solution:
    """The gradient by one variable, in PyTorch and on paper."""
    return Solution(_code(problem, variable), _derivation(problem, variable))


def _code(problem: Problem, variable: str) -> tuple[str, ...] | None:
    try:
        lines = tuple(gradient_code(problem, variable))
        return lines if agrees(problem, variable, lines) else None
    except Unwritable:
        return None


def agrees(problem: Problem, variable: str, lines: tuple[str, ...]) -> bool:
    """Whether these lines pass as a student's function would, at the points of several seeds."""
    answers: dict[str, Any] = {variable: compiled(problem, lines)}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            for seed in SEEDS:
                check(problem, seed=seed, **answers)
    except CheckFailed:
        return False
    return True


def compiled(problem: Problem, lines: tuple[str, ...]) -> Callable[..., torch.Tensor]:
    """The function with these lines as its body."""
    body = "\n    ".join(lines)
    names: dict[str, Callable[..., torch.Tensor]] = {}
    source = f"def gradient({', '.join(problem.variables)}):\n    {body}"
    exec(source, {"torch": torch}, names)
    return names["gradient"]


def _derivation(problem: Problem, variable: str) -> str | None:
    for at_once in (False, True):
        try:
            text = derivation(problem, variable, at_once)
        except Unwritable:
            return None
        report = check_cell(problem, variable, text)
        if report.verdict == "right" and report.score().total == 1:
            return text
    return None
