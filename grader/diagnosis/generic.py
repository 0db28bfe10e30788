"""What can go wrong with any gradient, of a formula or of a torch function: `generic`, `truth`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from grader.algebra.expressions import Expr, make, size, total
from grader.diagnosis.misconceptions import Slip
from grader.diagnosis.values import batch_letters

if TYPE_CHECKING:
    from grader.problem import Problem


def truth(problem: "Problem", name: str, which: str = "") -> Expr:
    """The right answer as a term whose value is given; `which` row alone, if said."""
    if name not in problem.variables:
        assert problem.formula
        return make("given", (), size(problem.formula.term), (name, which))
    variable = problem.variables[name]
    return make("given", (), (variable.rows, variable.columns), (name, which))


def generic(problem: "Problem", name: str) -> Iterator[Slip]:
    """What can go wrong with any gradient."""
    right = truth(problem, name)
    for place, mistake in enumerate(problem.mistakes):
        if mistake.variable == name:
            known = make("by_hand", (), size(right), place)
            yield Slip(mistake.name, mistake.sentence, known)
    turned = make("transpose", (right,), (right.kind.columns, right.kind.rows))
    yield Slip("transpose", "as if transposed", turned)
    reshaped = make("reshape", (turned,), size(right))
    yield Slip("reshape_for_transpose", "as if reshaped where a transpose is", reshaped)
    for axes, said in (("rows", "the rows"), ("columns", "the columns"), ("all", "all entries")):
        summed = total(right, axes)
        if summed is not right:
            yield Slip("extra_sum", f"as if the answer were summed over {said}", summed)
    yield from of_rows(problem, right)
    if name not in problem.variables:
        return
    for other in problem.variables:
        if other != name:
            said = f"as if the gradient with respect to {other} were asked"
            yield Slip("other_variable", said, truth(problem, other))
    yield from of_samples(problem, name)


def of_rows(problem: "Problem", right: Expr) -> Iterator[Slip]:
    """Where each row of the answer is a sample's: one row alone, or all but one."""
    if right.kind.rows not in batch_letters(problem):
        return
    for place, which in ((0, "first"), (-1, "last")):
        row = make("row", (right,), ("1", right.kind.columns), place)
        yield Slip("one_sample", f"as if only the {which} row were returned", row)
        for there, said in ((True, "filled in"), (False, "there")):
            others = make("without_row", (right,), size(right), (place, there))
            yield Slip("sample_left_out", f"as if the {which} row were not {said}", others)


def of_samples(problem: "Problem", name: str) -> Iterator[Slip]:
    """Where the answer is a sum over samples: one sample alone, or all but one."""
    if problem.variables[name].rows in batch_letters(problem):
        return
    for which in ("first", "last"):
        said = f"as if only the {which} sample were counted"
        yield Slip("one_sample", said, truth(problem, name, which))
        said = f"as if the {which} sample were not counted"
        yield Slip("sample_left_out", said, truth(problem, name, f"but the {which}"))
