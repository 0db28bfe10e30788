"""Hold wrong answers against the diagnosis they get, and the true cause against what was said.

python tests/diagnosis/judged.py [wrong_first ...]     prints every one that was not right
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from grader import Problem, checks, oracle
from grader.problem.problem import python_name
from grader.verdict import Verdict


@dataclass(frozen=True)
class Wrong:
    """A wrong answer: what is asked, the true cause, and the student's function."""

    problem: str
    variable: str
    causes: tuple[str, ...]
    answer: Callable[..., object]
    code: str = ""


@dataclass(frozen=True)
class Judged:
    """A wrong answer and the verdict on it."""

    wrong: Wrong
    verdict: Verdict

    @property
    def result(self) -> str:
        said = set(self.verdict.diagnosis)
        if not said:
            return "right" if "none" in self.wrong.causes else "none"
        return "right" if said & set(self.wrong.causes) else "wrong"


def from_table(table: str, problems: dict, preludes: dict[str, str]) -> list[Wrong]:
    """The wrong answers of a table: problem variable | cause / cause | code."""
    found = []
    for line in table.strip().splitlines():
        asked, cause, code = (part.strip() for part in line.split("|", 2))
        key, variable = asked.split()
        answer = function_of(list(problems[key][1]), preludes[key], code)
        causes = tuple(name.strip() for name in cause.split("/"))
        found.append(Wrong(key, variable, causes, answer, code))
    return found


def from_functions(found: list) -> list[Wrong]:
    """The wrong answers of a list of (problem, variable, causes, function)."""
    return [
        Wrong(*asked, answer, f"line {answer.__code__.co_firstlineno}") for *asked, answer in found
    ]


def function_of(variables: list[str], prelude: str, code: str):
    """A student's function: the prelude, statements, and the value of the last expression."""
    *before, last = code.split(";")
    body = "\n    ".join([*prelude.split("; "), *(line.strip() for line in before)])
    arguments = ", ".join(map(python_name, variables))
    source = f"def answer({arguments}):\n    {body}\n    return {last.strip()}\n"
    scope = {"torch": torch}
    exec(source, scope)
    return scope["answer"]


def verdict_of(
    problem: Problem, name: str, function, seed: int | None = None, stable: bool = False
) -> Verdict:
    """What the visible check, or a hidden one, says; or the one that asks where exp overflows."""
    asked = oracle.asked(problem, [name], seed, stable)
    return checks.verdict_on(problem, name, function, asked, "accept")


def judged(module_name: str, seed: int | None = None) -> list[Judged]:
    """Every wrong answer of a module, judged."""
    module = import_module(f"diagnosis.{module_name}")
    return verdicts_on(module, module.all_wrong(), seed)


def verdicts_on(
    module: ModuleType, answers: list[Wrong], seed: int | None = None, stable: bool = False
) -> list[Judged]:
    """Answers to problems of a module, judged."""
    problems = {
        key: problem_of(key, formula, *sizes.items())
        for key, (formula, sizes) in module.PROBLEMS.items()
    }
    return [
        Judged(a, verdict_of(problems[a.problem], a.variable, a.answer, seed, stable))
        for a in answers
    ]


@cache
def problem_of(key: str, formula: str | Callable, *sizes: tuple[str, str]) -> Problem:
    """A problem of a list, a formula or a torch function; one for all lists and seeds."""
    if callable(formula):
        return Problem(objective=formula, variables=dict(sizes))
    return Problem(formula, dict(sizes), matrix=key == "predict")


def summary(found: list[Judged]) -> str:
    counts = {r: sum(j.result == r for j in found) for r in ("right", "none", "wrong")}
    return f"{len(found)} wrong answers: " + ", ".join(f"{n} {r}" for r, n in counts.items())


if __name__ == "__main__":
    for name in sys.argv[1:] or ["wrong_first"]:
        everything = judged(name)
        for one in everything:
            if one.result != "right" or len(one.verdict.diagnosis) > 1 or "-v" in sys.argv:
                wrong = one.wrong
                print(one.result, wrong.problem, wrong.variable, wrong.causes, wrong.code)
                print("      ", one.verdict.line())
                print("      ", one.verdict.diagnosis)
        print(name, summary(everything))
