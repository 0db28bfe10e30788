r"""Give letters to what stands between the variables and the objective: $Z = XW$, $H = \sigma(Z)$.

The argument of a nonlinear function gets one, and so does its value. Letters that the problem uses
for variables or sizes are left alone.
"""

from __future__ import annotations

from grader.author.terms import tidy
from grader.diagnosis.algebra import is_constant, is_number, parts
from grader.latex.names import canonical
from grader.latex.terms import Term
from grader.problem import Problem

ARGUMENTS, VALUES = "ZVUST", "HGPQK"
BENDING = ("apply", "softmax")


def letters_of(problem: Problem, root: Term) -> dict[Term, str]:
    """The terms that get a letter, each after those that stand in it."""
    taken = {canonical(v.name)[0].upper() for v in problem.variables.values()}
    taken |= {size.upper() for size in problem.sizes} | {problem.name.upper()}
    free = {kind: [c for c in kind if c not in taken] for kind in (ARGUMENTS, VALUES)}
    found: dict[Term, str] = {}
    for term in parts(root):
        if term.op in BENDING and not is_number(term) and not is_constant(term):
            (argument,) = term.args
            if argument.op != "leaf" and argument not in found and free[ARGUMENTS]:
                found[argument] = free[ARGUMENTS].pop(0)
            if free[VALUES]:
                found[term] = free[VALUES].pop(0)
    return found


def root_of(problem: Problem) -> Term:
    """The objective's term, tidied."""
    assert problem.formula is not None
    return tidy(problem.formula.term)


def leaf_of(root: Term, problem: Problem, variable: str) -> Term | None:
    """Where a variable stands in the objective."""
    name = canonical(problem.variables[variable].name)
    return next((t for t in parts(root) if t.op == "leaf" and t.detail == name), None)
