"""Handle what a student wrote within a budget: 2 s of CPU and 300 MB, whatever the text.

    from grader.budget import Budget, within

    page = within(Budget(), rendered, notebook)      # a function of a module, and its arguments

The function runs in a small process beside this one (`hand`), which holds our own code and nothing
else. The kernel counts its CPU and its memory; if it has more than it may, it ends, and nobody else
has waited longer than that. The function asks `costs_too_much(text)` before it takes a text on: of
a text that an earlier try ended in the answer is yes, and the rest is done without it.
"""

from .marks import costs_too_much
from .skimming import cells_alone, is_too_large, without_outputs
from .text import decoded_json
from .within import SECONDS, Budget, HandError, TooMuchError, close, within

__all__ = [
    "SECONDS",
    "Budget",
    "HandError",
    "TooMuchError",
    "cells_alone",
    "close",
    "costs_too_much",
    "decoded_json",
    "is_too_large",
    "within",
    "without_outputs",
]
