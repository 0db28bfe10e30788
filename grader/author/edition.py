r"""Make a solution notebook of an assignment: `edition(assignment, "least_squares", chance)`.

Every problem gets a heading with points, formula and shapes; every gradient asked gets a
derivation, a stub and its check. What differs from student to student, where a formula is drawn,
stands in cells of its own (`drawn_cells`): the rest is the same for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from grader.author import words
from grader.author.solution import Solution, solution
from grader.author.tasks import Assignment, Task
from grader.notebook import STAMP
from grader.problem import Problem
from grader.problem.statement import listed

WIDTH = 100
PYTHON = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
AIM = """We derive the gradient of a function of matrices on paper, write it in PyTorch, and let
autograd be the judge."""
RULES = r"""**Four rules**

1. A gradient has the shape of its variable: $\partial f/\partial W$ is $p \times q$ if $W$ is.
2. Write gradients by hand. `autograd`, `.backward()` and finite differences are for checking.
3. A derivation has one equation a line, in LaTeX; each line should follow from the one before.
   Define what you use, unless the task or an earlier derivation of the problem did.
   `check_derivations` at the end of the problem reads the saved notebook and checks every line.
4. The check beneath each answer is the same as when grading, which asks at more points."""
OWN = "Your formula is your own: everybody has another one, of the same kind and as hard."
STUB = "# YOUR CODE HERE\nraise NotImplementedError"
LEFT = """# To the instructor: no rule here writes this gradient out. Write it, and run the check.
raise NotImplementedError"""
LEFT_DERIVATION = """*To the instructor: no rule here writes this derivation out. Write it here; the students do not see
this cell's text.*"""  # noqa: E501

Cells = Iterator[Any]


def edition(assignment: Assignment, name: str, chance: Random) -> tuple[Any, list[str]]:
    """The instructor edition, and what in it is left to the instructor, in words."""
    from nbformat.v4 import new_notebook

    cells = [*_opening(assignment, name)]
    left: list[str] = []
    for number, task in enumerate(assignment.tasks, 1):
        answers = {v: solution(task.problem, v) for v in task.variables}
        cells += _problem_cells(task, number, answers, chance)
        left += [f"{task.name}, {v}: {w}" for v, a in answers.items() for w in _left(task, a)]
    cells.append(locked_text("hand_in", _hand_in(name)))
    drawn = {t.name: {"family": t.family, "seed": t.seed} for t in assignment.tasks if t.family}
    metadata = {**PYTHON, **({STAMP: {"drawn": drawn}} if drawn else {})}
    return new_notebook(cells=cells, metadata=metadata), left


def _left(task: Task, answer: Solution) -> list[str]:
    return [w for w in answer.missing if task.derivation_points or w != "the derivation"]


def _opening(assignment: Assignment, name: str) -> Cells:
    title = assignment.title or name.replace("_", " ").capitalize()
    yield locked_text("title", f"# {title}\n\n{assignment.aim or AIM}")
    yield locked_text("rules", RULES)
    given = [definition(task) for task in assignment.tasks if not task.family]
    imports = "import torch\n\nfrom grader import Problem, check, check_derivations"
    yield locked_code("setup", "\n\n".join([imports, *(["\n".join(given)] if given else [])]))


def _problem_cells(task: Task, number: int, answers: dict[str, Solution], chance: Random) -> Cells:
    yield locked_text(f"{task.name}_heading", heading(task, number))
    if task.family:
        yield locked_text(f"{task.name}_formula", words.formula(task.problem))
        yield locked_code(f"{task.name}_problem", definition(task))
    if task.help or (number == 1 and task.derivation_points):
        yield locked_text(f"{task.name}_help", _help(task.help or words.HELP))
    for variable, answer in answers.items():
        yield from _question_cells(task, variable, answer, chance)
    if task.derivation_points:
        code = f"check_derivations({task.name})  # save the notebook first"
        yield locked_code(f"{task.name}_derivations", code)


def _question_cells(task: Task, variable: str, answer: Solution, chance: Random) -> Cells:
    function = f"{task.name}_grad_{variable}"
    latex = task.problem.variables[variable].name
    if task.derivation_points:
        yield locked_text(f"{task.name}_{variable}_heading", _subheading(task, latex))
        text = answer.derivation or LEFT_DERIVATION
        points = task.derivation_points
        yield written(f"{task.name}_derivation_{variable}", text, points)
    lines = list(answer.code or LEFT.splitlines())
    region = ["### BEGIN SOLUTION", *lines, "### END SOLUTION"]
    yield answer_cell(function, stub(task, variable, region, len(answer.code or ()) or 2))
    yield test_cell(f"{function}_test", _test(task, variable, chance), task.points)


# ------------------------------------------------------------------ texts


def heading(task: Task, number: int) -> str:
    title = task.title or task.name.replace("_", " ").capitalize()
    points = f"({task.all_points:g} point{'s' * (task.all_points != 1)})"
    parts = [f"## {number} {title} {points}"]
    parts.append(OWN if task.family else words.formula(task.problem))
    parts.append(_asked(task))
    return "\n\n".join(parts)


