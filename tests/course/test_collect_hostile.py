"""A source that means harm gets a clear line for each file, and harms nothing."""

import io
import os
import stat
import struct
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from classroom import TINY, make_course
from downloads import GRADESCOPE, ROSTER, box, folder, notebook
from grader.course import Course
from grader.course.collect import collect, wanted
from grader.course.collect import tree as trees
from grader.course.collect.handin import Refusal, UnreadableError
from grader.course.roster import RosterError, is_safe_id, read_roster


@pytest.fixture
def course(tmp_path: Path) -> Course:
    made = make_course(tmp_path / "course")
    (made.root / "roster.csv").write_text(ROSTER)
    return made


def told(course: Course, source: Path, **more) -> dict[str, str]:
    """What the lines say of each file: its action, or why it is refused."""
    lines = collect(course, source, wanted(course, **more))
    return {line.origin: line.why if line.action == "refused" else line.action for line in lines}


def outside(course: Course) -> list[Path]:
    """Files beside the course and the source, where nothing may ever be written."""
    around = course.root.parent
    return [path for path in around.rglob("*") if course.root not in path.parents]


@pytest.mark.parametrize(
    "name",
    [
        "../noether.ipynb",
        "noether/../../../etc/noether.ipynb",
        "/etc/noether.ipynb",
        "..\\noether.ipynb",
        "C:\\noether.ipynb",
    ],
)
def test_paths_that_climb_out(course: Course, tmp_path: Path, name: str) -> None:
    """A path that leads out of the zip is refused, whatever its slashes."""
    source = box(tmp_path / "in.zip", {name: notebook()})
    before = outside(course)
    assert list(told(course, source).values()) == ["its path leads out of the zip"]
    assert outside(course) == before


def test_links_in_a_zip(course: Course, tmp_path: Path) -> None:
    """A link in a zip is not followed."""
    link = zipfile.ZipInfo("noether/tiny.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    assert told(course, tmp_path / "in.zip") == {
        "noether/tiny.ipynb": "it is a link, which is not followed"
    }


def test_links_and_pipes_in_a_folder(course: Course, tmp_path: Path) -> None:
    """Links to files and folders are not followed; a pipe does not make us wait for ever."""
    secret = folder(tmp_path / "secret", {"tiny.ipynb": notebook("secret")})
    source = folder(tmp_path / "in", {"noether/tiny.ipynb": notebook()})
    (source / "dirac").symlink_to(secret)
    (source / "noether" / "more.ipynb").symlink_to(secret / "tiny.ipynb")
    os.mkfifo(source / "noether" / "pipe.ipynb")
    assert told(course, source) == {
        "dirac": "it is a link, which is not followed",
        "noether/more.ipynb": "it is a link, which is not followed",
        "noether/pipe.ipynb": "it is a device or a pipe, not a file",
        "noether/tiny.ipynb": "new",
    }


def test_a_folder_exchanged_for_a_link_while_we_look(tmp_path: Path) -> None:
    """Between looking and reading, a folder may become a link: it is not followed then either."""
    source = folder(tmp_path / "in", {"noether/tiny.ipynb": b"mine"})
    (found,) = trees.look_into(source)
    (source / "noether").rename(tmp_path / "gone")
    secret = folder(tmp_path / "secret", {"tiny.ipynb": b"secret"})
    (source / "noether").symlink_to(secret)
    assert isinstance(found, trees.Entry)
    with pytest.raises(UnreadableError, match="cannot be read"):
        found.read()


def test_a_zip_bomb(course: Course, tmp_path: Path) -> None:
    """Ten thousand times its size when unpacked: refused by what it says it holds."""
    source = box(tmp_path / "in.zip", {"noether/tiny.ipynb": bytes(trees.LARGEST + 1)})
    assert source.stat().st_size < 100_000
    assert "too large" in told(course, source)["noether/tiny.ipynb"]
    assert not (course.root / "collected").exists()


