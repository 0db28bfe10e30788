"""Start a hand: argv holds its socket, its page, and where the package `grader` lies."""

import importlib
import mmap
import socket
import sys

# jsonschema would read the grammar of addresses with it, which takes nbformat's import 3 s of 4.
NOT_NEEDED = ("rfc3987_syntax",)

if __name__ == "__main__":
    sys.modules.update(dict.fromkeys(NOT_NEEDED))  # type: ignore[arg-type]
    sys.path.insert(0, sys.argv[3])
    marks = importlib.import_module("grader.budget.marks")
    hand = importlib.import_module("grader.budget.hand")
    page = mmap.mmap(int(sys.argv[2]), marks.SIZE)
    hand.main(socket.socket(fileno=int(sys.argv[1])), page)