def _asked(task: Task) -> str:
    verb = "derive the gradient, then write it" if task.derivation_points else "write the gradient"
    if len(task.variables) > 1:
        return f"For each variable, {verb}."
    (variable,) = task.variables
    return f"For ${task.problem.variables[variable].name}$, {verb}."


def _help(text: str) -> str:
    return f"<details><summary>Help</summary>\n\n{text}\n\n</details>"


def _subheading(task: Task, latex: str) -> str:
    points = f"({task.derivation_points:g} points derived, {task.points:g} coded)"
    return rf"### $\partial {task.problem.name} / \partial {latex}$ {points}"


def stub(task: Task, variable: str, body: list[str], lines: int) -> str:
    """The function to be written, its shape in the docstring."""
    problem, said = task.problem, task.problem.variables[variable]
    shape = f"shape ({said.rows}, {said.columns})"
    parameters = ", ".join(problem.variables)
    of = f"The gradient of {problem.name} with respect to {variable}, {shape}."
    text = [f'"""{of} {words.how_many(lines)}"""', *body]
    function = f"def {task.name}_grad_{variable}({parameters}):"
    return "\n".join([function, *(f"    {line}" for line in text)])


def _test(task: Task, variable: str, chance: Random) -> str:
    problem = task.problem
    letters = listed(problem.sizes) if problem.sizes else ""
    every = "" if task.family or not letters else f", for every {letters}"
    function = f"{task.name}_grad_{variable}"
    call = f"check({task.name}, {variable}={function}"
    return "\n".join(
        [
            f"# {function} is the gradient with respect to {variable}{every}.",
            f"{call})",
            "### BEGIN HIDDEN TESTS",
            f"{call}, seed={chance.randrange(100_000, 1_000_000)})",
            "### END HIDDEN TESTS",
        ]
    )


def definition(task: Task) -> str:
    """The line of Python that says the problem."""
    text = _raw(task.formula)
    plain = all(name.isidentifier() for name in task.sizes)
    sizes = [f'{n}="{s}"' if plain else f'{_raw(n)}: "{s}"' for n, s in task.sizes.items()]
    given = ", ".join(sizes) if plain else f"{{{', '.join(sizes)}}}"
    parts = [text, given, *_names(task)]
    line = f"{task.name} = Problem({', '.join(parts)})"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{task.name} = Problem(", *(f"    {part}," for part in parts), ")"])


def _names(task: Task) -> list[str]:
    """The names that the task gives, as an argument."""
    names = [_raw(name.text) for name in task.problem.named]
    if not names:
        return []
    return [f"names=({names[0]},)" if len(names) == 1 else f"names=({', '.join(names)})"]


def _raw(text: str) -> str:
    """The text as Python reads it, raw where a backslash stands in it."""
    quote = "'" if '"' in text else '"'
    if quote in text or "\n" in text or text.endswith("\\"):
        return repr(text)
    prefix = "r" if "\\" in text else ""
    return f"{prefix}{quote}{text}{quote}"


def _hand_in(name: str) -> str:
    return f"""## Hand in

Restart the kernel and run all cells, save, and hand in this one file under its own name,
`{name}.ipynb`. To see what a grader would say first:

    grader check {name}.ipynb"""


# ------------------------------------------------------------------ a student's own formula


def drawn_cells(task: Task) -> dict[str, str]:
    """The cells of a drawn problem that differ from student to student, as released: by name."""
    found = {
        f"{task.name}_formula": words.formula(task.problem),
        f"{task.name}_problem": definition(task),
    }
    for variable in task.variables:
        lines = len(solution_lines(task.problem, variable))
        found[f"{task.name}_grad_{variable}"] = stub(task, variable, STUB.splitlines(), lines)
    return found


def solution_lines(problem: Problem, variable: str) -> tuple[str, ...]:
    """The lines of a gradient's code, unchecked."""
    from grader.author.torch_code import gradient_code

    return tuple(gradient_code(problem, variable))


# ------------------------------------------------------------------ cells


def _mark(name: str, **kind: Any) -> dict[str, Any]:
    plain = {"grade": False, "locked": False, "solution": False, "task": False}
    return {"nbgrader": {**plain, "grade_id": name, "schema_version": 3, **kind}}


def locked_text(name: str, text: str) -> Any:
    from nbformat.v4 import new_markdown_cell

    return new_markdown_cell(text, id=name, metadata=_mark(name, locked=True))


def locked_code(name: str, text: str) -> Any:
    from nbformat.v4 import new_code_cell

    return new_code_cell(text, id=name, metadata=_mark(name, locked=True))


def written(name: str, text: str, points: float) -> Any:
    from nbformat.v4 import new_markdown_cell

    mark = _mark(name, grade=True, solution=True, points=points)
    return new_markdown_cell(text, id=name, metadata=mark)


def answer_cell(name: str, text: str) -> Any:
    from nbformat.v4 import new_code_cell

    return new_code_cell(text, id=name, metadata=_mark(name, solution=True))


def test_cell(name: str, text: str, points: float) -> Any:
    from nbformat.v4 import new_code_cell

    mark = _mark(name, grade=True, locked=True, points=points)
    return new_code_cell(text, id=name, metadata=mark)