def test_a_zip_bomb_that_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A bomb that claims to be small is read no further than the limit."""
    monkeypatch.setattr(trees, "LARGEST", 1000)
    raw = bytearray(box(tmp_path / "in.zip", {"a.ipynb": bytes(1_000_000)}).read_bytes())
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = raw.find(mark) + place
        raw[at : at + 4] = struct.pack("<I", 999)
    (found,) = trees.archive(io.BytesIO(bytes(raw)))
    assert isinstance(found, trees.Entry)
    with pytest.raises(UnreadableError):
        found.read()


def test_too_many_entries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A zip of a million empty files is refused as a whole."""
    monkeypatch.setattr(trees, "MOST", 10)
    many = box(tmp_path / "in.zip", {f"{number}.ipynb": b"" for number in range(11)})
    (found,) = trees.archive(many)
    assert isinstance(found, Refusal)


def test_a_damaged_zip(course: Course, tmp_path: Path) -> None:
    """A file damaged inside the zip is told; the others come in."""
    source = box(tmp_path / "in.zip", {"dirac.ipynb": notebook(), "noether.ipynb": notebook()})
    raw = bytearray(source.read_bytes())
    at = raw.find(b"noether.ipynb") + 40
    raw[at : at + 20] = bytes(20)
    source.write_bytes(raw)
    said = told(course, source)
    assert said["dirac.ipynb"] == "new"
    assert said["noether.ipynb"].startswith("it is damaged in the zip")


def test_a_zip_cut_short_or_none(course: Course, tmp_path: Path) -> None:
    """A download that broke off, and a file that is no zip, are one line each."""
    whole = box(tmp_path / "whole.zip", {"noether.ipynb": notebook()}).read_bytes()
    for name, raw in {"cut.zip": whole[:-30], "not.zip": b"hello", "empty.zip": b""}.items():
        (tmp_path / name).write_bytes(raw)
        assert told(course, tmp_path / name) == {name: "it is neither a folder nor a zip file"}


def test_a_locked_zip(course: Course, tmp_path: Path) -> None:
    """A password is asked of the student, not of us."""
    source = box(tmp_path / "in.zip", {"noether.ipynb": notebook()})
    raw = bytearray(source.read_bytes())
    raw[raw.find(b"PK\x01\x02") + 8] |= 1
    source.write_bytes(raw)
    assert told(course, source) == {"noether.ipynb": "it is locked with a password"}


def test_two_entries_of_one_name(course: Course, tmp_path: Path) -> None:
    """A zip may hold a name twice: which one counts is not to be told, so neither goes forward."""
    source = box(tmp_path / "in.zip", {"noether/a.ipynb": notebook("1")})
    with zipfile.ZipFile(source, "a") as made:
        made.writestr("noether/b.ipynb", notebook("2"))
    source.write_bytes(source.read_bytes().replace(b"noether/b", b"noether/a"))
    lines = list(collect(course, source, wanted(course)))
    assert [line.action for line in lines] == ["refused", "refused"]
    assert all("which" in line.why for line in lines)


@pytest.mark.parametrize(
    "raw",
    [b"[" * 200_000, b"\xff\xfe\x00", b"null", b'{"cells": 3}', b'{"worksheets": [3]}', b"\x00"],
)
def test_notebooks_made_to_break_the_reader(course: Course, tmp_path: Path, raw: bytes) -> None:
    """Whatever is in a file, it is handed in, and its fault is told."""
    assert told(course, folder(tmp_path / "in", {"noether/tiny.ipynb": raw})) == {
        "noether/tiny.ipynb": "new"
    }
    assert course.submitted("noether", TINY).read_bytes() == raw


@pytest.mark.parametrize(
    "yaml",
    [
        "!!python/object/apply:os.system ['touch pwned']",
        "[" * 50_000,
        "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]",
        "submission_1: {:submitters: [3, null]}",
        "- 1",
        "\x00",
    ],
)
def test_a_hostile_yaml(course: Course, tmp_path: Path, yaml: str) -> None:
    """YAML makes no objects and runs nothing; without it nobody's file is guessed at."""
    files = {"x/submission_metadata.yml": yaml, "x/submission_1/tiny.ipynb": notebook()}
    said = told(course, box(tmp_path / "in.zip", files))
    assert "does not say whose it is" in said["x/submission_1/tiny.ipynb"]
    assert not Path("pwned").exists()


