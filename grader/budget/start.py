"""Start a hand: argv holds its socket, its page, and where the package `grader` lies."""

import importlib
import mmap
import socket
import sys

if __name__ == "__main__":
    sys.path.insert(0, sys.argv[3])
    importlib.import_module("grader.startup").start_soon()
    marks = importlib.import_module("grader.budget.marks")
    hand = importlib.import_module("grader.budget.hand")
    page = mmap.mmap(int(sys.argv[2]), marks.SIZE)
    hand.main(socket.socket(fileno=int(sys.argv[1])), page)
