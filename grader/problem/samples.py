r"""Which variables of a problem are samples, declared once: `with_samples(variables, formulas)`.

Where a formula says `\sum_{k=1}^n`, the variable z_k stands for z_1, ..., z_n, and n is a size.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.latex import Variable
from grader.latex.dress import tokens
from grader.latex.errors import Unreadable
from grader.latex.names import canonical
from grader.latex.ranges import sums

MEMBER = re.compile(r".+(?:_|\^\()([a-z])\)?")


def with_samples(variables: Sequence[Variable], formulas: Sequence[str]) -> tuple[Variable, ...]:
    """The variables, samples last and with the index and the size over which formulas sum them."""
    upto = dict(_sums(formulas))
    found = [_as_sample(variable, upto) for variable in variables]
    return tuple(sorted(found, key=lambda variable: bool(variable.family)))


def _sums(formulas: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each index over which something sums, and up to where."""
    for formula in formulas:
        try:
            for over in sums(tokens(formula)):
                for index in over.indices:
                    said = (b[2] for b in over.bounds if b[:2] == (index, "<="))
                    yield index, next(said, f"N_{index}")
        except Unreadable:
            continue


def _as_sample(variable: Variable, upto: dict[str, str]) -> Variable:
    member = MEMBER.fullmatch(canonical(variable.name))
    size = upto.get(member[1]) if member else None
    return replace(variable, family=((member[1], size),)) if member and size else variable
