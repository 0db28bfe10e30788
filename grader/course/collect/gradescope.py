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
DEEPEST = 50  # levels of YAML; results of an autograder have about ten


def recognises(entries: list[Entry]) -> bool:
    """The metadata are there, and not somewhere in what a student handed in."""
    return any(entry.path.name == METADATA and len(entry.path.parts) <= 2 for entry in entries)


def read(entries: list[Entry]) -> Iterator[Handin | Refusal]:
    """The hand-ins of a Gradescope export; a group's work goes to each of its members."""
    metadata = min((one for one in entries if one.path.name == METADATA), key=_depth, default=None)
    about = _metadata(metadata) if metadata else Refusal("", f"there is no {METADATA}")
    if isinstance(about, Refusal):
        yield about
        about = {}
    for entry in entries:
        if metadata and entry is not metadata:
            yield from _handins(entry, _folder(entry, metadata), about)


def _depth(entry: Entry) -> int:
    """A student may hand in metadata too: Gradescope's own lie nearest to the top."""
    return len(entry.path.parts)


def _folder(entry: Entry, metadata: Entry) -> str:
    """The name of the folder beside the metadata that a file is in."""
    top = metadata.path.parent
    return entry.path.relative_to(top).parts[0] if entry.path.is_relative_to(top) else ""


def _handins(entry: Entry, folder: str, about: Mapping[str, Any]) -> Iterator[Handin | Refusal]:
    said = about.get(folder)
    people = said.get(":submitters") if isinstance(said, dict) else None
    known = [one for one in people if isinstance(one, dict)] if isinstance(people, list) else []
    if not isinstance(said, dict) or not known:
        yield Refusal(str(entry.path), f"{METADATA} does not say whose it is")
        return
    for person in known:
        yield _handin(entry, folder, said, person)


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
        raw = entry.read()
        _refuse_depth(raw)
        said = yaml.load(raw, _loader())
    except (UnreadableError, yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        return Refusal(str(entry.path), f"its YAML cannot be read ({reason})")
    if not isinstance(said, dict):
        return Refusal(str(entry.path), "it lists no submissions")
    return {str(name): about for name, about in said.items()}


def _refuse_depth(raw: bytes) -> None:
    """Raise ValueError when the YAML is nested so deep that building it would end the process."""
    import yaml

    depth = 0
    for event in yaml.parse(raw, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} levels deep")


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
