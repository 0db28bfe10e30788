"""Write a problem as a student reads it: the formula, then every variable with its shape."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.algebra.sizes import typeset
from grader.problem.domains import DOMAINS

if TYPE_CHECKING:
    from grader.latex import Variable
    from grader.problem.problem import Problem


def of(problem: "Problem") -> str:
    """The statement of a problem as Markdown."""
    assert problem.formula is not None
    shapes = ", ".join(shape(v) for v in problem.variables.values())
    return f"$$ {problem.formula.text} $$\n\n{shapes}.\n"


def names(problem: "Problem") -> str:
    """The names that the task gives, each with its shape."""
    said = [
        f"${one.text}$ (${typeset(one.rows)} \\times {typeset(one.columns)}$)"
        for one in problem.named
    ]
    them = "it" if len(said) == 1 else "them"
    return f"We name {listed(said)}; derivations may use {them} as defined.\n"


def shape(variable: "Variable") -> str:
    """One variable with its shape and domain, such as `$b_1$ (1 x m), a row added to every row`."""
    rows, columns = typeset(variable.rows), typeset(variable.columns)
    said = f"${variable.name}$ (${rows} \\times {columns}$)"
    words = [word for word in DOMAINS if word in variable.domain]
    if variable.row:
        words.append("a row, added to every row")
    return " ".join([said, *words])


def listed(items: Sequence[str]) -> str:
    r"""Items as a sentence lists them.

    >>> listed(["$X$ is $n \\times p$", "$W$ is $p \\times q$", "$b$ is a row"])
    '$X$ is $n \\times p$, $W$ is $p \\times q$ and $b$ is a row'
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
