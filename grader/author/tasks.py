r"""Say what an assignment asks: a file in TOML, or one line a problem.

    title = "Least squares"

    [[problem]]
    name = "ridge"
    formula = '''f = \|XW - Y\|_F^2 + \|W\|_F^2'''
    vars = "X:n,p W:p,q Y:n,q"
    asked = "W X"

The sizes are written as for `grader derivation`: a first size of 1 makes a row that is added to
every row, and a mark behind the sizes says a domain (`*` one-hot, `+` positive, `%` invertible, or
words after another colon). `asked` may be a list too, or left out: then every gradient is asked.
`names = ['Z = XW']` are the names that the task gives; left out, those are given that
a derivation would choose, and `[]` gives none. On one line:

    ridge: f = \|XW - Y\|_F^2 + \|W\|_F^2; X:n,p W:p,q Y:n,q; W X
"""

from __future__ import annotations

import keyword
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.author import words
from grader.author.families import FAMILIES, draw
from grader.derivation.command import NotAProblem, sizes_of
from grader.latex import LatexError
from grader.problem import Problem, ProblemError

CODE_POINTS, DERIVATION_POINTS = 2, 3
SETTINGS = {"title", "aim", "problem"}
WORDS = {"name", "title", "formula", "vars", "asked", "names", "help", "points",
         "derivation_points", "family", "seed"}  # fmt: skip
TAKEN = {"torch", "Problem", "check", "check_derivations"}  # what the set-up cell binds
EXAMPLE = r"ridge: f = \|XW - Y\|_F^2 + \|W\|_F^2; X:n,p W:p,q Y:n,q; W X"


class TaskError(ValueError):
    """What was written is no assignment; the message says where, why and what to write."""


@dataclass(frozen=True)
class Task:
    """One problem of an assignment, as its author wrote it."""

    name: str
    formula: str
    vars: str
    asked: tuple[str, ...] = ()  # Python names; all if empty
    title: str = ""
    help: str = ""
    points: float = CODE_POINTS
    derivation_points: float = DERIVATION_POINTS
    family: str = ""  # from which each student's own formula is drawn
    seed: str = ""
    names: tuple[str, ...] | None = None  # Z = XW, given by the task; None: those we would choose

    @cached_property
    def sizes(self) -> dict[str, str]:
        """The sizes as `Problem` takes them: {"b_1": "1,m row"}."""
        return sizes_of(self.vars)

    @cached_property
    def problem(self) -> Problem:
        if self.names is not None:
            return Problem(self.formula, self.sizes, names=self.names)
        plain = Problem(self.formula, self.sizes)
        try:
            return Problem(self.formula, self.sizes, names=words.names_for(plain))
        except ProblemError:  # a name of ours that reads as nothing is none to give
            return plain

    @property
    def variables(self) -> tuple[str, ...]:
        """Whose gradients are asked, by Python name."""
        return self.asked or tuple(self.problem.variables)

    @property
    def all_points(self) -> float:
        return len(self.variables) * (self.points + self.derivation_points)


@dataclass(frozen=True)
class Assignment:
    """A list of problems under a title."""

    tasks: tuple[Task, ...]
    title: str = ""
    aim: str = ""