def test_metadata_that_a_student_hands_in(course: Course, tmp_path: Path) -> None:
    """Nobody hands in for another by putting metadata of their own into their work."""
    forged = "evil:\n  :submitters:\n  - :sid: dirac\n"
    files = {
        "x/submission_metadata.yml": GRADESCOPE,
        "x/submission_1001/submission_metadata.yml": forged,
        "x/submission_1001/evil/tiny.ipynb": notebook("forged"),
    }
    told(course, box(tmp_path / "in.zip", files))
    assert course.submitted("noether", TINY).is_file()
    assert not course.submitted("dirac", TINY).exists()


def test_one_students_file_name_does_not_change_how_all_are_read(
    course: Course, tmp_path: Path
) -> None:
    """A file called the way another system would call it is one file, not another system."""
    files = {
        "noetheremmy_4322_98_tiny.ipynb": notebook("1"),
        "diracpaul_4321_99_Marie Curie_106_assignsubmission_file_tiny.ipynb": notebook("2"),
        "curiemarie_4323_97_submission_metadata.yml": "x",
    }
    said = told(course, box(tmp_path / "in.zip", files))
    assert list(said.values()).count("new") == 2
    assert course.submitted("dirac", TINY).is_file()


def test_names_that_speak_to_the_terminal(course: Course, tmp_path: Path) -> None:
    """A file name's control characters are shown, not obeyed."""
    name = "noether_\x1b[2J_evil.ipynb"
    (line,) = collect(course, folder(tmp_path / "in", {name: notebook()}), wanted(course))
    assert "\x1b" not in str(line)
    (kept,) = (course.root / "collected").rglob("*.ipynb")
    assert "\x1b" not in kept.name


@pytest.mark.parametrize("student", ["..", ".hidden", "a/b", "a*", "[a]", "a\nb", "", "x" * 129])
def test_ids_that_cannot_name_a_folder(student: str) -> None:
    """An id is a folder's name and part of a glob: some are refused."""
    assert not is_safe_id(student)


@pytest.mark.parametrize("student", ["noether", "2026-17", "emmy@uni.example", "王小明", "o'neil"])
def test_ids_as_people_have_them(student: str) -> None:
    assert is_safe_id(student)


def test_without_a_roster_a_hostile_name_makes_no_folder(course: Course, tmp_path: Path) -> None:
    """With no roster a name becomes an id only if it may name a folder."""
    (course.root / "roster.csv").unlink()
    said = told(course, box(tmp_path / "in.zip", {"a*b/tiny.ipynb": notebook()}))
    assert said == {"a*b/tiny.ipynb": "'a*b' cannot be a student's id; give a roster"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id\nnoether\nnoether\n", "line 3: 'noether' is there twice"),
        ("id\n../etc\n", "line 2: '../etc' cannot name a folder"),
    ],
)
def test_a_roster_that_cannot_be(tmp_path: Path, text: str, message: str) -> None:
    """A roster's fault is told with its line."""
    file = tmp_path / "roster.csv"
    file.write_text(text)
    with pytest.raises(RosterError, match=message):
        read_roster(file)


def test_a_roster_from_a_spreadsheet(tmp_path: Path) -> None:
    """UTF-16 with semicolons or tabs, as spreadsheets save it, reads the same."""
    file = tmp_path / "roster.csv"
    file.write_bytes("id;first_name;last_name\nnøther;Emmy;Nöther\n".encode("utf-16"))
    assert [student.names for student in read_roster(file).students] == [
        {"Emmy Nöther", "Nöther, Emmy"}
    ]


def test_droppings_are_not_told_of(course: Course, tmp_path: Path) -> None:
    """What systems leave in folders and zips was handed in by nobody."""
    files = {"__MACOSX/._tiny.ipynb": b"", "noether/.ipynb_checkpoints/tiny.ipynb": notebook()}
    assert told(course, box(tmp_path / "in.zip", files)) == {}
    assert trees.is_dropping(PurePosixPath("a/.DS_Store"))


def test_group_metadata_for_a_missing_folder(course: Course, tmp_path: Path) -> None:
    """Metadata without files hand in nothing."""
    assert told(course, box(tmp_path / "in.zip", {"x/submission_metadata.yml": GRADESCOPE})) == {}
