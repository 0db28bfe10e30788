"""Find the notebook in what was handed in: browsers and students rename files."""

from __future__ import annotations

import re
import shutil
from hashlib import file_digest, sha256
from pathlib import Path

from grader.catalogue import Reason
from grader.course.collect.content import content

LARGE = 4_000_000  # bytes
ASK = "Ask the student to hand it in again"

# nbgrader's own pages write a student's id as it stands, between quotes in a script among others.
UNFIT = re.compile(r"[<>\"\\\x00-\x1f\x7f]")

_ENDING = re.compile(r"\.ipynb(\.txt|\.json)?$", re.I)
_COPIED = ".copied"  # beside a copy of ours: its digest


def misnamed(student: str) -> str:
    """Why the name of a hand-in's folder cannot be a student's id; empty if it can."""
    return "a student's id has none of < > \" \\ in it" if UNFIT.search(student) else ""


def put_in_place(folder: Path, assignment: str, released: Path | None = None) -> Path | None:
    """The notebook under its right name, copied there from another if need be, or None.

    The original stays. One that is as it was released counts only if none has work in it. Of
    several wrong names the file that was changed last is taken, and the copy is made anew when one
    is handed in again. OSError if what is there is in the way.
    """
    wanted, note = folder / f"{assignment}.ipynb", folder / _COPIED
    copied = note.is_file() and note.read_bytes() == digest(wanted).encode()
    others = [path for path in _notebooks(folder) if path != wanted]
    blank = _texts(released) if released and others else frozenset[int]()
    worked = {path for path in others if _texts(path) - blank} if blank else set(others)
    if _is_own(wanted) and not copied:
        if not (blank and worked) or _texts(wanted) - blank:
            return wanted
        wanted.rename(folder / f"{assignment} (untouched).ipynb")
    if not others:
        return wanted if copied else None
    latest = max(others, key=lambda path: (path in worked, path.stat().st_mtime, path.name))
    if digest(latest) != digest(wanted):
        wanted.unlink(missing_ok=True)  # it may be a link
        shutil.copyfile(latest, wanted)
        note.write_bytes(digest(wanted).encode())
    return wanted


def _texts(notebook: Path) -> frozenset[int]:
    """What its cells hold; of a large file, whose pictures are work, it is not asked."""
    if not notebook.is_file():
        return frozenset()
    large = notebook.stat().st_size > LARGE
    return frozenset({0}) if large else content(notebook.read_bytes()).texts


def name_remarks(notebook: Path) -> list[Reason]:
    """Say so if the notebook was handed in under another name, or others beside it."""
    others = [path for path in _notebooks(notebook.parent) if path != notebook]
    same = [path.name for path in others if digest(path) == digest(notebook)]
    said = [Reason.of("repair.file_name", file=same[0])] if same else []
    if unread := [path.name for path in others if path.name not in same]:
        said.append(Reason.of("repair.files_unread", files=", ".join(unread)[:200]))
    return said


def digest(file: Path) -> str:
    """Tells whether a file is still the one that was graded."""
    if not file.is_file():
        return ""
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()


def what_is_there(folder: Path) -> str:
    """What was handed in instead of a notebook, in words."""
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    names = ", ".join(path.name + " (a link)" * path.is_symlink() for path in there)
    return f"only {names[:200]}" if names else "the folder is empty"


def _notebooks(folder: Path) -> list[Path]:
    """By whatever name: a browser may add .txt or .json."""
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in there if _ENDING.search(path.name) and _is_own(path)]


def _is_own(path: Path) -> bool:
    """A file of the student's own; a link could lead to another's work, or to the solution."""
    return path.is_file() and path.parent.parent.resolve() in path.resolve().parents