def assignment_in(file: Path) -> Assignment:
    """The assignment that a TOML file says."""
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise TaskError(f"{file} cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TaskError(f"{file} is not TOML ({error}). {_QUOTES}") from None
    _no_strangers(said, SETTINGS, str(file))
    problems = said.get("problem")
    if not isinstance(problems, list) or not problems:
        raise TaskError(f"{file}: it names no problem. Begin each with a line [[problem]]")
    tasks = tuple(_task(one, f"{file}, problem {i}") for i, one in enumerate(problems, 1))
    return assignment(tasks, str(said.get("title", "")), str(said.get("aim", "")))


_QUOTES = "Put formulas into single quotes, in which a backslash is a backslash"


def assignment(tasks: tuple[Task, ...], title: str = "", aim: str = "") -> Assignment:
    """These problems as an assignment, if no two share a name."""
    names = [task.name for task in tasks]
    for name in names:
        if names.count(name) > 1:
            raise TaskError(f"two problems are called {name}. Give each its own name")
    return Assignment(tasks, title, aim)


def task_in(line: str) -> Task:
    """The problem that one line says: NAME: FORMULA; SIZES; ASKED."""
    found = re.fullmatch(r"\s*(\S+?)\s*:\s*(.*?);\s*([^;=]*:[^;=]*?)\s*(?:;([^;=]*))?", line)
    if found is None:
        raise TaskError(f"{line!r} should read 'NAME: FORMULA; SIZES; ASKED', as in\n  {EXAMPLE}")
    name, formula, sizes, asked = found.groups()
    said = {"name": name, "formula": formula.strip(), "vars": sizes, "asked": asked or ""}
    return _task(said, name)


def drawn_task(name: str, family: str, seed: str) -> Task:
    """A problem whose formula is drawn for each student."""
    return _task({"name": name, "family": family, "seed": seed}, name)


def _task(said: Any, where: str) -> Task:
    if not isinstance(said, Mapping):
        raise TaskError(f"{where}: it is no table. Begin it with a line [[problem]]")
    _no_strangers(said, WORDS, where)
    name = said.get("name", "")
    if not _is_name(name):
        raise TaskError(f"{where}: {name!r} is no name in Python. Use letters, digits and _")
    task = Task(**(_drawn(said, where) if "family" in said else _given(said, where)))
    return _checked(task, where)


def _given(said: Mapping[str, Any], where: str) -> dict[str, Any]:
    for word in ("formula", "vars"):
        if not isinstance(said.get(word), str):
            raise TaskError(f"{where}: {word} is missing. {_EXPECTED[word]}")
    asked = said.get("asked", "")
    listed = " ".join(map(str, asked)) if isinstance(asked, list) else str(asked)
    return {**said, "asked": tuple(listed.replace(",", " ").split()), **_names(said, where)}


def _names(said: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The names that the task gives, where its author says some."""
    names = said.get("names")
    if names is None:
        return {}
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TaskError(f"{where}: names is no list of equations. Write names = ['Z = XW']")
    return {"names": tuple(names)}


_EXPECTED = {
    "formula": r"""Write formula = 'f = \|XW - Y\|_F^2'""",
    "vars": 'Write the sizes, as in vars = "X:n,p W:p,q Y:n,q"',
}


def _drawn(said: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The model: the draw that no student gets."""
    family, seed = said["family"], str(said.get("seed", ""))
    if family not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise TaskError(f"{where}: there is no family {family!r}. There are {known}")
    if not seed:
        raise TaskError(f'{where}: seed is missing. Write any secret word, as in seed = "autumn"')
    model = draw(family, seed, 0)
    if "formula" in said or "vars" in said or "asked" in said:
        raise TaskError(f"{where}: a drawn problem has its formula and sizes from the family")
    model_says = {"formula": model.formula, "vars": model.vars, "asked": FAMILIES[family].asked}
    return {"title": FAMILIES[family].title, **said, "seed": seed, **model_says}


def _checked(task: Task, where: str) -> Task:
    """The task, if its formula can be read and what is asked is there."""
    try:
        variables = task.problem.variables
    except (NotAProblem, ProblemError) as error:
        raise TaskError(f"{where}: {error}") from None
    except LatexError as error:
        raise TaskError(f"{where}:\n{error}") from None
    by_name = {v.name: python for python, v in variables.items()}
    for name in task.asked:
        if name not in variables and name not in by_name:
            raise TaskError(f"{where}: {name} is asked but has no sizes. Add it to vars")
    for points in (task.points, task.derivation_points):
        if isinstance(points, bool) or not isinstance(points, int | float) or points < 0:
            raise TaskError(f"{where}: {points!r} are no points. Write a number")
    asked = tuple(by_name.get(name, name) for name in task.asked)
    return Task(**{**_fields(task), "asked": asked})


def _fields(task: Task) -> dict[str, Any]:
    return {name: getattr(task, name) for name in Task.__dataclass_fields__}


def _is_name(name: Any) -> bool:
    plain = isinstance(name, str) and name.isascii() and name.isidentifier()
    return plain and not keyword.iskeyword(name) and name not in TAKEN and len(name) <= 30


def _no_strangers(said: Mapping[str, Any], known: set[str], where: str) -> None:
    for word in said:
        if word not in known:
            raise TaskError(f"{where}: {word!r} is not known. Known are {', '.join(sorted(known))}")
