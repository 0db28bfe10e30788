"""Look into a folder or a zip that strangers filled: its files, and a reason for each refused one.

Nothing is unpacked to disk. A link is never followed, a path never leaves the source, and no file
is read beyond a limit, whatever sizes a zip claims.
"""

from __future__ import annotations

import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from grader.course.collect.handin import Refusal, UnreadableError

LARGEST = 50_000_000  # bytes of one file; a notebook with figures has one or two million
MOST = 100_000  # entries of one source
DROPPINGS = {"__MACOSX", ".ipynb_checkpoints", ".git", ".DS_Store", "Thumbs.db", "desktop.ini"}

# What zipfile and its decompressors raise over a damaged or forged zip.
DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class Entry:
    """One ordinary file of a source."""

    path: PurePosixPath
    size: int
    modified: datetime
    read: Callable[[], bytes]  # raises `UnreadableError`
    owner: int | None = None


Found = Iterator[Entry | Refusal]


def look_into(source: Path) -> Found:
    """The files of a folder or a zip, in the order of their paths."""
    if source.is_dir():
        found = folder(source)
    elif zipfile.is_zipfile(source):
        found = archive(source)
    else:
        found = iter([Refusal(source.name, "it is neither a folder nor a zip file")])
    return iter(sorted(found, key=_place))


def _place(found: Entry | Refusal) -> str:
    return str(found.path) if isinstance(found, Entry) else found.origin


def is_dropping(path: PurePosixPath) -> bool:
    """Whether a file was left by a system or an editor, and nobody handed it in."""
    return bool(DROPPINGS & set(path.parts)) or path.name.startswith("._")


def most(entries: list[Entry], test: Callable[[Entry], object]) -> bool:
    """Whether more than half of the files pass."""
    return sum(bool(test(entry)) for entry in entries) > len(entries) / 2


def first_match(pattern: re.Pattern[str], parts: Iterable[str]) -> re.Match[str] | None:
    """The first part of a path that reads so."""
    return next(filter(None, map(pattern.fullmatch, parts)), None)


def folder(root: Path) -> Found:
    """The files below a folder, without following links."""
    waiting = [PurePosixPath()]
    while waiting:
        here = waiting.pop()
        try:
            entries = sorted(os.scandir(root / here), key=lambda entry: entry.name)
        except OSError as error:
            yield Refusal(str(here), f"the folder cannot be read ({error.strerror})")
            continue
        for entry in entries:
            path = here / entry.name
            if is_dropping(path):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            else:
                yield _file(root, path, entry)


def _file(root: Path, path: PurePosixPath, entry: os.DirEntry[str]) -> Entry | Refusal:
    try:
        info = entry.stat(follow_symlinks=False)
    except OSError as error:
        return Refusal(str(path), f"it cannot be read ({error.strerror})")
    if stat.S_ISLNK(info.st_mode):
        return Refusal(str(path), "it is a link, which is not followed")
    if not stat.S_ISREG(info.st_mode):
        return Refusal(str(path), "it is a device or a pipe, not a file")
    if info.st_size > LARGEST:
        return Refusal(str(path), _too_large(info.st_size))
    when = datetime.fromtimestamp(info.st_mtime, UTC)
    return Entry(path, info.st_size, when, partial(_read_file, root, path), info.st_uid)


def _read_file(root: Path, path: PurePosixPath) -> bytes:
    try:
        with open(_open_beneath(root, path), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise UnreadableError("it is no longer a file")
            return _read(stream)
    except OSError as error:
        raise UnreadableError(f"it cannot be read ({error.strerror})") from None


def _open_beneath(root: Path, path: PurePosixPath) -> int:
    """Open folder by folder, so that none can be exchanged for a link since we looked."""
    here = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in path.parent.parts:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = below
        return os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=here)
    finally:
        os.close(here)


def archive(file: Path | BinaryIO, inside: str = "") -> Found:
    """The files of a zip; a damaged one is refused as a whole."""
    try:
        box = zipfile.ZipFile(file)
    except DAMAGES as error:
        yield Refusal(inside or getattr(file, "name", "zip"), f"it is a damaged zip ({error})")
        return
    if len(box.infolist()) > MOST:
        yield Refusal(inside or "zip", f"it has {len(box.infolist())} entries; at most {MOST}")
        return
    for info in box.infolist():
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if not info.is_dir() and not is_dropping(path):
            yield _member(box, info, path)


def _member(box: zipfile.ZipFile, info: zipfile.ZipInfo, path: PurePosixPath) -> Entry | Refusal:
    why = _refused(info, path)
    if why:
        return Refusal(info.filename, why)
    return Entry(path, info.file_size, _modified(info), partial(_read_member, box, info))


def _refused(info: zipfile.ZipInfo, path: PurePosixPath) -> str:
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        return "its path leads out of the zip"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link, which is not followed"
    if info.flag_bits & 1:
        return "it is locked with a password"
    return _too_large(info.file_size) if info.file_size > LARGEST else ""


def _read_member(box: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with box.open(info) as stream:
            return _read(stream)
    except DAMAGES as error:
        raise UnreadableError(f"it is damaged in the zip ({error})") from None


def _modified(info: zipfile.ZipInfo) -> datetime:
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:  # a zip may claim the 0th of the 0th month
        return datetime(1980, 1, 1, tzinfo=UTC)


def _read(stream: IO[bytes]) -> bytes:
    """All of a stream, read no further than the limit: what a zip claims is not believed."""
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise UnreadableError(_too_large(len(data)))
    return data


def _too_large(size: int) -> str:
    return f"it is too large ({size:,} bytes or more; at most {LARGEST:,})"
