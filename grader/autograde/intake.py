"""Find the notebook in what was handed in: browsers and students rename files."""

from __future__ import annotations

import re
import shutil
from hashlib import sha256
from pathlib import Path

ASK = "Ask the student to hand it in again"

# nbgrader's own pages write a student's id as it stands, between quotes in a script among others.
UNFIT = re.compile(r"[<>\"\\\x00-\x1f\x7f]")


def misnamed(student: str) -> str:
    """Why the name of a hand-in's folder cannot be a student's id; empty if it can."""
    return "a student's id has none of < > \" \\ in it" if UNFIT.search(student) else ""


def put_in_place(folder: Path, assignment: str) -> Path | None:
    """The notebook under its right name, copied there from another if need be, or None.

    The original stays. Of several wrong names the file that was changed last is taken.
    """
    wanted = folder / f"{assignment}.ipynb"
    if wanted.is_file():
        return wanted
    others = sorted(_notebooks(folder), key=lambda path: (path.stat().st_mtime, path.name))
    if not others:
        return None
    shutil.copyfile(others[-1], wanted)
    return wanted


def name_remarks(notebook: Path) -> list[str]:
    """Say so if the notebook was handed in under another name."""
    same = [
        p for p in _notebooks(notebook.parent) if p != notebook and digest(p) == digest(notebook)
    ]
    return [f"the file was called {same[0].name}"] if same else []


def digest(file: Path) -> str:
    """Tells whether a file is still the one that was graded."""
    return digest_of(file.read_bytes()) if file.is_file() else ""


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()


def what_is_there(folder: Path) -> str:
    """What was handed in instead of a notebook, in words."""
    names = ", ".join(sorted(path.name for path in folder.iterdir())) if folder.is_dir() else ""
    return f"only {names[:200]}" if names else "the folder is empty"


def _notebooks(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.ipynb") if path.is_file())
