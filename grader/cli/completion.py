"""`grader completion SHELL`: what a shell needs to complete commands and options.

grader completion bash > ~/.local/share/bash-completion/completions/grader
grader completion zsh > ~/.zfunc/_grader            # with ~/.zfunc in fpath, before compinit
grader completion fish > ~/.config/fish/completions/grader.fish
"""

from __future__ import annotations

import argparse
import json

from grader.cli.exits import ALL_WELL

SUMMARY = "print a script with which a shell completes grader's commands and options"
SHELLS = ("bash", "zsh", "fish", "tcsh")


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))


def run(chosen: argparse.Namespace) -> int:
    import shtab

    from grader.cli import parser

    script = shtab.complete(parser(), shell=chosen.shell)
    print(json.dumps({"shell": chosen.shell, "script": script}) if chosen.json else script)
    return ALL_WELL
