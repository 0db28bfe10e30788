r"""An index case said in a formula: `case_of(statement, names)` of `$i = j$` or `$i \neq j$`."""

from dataclasses import dataclass

from grader.latex.names import Names

from .text import Statement

UNEQUAL = {r"\ne", r"\neq"}
LETTERS = set("abijklmnpqrst")


@dataclass(frozen=True)
class Case:
    """Two indices, and whether they are the same."""

    pair: tuple[str, str]
    same: bool


def case_of(statement: Statement, names: Names) -> Case | None:
    """The case that a statement is: of two index letters it says that they are equal, or not."""
    sides = [[token.text for token in part.tokens] for part in statement.parts]
    match sides:
        case [[left], [right]]:
            same = True
        case [[left, sign, right]] if sign in UNEQUAL:
            same = False
        case _:
            return None
    letters = {left, right}
    named = letters & names.values or letters <= names.sizes  # k may be a size and an index
    free = len(letters) == 2 and letters <= LETTERS and not named
    return Case((left, right), same) if free else None
