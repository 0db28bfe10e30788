"""Read a source in the form that its system gives it: each form turns files into hand-ins.

A form is recognised by its names; `--from` says it where they leave doubt.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from grader.course.collect import canvas, exchange, gradescope, moodle, plain
from grader.course.collect.handin import Handin, Refusal, UnreadableError
from grader.course.collect.tree import Entry, archive, look_into

Reader = Callable[[list[Entry]], Iterable[Handin | Refusal]]

# In the order of asking: the surest signs first.
FORMS = {
    "gradescope": gradescope,
    "exchange": exchange,
    "moodle": moodle,
    "canvas": canvas,
    "folder": plain,
}


def handins(source: Path, form: str | None = None) -> Iterator[Handin | Refusal]:
    """All hand-ins of a source, and a reason for each file that is none."""
    found = list(look_into(source))
    entries = [one for one in found if isinstance(one, Entry)]
    yield from (one for one in found if isinstance(one, Refusal))
    for one in FORMS[form or recognise(entries)].read(entries):
        yield from _opened(one) if isinstance(one, Handin) else [one]


def recognise(entries: list[Entry]) -> str:
    """The form of a source, by the names in it."""
    return next(name for name, form in FORMS.items() if form.recognises(entries))


def _opened(handin: Handin) -> Iterator[Handin | Refusal]:
    """A hand-in, or what is in it when a student packed the work into a zip."""
    if PurePosixPath(handin.name).suffix.casefold() != ".zip":
        yield handin
        return
    try:
        box = io.BytesIO(handin.read())
    except UnreadableError as error:
        yield Refusal(handin.origin, str(error))
        return
    for found in archive(box, handin.origin):
        if isinstance(found, Refusal):
            yield replace(found, origin=f"{handin.origin}/{found.origin}".removesuffix("/zip"))
        elif found.path.suffix.casefold() == ".zip":
            yield Refusal(f"{handin.origin}/{found.path}", "it is a zip in a zip in the source")
        else:
            name, where = found.path.name, f"{handin.origin}/{found.path}"
            yield replace(handin, origin=where, name=name, read=found.read)
