"""Find which cell of the assignment each cell is that was handed in, whatever a tool did to it.

A cell is known by its nbgrader name, else by its id, else by the functions it defines, else by its
text, else by where it stands between cells that are known. Each is looked up by a key, so the time
grows with the notebook alone. Where a doubt is left, the cell is named as one for a person.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from grader.autograde.blueprint import Blueprint, Known
from grader.autograde.reading import HandedIn
from grader.catalogue import Reason

_LONGEST = 20_000  # characters: no text of an assignment's is longer
# What a line that is not indented gives a value: def f, class C; a = .., a, b = ..; import a as b
_DEFINED = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.M)
_ASSIGNED = re.compile(r"^\(?([\w \t,]++)\)?(?::[^=\n]*+)?=(?!=)", re.M)
_IMPORTED = re.compile(r"^(?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+([^\n#;]+)", re.M)


@dataclass
class Located:
    """The cells, named as far as they could be found, and what is to be said of it."""

    cells: list[HandedIn]
    repairs: list[Reason] = field(default_factory=list)
    elsewhere: dict[str, str] = field(default_factory=dict)  # answer: the cell that holds it too
    people: dict[str, Reason] = field(default_factory=dict)  # answer: why a person must look


def located(cells: Iterable[HandedIn], blueprint: Blueprint) -> Located:
    """Each cell under the name of the assignment's cell that it is; the student's own have none."""
    search = _Search(blueprint, list(cells))
    search.by_name()
    search.by_id()
    search.set_apart()
    search.by_definition()
    search.by_text()
    search.free_copies()
    search.by_order()
    search.around_stubs()
    search.leftovers()
    return search.found()


def squeezed(text: str) -> str:
    """The text without its spaces and line ends, which tools change."""
    return text if len(text) > _LONGEST else "".join(text.split())


def released(known: Known) -> str:
    """A cell as the students have it: a test without its hidden part."""
    lines, hidden = [], False
    for line in known.source.splitlines():
        hidden = hidden or "### BEGIN HIDDEN TESTS" in line
        if not hidden:
            lines.append(line)
        hidden = hidden and "### END HIDDEN TESTS" not in line
    return "\n".join(lines)


def defined(source: str) -> set[str]:
    """The names that lines of it that are not indented give a value, Python or not."""
    text = source[:_LONGEST]
    found = set(_DEFINED.findall(text))
    for assigned in _ASSIGNED.findall(text):
        found |= set(re.findall(r"\w+", assigned))
    for imported in _IMPORTED.findall(text):
        found |= {(one.split() or [""])[-1].split(".")[0] for one in imported.split(",")}
    return found


def is_equation(cell: HandedIn) -> bool:
    """Whether mathematics, or a picture of it, stands in a cell of text."""
    text = cell.source[:_LONGEST]
    written = "=" in text and ("$" in text or "\\" in text)
    pictured = bool(cell.attachments) or "![" in text or "<img" in text.lower()
    return cell.kind == "markdown" and (written or pictured)


class _Search:
    """One notebook, while its cells are looked for."""

    def __init__(self, blueprint: Blueprint, cells: list[HandedIn]) -> None:
        self.cells = cells
        self.known = {known.name: known for known in blueprint.cells}
        self.place = {known.name: place for place, known in enumerate(blueprint.cells)}
        self.order, self.ids = blueprint.cells, blueprint.own.ids
        self.text = {known.name: squeezed(released(known)) for known in blueprint.cells}
        self.by_source = _unique((self.text[known.name], known.name) for known in blueprint.cells)
        self.unnamed = {squeezed(source) for source in blueprint.unnamed}
        code = [known for known in blueprint.cells if known.kind == "code"]
        locked = [known for known in code if not (known.answer or known.graded)]
        given = {name for known in locked for name in defined(known.source)}
        owners = _unique((name, known.name) for known in code for name in known.binds)
        self.owner = {name: owner for name, owner in owners.items() if name not in given}
        self.how: dict[str, list[str]] = defaultdict(list)
        self.called = set[str]()
        self.result = Located(cells)

    def found(self) -> Located:
        """What the search came to."""
        named = [
            Reason.of("repair.found", how=how, count=len(names), cells=", ".join(names)[:200])
            for how, names in self.how.items()
        ]
        self.result.repairs = named + self.result.repairs
        # A stub whose answer stands elsewhere would redefine it.
        self.result.cells = [
            replace(cell, source="") if cell.name in self.result.elsewhere else cell
            for cell in self.cells
        ]
        return self.result

    # ---- by what the cell says of itself ----

    def by_name(self) -> None:
        """A name that the assignment does not have is no name."""
        self.cells = [
            cell if cell.name in self.known else replace(cell, name=None) for cell in self.cells
        ]

    def by_id(self) -> None:
        """Editors keep a cell's id where they lose its metadata; ours equals its name."""
        claimed = self._claimed()
        for index, cell in enumerate(self.cells):
            name = self.ids.get(cell.identity)
            if cell.name is None and name is not None and name not in claimed:
                self._call(index, name, "id")

    def set_apart(self) -> None:
        """What a student wrote into a cell that is not theirs stands in a cell of its own."""
        apart: list[HandedIn] = []
        for cell in self.cells:
            known = self.known[cell.name] if cell.name is not None else None
            own = self._added(cell, known) if known and not known.answer else None
            if known is None or own is None:
                apart.append(cell)
                continue
            self.result.repairs.append(Reason.of("repair.kept_apart", cell=known.name))
            locked = replace(cell, source=released(known), attachments={})
            apart += [own, locked] if known.kind == "code" else [locked, own]
        self.cells = apart

    def _added(self, cell: HandedIn, known: Known) -> HandedIn | None:
        """What a changed cell holds that the assignment's does not, if anything may need it."""
        if squeezed(cell.source) == self.text[known.name] or cell.kind != known.kind:
            return None
        own = replace(cell, name=None, identity="")
        if known.kind == "code":
            return own if defined(cell.source) - defined(known.source) else None
        ours = {squeezed(line) for line in known.source.splitlines()}
        lines = [line for line in cell.source.splitlines() if squeezed(line) not in ours]
        own = replace(own, source="\n".join(lines).strip())
        return own if is_equation(own) else None

    # ---- by what it defines ----

    def by_definition(self) -> None:
        """An answer is where its function is, if the cell of its name has none."""
        self._relabel()
        answered = {cell.name for cell in self.cells if cell.name and self._is_written(cell)}
        candidates: dict[str, list[int]] = defaultdict(list)
        for index, cell in enumerate(self.cells):
            if cell.name is None and cell.kind == "code" and not self._is_ours(cell):
                for owner in self._owners(cell):
                    if owner not in answered and squeezed(cell.source) != self.text[owner]:
                        candidates[owner].append(index)
        for owner in sorted(candidates, key=self.place.__getitem__):
            self._take(owner, candidates[owner][-1])

    def _take(self, owner: str, index: int) -> None:
        """Make this cell the answer, or say in whose cell the answer stands."""
        taken = self.cells[index].name
        if taken is None and owner in self._claimed():
            self.cells[index] = replace(self.cells[index], name=owner)
            self.result.repairs.append(Reason.of("repair.added_cell", cell=owner))
            return
        if taken is None:
            self._call(index, owner, "definition")
            return
        self.result.elsewhere[owner] = taken
        self.result.repairs.append(Reason.of("repair.elsewhere", cell=owner, where=taken))

    def _relabel(self) -> None:
        """A copied cell keeps the name of the first; what it defines says what it is."""
        right = {
            cell.name
            for cell in self.cells
            if cell.name and self._is_written(cell) and cell.name in self._owners(cell)
        }
        for index, cell in enumerate(self.cells):
            owners = self._owners(cell) if cell.name else []
            if cell.name is None or not owners or cell.name in owners or owners[0] in right:
                continue
            if self.known[cell.name].answer and self.known[cell.name].binds:
                said = Reason.of("repair.relabelled", cell=owners[0], claimed=cell.name)
                self.result.repairs.append(said)
                self.cells[index] = replace(cell, name=owners[0])

    def _owners(self, cell: HandedIn) -> list[str]:
        """The answers whose names it defines, in the assignment's order."""
        if cell.kind != "code":
            return []
        owners = {self.owner[name] for name in defined(cell.source) if name in self.owner}
        return sorted(owners, key=self.place.__getitem__)

    # ---- by its text ----

    def by_text(self) -> None:
        """A cell that is as it was released."""
        for index, cell in enumerate(self.cells):
            name = self.by_source.get(squeezed(cell.source)) if cell.name is None else None
            if name is not None:
                self._call(index, name, "text")

    # ---- by where it stands ----

    def free_copies(self) -> None:
        """Of texts under one name, one that stands where another belongs is not of that name."""
        claims: dict[str, list[int]] = defaultdict(list)
        for index, cell in enumerate(self.cells):
            if cell.name and self.known[cell.name].answer and cell.kind == "markdown":
                claims[cell.name].append(index)
        doubled = {name: places for name, places in claims.items() if len(places) > 1}
        at_home = self._at_home(doubled)
        for places in doubled.values():
            if any(index in at_home for index in places):
                for index in places:
                    if index not in at_home:
                        self.cells[index] = replace(self.cells[index], name=None)

    def _at_home(self, doubled: Iterable[str]) -> set[int]:
        """Which cells of these names stand behind a cell that stands before them as released."""
        doubled, last, home = set(doubled), -1, set[int]()
        for index, cell in enumerate(self.cells):
            if cell.name in doubled:
                home |= {index} if last < self.place[cell.name] else set()
            elif cell.name:
                last = self.place[cell.name]
        return home

    def by_order(self) -> None:
        """What stands where a cell is missing, between two that are known, is that cell."""
        anchors = [-1, *(i for i, cell in enumerate(self.cells) if cell.name), len(self.cells)]
        for before, behind in pairwise(anchors):
            first = self.place[self.cells[before].name or ""] + 1 if before >= 0 else 0
            end = len(self.order)
            if behind < len(self.cells):
                end = self.place[self.cells[behind].name or ""]
            claimed = self._claimed() if end - first > 0 else set()
            missing = [k for k in self.order[first:end] if k.name not in claimed]
            if any(known.answer for known in missing):
                self._fill(missing, range(before + 1, behind))

    def _fill(self, missing: list[Known], gap: range) -> None:
        tests = [self.place[known.name] for known in missing if known.is_test]
        soonest = min(tests, default=len(self.order))
        for kind in ("code", "markdown"):
            wanted = [known for known in missing if known.answer and known.kind == kind]
            if kind == "code":  # no code goes behind a test that may need it
                wanted = [known for known in wanted if self.place[known.name] < soonest]
            there = [index for index in gap if self._is_free(index, kind)]
            written = [index for index in there if self._is_news(index, wanted)] or there[:1]
            if len(wanted) == len(there):
                for known, index in zip(wanted, there, strict=True):
                    self._call(index, known.name, "order")
            elif len(wanted) == 1 and there:
                # Text in several cells is one text; of code, all runs, and the last one counts.
                for index in there if kind == "markdown" else written[-1:]:
                    self._call(index, wanted[0].name, "order")
            elif there and kind == "markdown" and self._is_news(written[0], wanted):
                self._ask([known.name for known in wanted], "person.which_cell")

    def _is_free(self, index: int, kind: str) -> bool:
        cell = self.cells[index]
        return cell.name is None and cell.kind == kind and not self._is_ours(cell)

    def _is_news(self, index: int, wanted: list[Known]) -> bool:
        """Whether something stands there that none of these had when it was released."""
        return squeezed(self.cells[index].source) not in {self.text[k.name] for k in wanted}

    # ---- around a stub that nobody touched ----

    def around_stubs(self) -> None:
        """A derivation in a cell of its own, above or below the one that was meant for it."""
        anchors = [-1, *(i for i, cell in enumerate(self.cells) if cell.name), len(self.cells)]
        stubs = [place for place in range(1, len(anchors) - 1) if self._is_stub(anchors[place])]
        for place in stubs:
            before, here, behind = anchors[place - 1 : place + 2]
            name = self.cells[here].name or ""
            above, below = self._texts(before, here), self._texts(here, behind)
            if (above and not self._leads_to(before, name)) or (below and self._is_text(behind)):
                self._ask([name], "person.which_cell")
            elif above or below:
                for index in (*above, *below):
                    self.cells[index] = replace(self.cells[index], name=name)
                self.result.repairs.append(Reason.of("repair.added_cell", cell=name))

    def _is_stub(self, index: int) -> bool:
        cell = self.cells[index]
        return self._is_text(index) and not self._is_written(cell)

    def _is_text(self, index: int) -> bool:
        """Whether an answer in words belongs there."""
        return index < len(self.cells) and self._is_answer(self.cells[index].name)

    def _texts(self, before: int, behind: int) -> list[int]:
        """The student's own texts between two cells."""
        between = range(before + 1, behind)
        return [i for i in between if self._is_free(i, "markdown") and self.cells[i].source.strip()]

    def _leads_to(self, before: int, name: str) -> bool:
        """Whether the cell is the text that stands before this one in the assignment."""
        place = self.place[self.cells[before].name or ""] if before >= 0 else -1
        leads = place == self.place[name] - 1
        heading = place < 0 or self.order[place].kind == "markdown"
        return leads and heading and not (before >= 0 and self._is_text(before))

    # ---- what is left ----

    def leftovers(self) -> None:
        """Mathematics that is nobody's answer, while answers are blank, is for a person."""
        written = {cell.name for cell in self.cells if cell.name and self._is_written(cell)}
        texts = [k for k in self.order if k.answer and k.graded and k.kind == "markdown"]
        blank = [known.name for known in texts if known.name not in written]
        before, goes_on = None, False  # the last cell with a name; a text that it begins
        left = False  # whether mathematics stands between
        for index, cell in enumerate(self.cells):
            if cell.name:
                if left and self._is_answer(cell.name):
                    self._ask([cell.name], "person.begun_before")
                before, left = cell.name, False
                goes_on = before in written and self._is_answer(before)  # asked there already
            elif self._is_free(index, "markdown") and is_equation(cell) and not goes_on:
                left = True
                self._ask(self._around(blank, before), "person.which_cell")

    def _is_answer(self, name: str | None) -> bool:
        return name is not None and self.known[name].answer and self.known[name].kind == "markdown"

    def _around(self, blank: list[str], name: str | None) -> list[str]:
        """Which blank answers a text behind this cell may be: any before it, or the next."""
        last = self.place[name] if name else -1
        behind = [one for one in blank if self.place[one] > last]
        return [one for one in blank if self.place[one] <= last] + behind[:1]

    def _ask(self, names: list[str], kind: str) -> None:
        for name in names:
            self.result.people.setdefault(name, Reason.of(kind))

    # ---- words used above ----

    def _claimed(self) -> set[str]:
        return {cell.name for cell in self.cells if cell.name}

    def _call(self, index: int, name: str, how: str) -> None:
        if name not in self.called:
            self.how[how].append(name)
        self.called.add(name)
        self.cells[index] = replace(self.cells[index], name=name)

    def _is_written(self, cell: HandedIn) -> bool:
        """Whether a named cell holds more than it was released with."""
        return squeezed(cell.source) not in ("", self.text[cell.name or ""]) or bool(
            cell.attachments
        )

    def _is_ours(self, cell: HandedIn) -> bool:
        """Whether it is a cell of the assignment that nbgrader does not know."""
        return squeezed(cell.source) in self.unnamed


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A table by key; what two claim is nobody's."""
    found: dict[str, set[str]] = defaultdict(set)
    for key, name in pairs:
        found[key].add(name)
    return {key: names.pop() for key, names in found.items() if len(names) == 1}
