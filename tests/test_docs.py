"""What README says can be typed, and what can be typed is in README."""

import re
import shlex

import pytest

from classroom import REPOSITORY
from grader.algebra.operations import OPERATIONS
from grader.cli import COMMANDS, parser

README = (REPOSITORY / "README.md").read_text()
MAKEFILE = (REPOSITORY / "Makefile").read_text()
PAGES = ["README.md", "CONTRIBUTING.md"]


def typed(program: str) -> list[list[str]]:
    """The command lines of README's shell blocks that call a program, in words."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    lines = "\n".join(blocks).splitlines()
    return [shlex.split(line, comments=True) for line in lines if line.startswith(program + " ")]


@pytest.mark.parametrize("words", typed("grader"), ids=" ".join)
def test_each_grader_command_in_readme_can_be_typed(words) -> None:
    assert parser().parse_args(words[1:]).run


def test_readme_shows_every_command() -> None:
    assert {words[1] for words in typed("grader")} == set(COMMANDS)


@pytest.mark.parametrize("page", PAGES)
def test_each_make_target_that_is_named_exists(page) -> None:
    named = set(re.findall(r"\bmake ([a-z-]+)\b(?=`|  )", (REPOSITORY / page).read_text()))
    assert named
    assert named <= set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
def test_each_file_that_is_linked_exists(page) -> None:
    for target in re.findall(r"\]\((?!http)([^)]+)\)", (REPOSITORY / page).read_text()):
        assert (REPOSITORY / target).is_file(), target


def test_continuous_integration_runs_readmes_test_command() -> None:
    run = (REPOSITORY / ".ci" / "run").read_text()
    assert "make test" in README
    assert "make test\n" in run


def test_every_operation_and_every_module_that_is_named_is_there() -> None:
    """docs/mathematics.md has the whole table of operations, and points at files that exist."""
    text = (REPOSITORY / "docs" / "mathematics.md").read_text()
    assert [name for name in OPERATIONS if f"`{name}`" not in text] == []
    named = set(re.findall(r"(?<!/)\b((?:algebra|latex|problem)/[a-z_]+(?:\.\w+)?)", text))
    files = [REPOSITORY / "grader" / (name if "." in name else f"{name}.py") for name in named]
    assert len(files) > 8
    assert [str(file) for file in files if not file.is_file()] == []


def test_every_room_is_described() -> None:
    said = (REPOSITORY / "CONTRIBUTING.md").read_text()
    rooms = {path.stem for path in (REPOSITORY / "grader").iterdir() if path.stem[0] != "_"}
    missing = {room for room in rooms - {"py"} if f"| `{room}` |" not in said}
    assert not missing
