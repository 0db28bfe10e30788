"""What the terminal shows: aligned, in colour only where there is one, and never obeyed."""

import io
import shutil
import subprocess

import pytest

from grader.cli import COMMANDS, main
from grader.cli.table import table


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_columns_are_aligned_whatever_alphabet() -> None:
    lines = table([("漢字", "1/3"), ("Emmy", "10/30")], io.StringIO()).splitlines()
    assert lines == ["漢字    1/3", "Emmy  10/30"]


def test_no_colours_but_on_a_terminal(monkeypatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[32m" in table([("graded",)], Terminal())
    assert "\x1b" not in table([("graded",)], io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in table([("graded",)], Terminal())


def test_a_name_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in table([("a\x1b]0;owned\x07b",)], io.StringIO())


def test_no_rows_make_no_lines() -> None:
    assert table([]) == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_names_every_command(shell, capsys) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(name in script for name in COMMANDS)


def test_bash_completes_a_command(tmp_path, capsys) -> None:
    if not shutil.which("bash"):
        pytest.skip("needs bash")
    main(["completion", "bash"])
    script = tmp_path / "grader.bash"
    script.write_text(capsys.readouterr().out)
    ask = f"source {script}; COMP_WORDS=(grader feed); COMP_CWORD=1; _shtab_grader; "
    done = subprocess.run(
        ["bash", "-c", ask + 'echo "${COMPREPLY[@]}"'],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "feedback"
