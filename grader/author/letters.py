r"""Give letters to what stands between the variables and the objective: $Z = XW$, $H = \sigma(Z)$.

The argument of a nonlinear function gets one, and so does its value: the name that the problem
gives it, or else one that the problem uses for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from grader.algebra.expressions import Expr, is_constant, is_number, make, size
from grader.algebra.parts import parts
from grader.algebra.tidy import tidy
from grader.latex.names import canonical
from grader.problem import Problem

ARGUMENTS, VALUES = "ZVUST", "HGPQK"
Inside = Callable[[Expr], Iterable[Expr]]  # what is read when a term is written out
BENDING = ("apply", "softmax", "logsumexp")


def letters_of(problem: Problem, root: Expr) -> dict[Expr, str]:
    """The terms that get a letter, each after those that stand in it."""
    taken = {canonical(v.name)[0].upper() for v in problem.variables.values()}
    taken |= {size.upper() for size in problem.sizes} | {problem.name.upper()}
    taken |= {one.name[0].upper() for one in problem.named}
    free = {kind: [c for c in kind if c not in taken] for kind in (ARGUMENTS, VALUES)}
    named = {tidy(one.term): one.name for one in problem.named if len(one.name) == 1}
    found: dict[Expr, str] = {}
    for term in parts(root):
        if term.op in BENDING and not is_number(term) and not is_constant(term):
            (argument,) = term.args
            value = term if term.op != "logsumexp" else _softmax(term)
            for one, letters in ((argument, free[ARGUMENTS]), (value, free[VALUES])):
                if one.op != "leaf" and one not in found and (one in named or letters):
                    found[one] = named[one] if one in named else letters.pop(0)
    return found


def _softmax(term: Expr) -> Expr:
    """The derivative of a sum of exponentials' logarithm, which then gets the letter."""
    (argument,) = term.args
    return make("softmax", (argument,), size(argument), term.detail)


def used_in(
    terms: Iterable[Expr], letters: Mapping[Expr, str], inside: Inside = lambda term: term.args
) -> list[Expr]:
    """What these terms are written with, of all that has a letter, and what defines that."""
    there: set[Expr] = set()

    def visit(term: Expr) -> None:
        if term in letters:
            if term in there:
                return
            there.add(term)
        for part in inside(term):
            visit(part)

    for term in terms:
        visit(term)
    return [term for term in letters if term in there]


def names_of(problem: Problem) -> dict[str, str]:
    """How each variable is written."""
    return {canonical(v.name): v.name for v in problem.variables.values()}


def root_of(problem: Problem) -> Expr:
    """The objective's term, tidied."""
    assert problem.formula is not None
    return tidy(problem.formula.term)


def summing_to_1(problem: Problem) -> frozenset[str]:
    """The variables whose rows sum to 1."""
    declared = problem.variables.values()
    words = {"one-hot", "probability"}
    return frozenset(
        canonical(v.name) for v in declared if v.domain & words and "1" not in (v.rows, v.columns)
    )


def leaf_of(root: Expr, problem: Problem, variable: str) -> Expr | None:
    """Where a variable stands in the objective."""
    name = canonical(problem.variables[variable].name)
    return next((t for t in parts(root) if t.op == "leaf" and t.detail == name), None)
