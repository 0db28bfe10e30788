"""Other answers to the questions that one equation leaves open: `alternatives(asked, ...)`."""

from collections.abc import Container, Iterator, Mapping

from grader.latex import tree
from grader.latex.asking import Key
from grader.latex.tree import Node

CONVENTIONS = {"layout", "line", "nabla", "power", "argument"}  # choices that are no liberty


def alternatives(
    asked: Mapping[Key, int], left: Node, right: Node, variables: Container[str]
) -> Iterator[dict[Key, int]]:
    """Other answers to the questions of meaning: one, one kind everywhere, two conventions."""
    derivatives = tree.holds(left, tree.Derivative) and tree.holds(right, tree.Derivative)
    refused = set() if derivatives or _numerator_layout(left, variables) else {("layout", "rows")}
    yield from _single(asked, refused)
    keys = {k: n for k, n in asked.items() if k not in refused}
    for kind in dict.fromkeys(k[0] for k in keys):
        alike = [k for k in keys if k[0] == kind]
        if len(alike) > 1:
            yield dict.fromkeys(alike, 1)
    for first in list(keys)[:5]:
        for second in list(keys)[:5]:
            if first == second or first[0] not in CONVENTIONS:
                continue
            for answer in range(1, keys[first]):
                for other in range(1, keys[second]):
                    yield {first: answer, second: other}


def _single(asked: Mapping[Key, int], refused: set[Key]) -> Iterator[dict[Key, int]]:
    """One other answer at a time; trying one may bring up further questions."""
    tried: set[tuple[Key, int]] = set()
    while True:
        new = [(k, a) for k, n in asked.items() if k not in refused for a in range(1, n)]
        new = [pair for pair in new if pair not in tried]
        if not new:
            return
        for key, answer in new:
            tried.add((key, answer))
            yield {key: answer}


def _numerator_layout(left: Node, variables: Container[str]) -> bool:
    """Whether it is a derivative by an intermediate, which may be a row where a row is said."""
    side = tree.unwrapped(left)
    if not isinstance(side, tree.Derivative) or side.bottom is None:
        return False
    bottom = tree.unwrapped(side.bottom)
    return isinstance(bottom, tree.Name) and bottom.name not in variables
