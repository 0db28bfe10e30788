"""What the left side of an equation introduces: `Heads(names, given, statements).head(tokens)`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lark import Token

from grader.latex import tree
from grader.latex.cursor import Cursor, Reading
from grader.latex.errors import Unreadable
from grader.latex.names import Names
from grader.latex.pieces import index_list
from grader.latex.tex import CLOSE, OPEN, STYLES, Tex

from .text import Statement

LONGEST_HEAD = 30  # tokens
SAMPLE = re.compile(r"(.+?)\^\((\w)\)")
OF_A_LAYER = re.compile(r"(.+?)_(\d+),?([a-z](?:,?[a-z])?)")  # delta_{2i}
ENTRY = re.compile(r"(.+?)_(\w,?\w?)((?:\^\(\w+\))?)$")


@dataclass(frozen=True)
class Head:
    """What the left side of an equation introduces."""

    kind: str  # name, entries, function, quantity, alias, builtin
    name: str
    parameters: tuple[str, ...] = ()
    applied: bool = False  # its variables stand behind it, f_i(w)


class Heads:
    """Tells names, entries and functions apart, by how a text and its task use them."""

    def __init__(
        self, names: Names, given: Sequence[Sequence[Tex]], statements: Sequence[Statement]
    ) -> None:
        self.names, self.given, self.statements = names, given, statements

    def head(self, found: list[Tex]) -> Head | None:
        """What a left side introduces, if it is a name, an entry or a function of names."""
        if not found or len(found) > LONGEST_HEAD:
            return None
        lexed = self._lexed(found)
        kinds = [t.type for t in lexed]
        if kinds == ["NAME"]:
            return self._name(lexed[0].value)
        if kinds == ["OPEN", "NAME", "CLOSE", "AFTER"]:
            entry = lexed[3].value(tree.Name(0, lexed[1].value))
            if isinstance(entry, tree.Index) and not self.names.known(lexed[1].value):
                return Head("entries", lexed[1].value, entry.indices)
        if kinds[:2] in (["NAME", "OPEN"], ["TAKES_BRACKET", "OPEN"]) and kinds[-1] == "CLOSE":
            inside = lexed[2:-1]
            if inside and all(t.type in ("NAME", "COMMA") for t in inside):
                parameters = tuple(t.value for t in inside if t.type == "NAME")
                return self._function(lexed[0], parameters, found)
        if len(lexed) == 1 and isinstance(lexed[0].value, tree.Function):
            return self._bare_function(lexed[0].value, found)
        return None

    def part(self, found: list[Tex]) -> Head | None:
        """What the label of a brace names, if it is a differential: dl_2 is a part of df."""
        lexed = self._lexed(found)
        named = [t.type for t in lexed] == ["D", "NAME"] and not self.names.known(lexed[1].value)
        return Head("part", lexed[1].value) if named else None

    def names_function(self, found: list[Tex]) -> bool:
        """Whether the expression is a function named without its argument."""
        lexed = self._lexed(found)
        return len(lexed) == 1 and isinstance(lexed[0].value, tree.Function)

    def _lexed(self, found: list[Tex]) -> list[Token]:
        """The grammar's tokens of an expression; none where it cannot be read."""
        try:
            return Cursor(list(found), Reading(self.names)).run()
        except (Unreadable, RecursionError):
            return []

    def given_uses(self, command: str) -> bool:
        """Whether the task is written with this command."""
        return any(t.text == command for found in self.given for t in found)

    def _name(self, name: str) -> Head:
        layer = OF_A_LAYER.fullmatch(name)
        if layer and not self.names.resolved(name) and layer[1] not in self.names.values:
            return Head("entries", f"{layer[1]}_{layer[2]}", index_list(layer[3]))
        entry = ENTRY.fullmatch(name)
        if entry and not self.names.resolved(name) and self.names.is_index(entry[2]):
            base = entry[1] + entry[3]
            other = base in self.names.sizes | self.names.objectives  # r_i where r is a size
            if base not in self.names.values or other:
                base += "_" if other else ""
                return Head("entries", base, index_list(entry[2]))
        sample = SAMPLE.fullmatch(name)
        if sample and not self.names.known(name) and sample[2] in self.names.samples():
            return Head("entries", f"{sample[1]}^", (sample[2],))
        return Head("name", name)

    def _function(
        self, function: object, parameters: tuple[str, ...], found: list[Tex]
    ) -> Head | None:
        value = getattr(function, "value", None)
        if isinstance(value, tuple):  # a function that is known already
            name, primes, _ = value
            if primes:
                return None
            if found[0].text == r"\sigma" and not self.given_uses(r"\sigma"):
                return Head("function", "sigma", parameters)
            return Head("builtin", name, parameters)
        known = all(self.names.known(p) for p in parameters)
        if known and not self._used_as_function(found):
            family = self._name(str(value))
            if family.kind == "entries":
                return replace(family, applied=True)
            return Head("quantity", str(value), parameters)
        return Head("function", str(value), parameters)

    def _bare_function(self, function: tree.Function, found: list[Tex]) -> Head | None:
        """What sigma = ReLU introduces, where the problem itself knows no sigma."""
        if found[0].text == r"\sigma" and not self.given_uses(r"\sigma") and not function.primes:
            return Head("alias", "sigma")
        return None

    # ------------------------------------------------------------ how a name is used later

    def _used_as_function(self, head: list[Tex]) -> bool:
        """Whether phi of phi(Z) = ... is later applied to something else, or derived."""
        name = head[0].text
        written = [t.text for t in head[1:]]
        if written[:1] and written[0] not in OPEN:
            return False
        for row in self.expressions():
            for i, token in enumerate(row):
                after = row[i + 1 : i + 1 + len(written)]
                if token.text != name or not after:
                    continue
                if after[0].text in ("'", r"\prime"):
                    return True
                if after[0].text in OPEN and [t.text for t in after] != written:
                    return not self._same_names(row, i + 1, written)
        return False

    def _same_names(self, row: list[Tex], i: int, written: list[str]) -> bool:
        end = next((j for j in range(i, len(row)) if row[j].text in CLOSE), len(row))
        inside = {t.text for t in row[i + 1 : end]} - STYLES
        return inside <= set(written) | {",", "{", "}"}

    def expressions(self) -> Iterator[list[Tex]]:
        """The tokens of all that the text says."""
        for statement in self.statements:
            for part in statement.parts:
                yield part.tokens
