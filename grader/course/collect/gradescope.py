"""Gradescope: what "Export Submissions" of a programming assignment gives, a zip with

    assignment_77_export/submission_metadata.yml
    assignment_77_export/submission_1001/matrix_derivative.ipynb

The YAML has an entry for each folder: `:submitters:` (a group has several, each with `:name:`,
`:sid:` and `:email:`), `:created_at:`, `:score:`, `:results:` and `:history:`. It was written by
Ruby, so keys begin with a colon and a time may be an object of Rails. Only the active submission's
files are there; earlier ones are told of in `:history:`.

Documentation: https://gradescope-autograders.readthedocs.io/en/latest/submission_metadata/ tells of
the same facts as JSON. No public page describes the YAML; its form is that of exports and of the
programs that read them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from grader.course.collect.handin import Handin, Refusal, UnreadableError
from grader.course.collect.tree import Entry

METADATA = "submission_metadata.yml"


def recognises(entries: list[Entry]) -> bool:
    """The metadata are there."""
    return any(entry.path.name == METADATA for entry in entries)


def read(entries: list[Entry]) -> Iterator[Handin | Refusal]:
    """The hand-ins of a Gradescope export; a group's work goes to each of its members."""
    about, trouble = {}, []
    for entry in entries:
        if entry.path.name == METADATA:
            found = _metadata(entry)
            if isinstance(found, Refusal):
                trouble.append(found)
            else:
                about.update({(entry.path.parent, name): said for name, said in found.items()})
    yield from trouble
    for entry in entries:
        if entry.path.name != METADATA:
            yield from _handins(entry, about)


def _handins(entry: Entry, about: Mapping[Any, Any]) -> Iterator[Handin | Refusal]:
    places = zip(entry.path.parents[1:], entry.path.parts[-2::-1], strict=False)
    where = next((place for place in places if place in about), None)
    said = about[where] if where else None
    people = said.get(":submitters") if isinstance(said, dict) else None
    people = [one for one in people or [] if isinstance(one, dict)]
    if not where or not isinstance(said, dict) or not people:
        yield Refusal(str(entry.path), f"{METADATA} does not say whose it is")
        return
    for person in people:
        yield _handin(entry, where[1], said, person)


def _handin(entry: Entry, folder: str, said: dict[Any, Any], person: dict[Any, Any]) -> Handin:
    when = _time(said.get(":created_at"))
    clues = (str(person.get(name) or "") for name in (":sid", ":email", ":name"))
    earlier = said.get(":history")
    return Handin(
        origin=str(entry.path),
        name=entry.path.name,
        clues=tuple(filter(None, clues)),
        read=entry.read,
        when=when,
        order=(int(when.timestamp()) if when else 0,),
        system="gradescope",
        ticket=folder,
        note=f"{len(earlier)} earlier ones stay with Gradescope" if earlier else "",
    )


def _metadata(entry: Entry) -> dict[str, Any] | Refusal:
    import yaml

    try:
        said = yaml.load(entry.read(), _loader())
    except (UnreadableError, yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        return Refusal(str(entry.path), f"its YAML cannot be read ({reason})")
    if not isinstance(said, dict):
        return Refusal(str(entry.path), "it lists no submissions")
    return {str(name): about for name, about in said.items()}


def _loader() -> Any:
    """YAML's safe loader, to which an object of Ruby's is the mapping that it is written as."""
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        pass

    def plain(loader: Any, _tag: str, node: Any) -> Any:
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)

    Loader.add_multi_constructor("!ruby/", plain)
    return Loader


def _time(said: Any) -> datetime | None:
    from dateutil import parser

    if isinstance(said, dict):  # ActiveSupport::TimeWithZone
        said = said.get("utc") or said.get("time")
    if isinstance(said, str):
        try:
            said = parser.parse(said)
        except (ValueError, OverflowError):
            return None
    if not isinstance(said, datetime):
        return datetime(said.year, said.month, said.day, tzinfo=UTC) if _is_day(said) else None
    return said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)


def _is_day(said: Any) -> bool:
    return isinstance(said, date)
