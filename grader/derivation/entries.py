"""What A = (a_{ij}) says: how the entries of A are called, or which matrix has these entries."""

from grader.latex import tree
from grader.latex.tex import CLOSE, OPEN, Tex

from .text import Statement


def is_own_entry(name: str, found: list[Tex]) -> bool:
    """Whether these tokens are (r_ij), and the name is R."""
    if len(found) < 4 or found[0].text not in OPEN or found[-1].text not in CLOSE:
        return False
    return found[2].text == "_" and found[1].text.lower() == name.lower()


def with_matrices_of_entries(statement: Statement) -> None:
    """Read the (a_ij) of A = (a_ij) as a matrix, beside a name."""
    named = any(isinstance(part.node, tree.Name) for part in statement.parts)
    for part in statement.parts if named else ():
        inner = part.node.inner if isinstance(part.node, tree.Group) else None
        if isinstance(inner, tree.Index) and len({i for i in inner.indices if i.isalpha()}) == 2:
            part.node = tree.Entries(inner.at, inner, inner.indices)
