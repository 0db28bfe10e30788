"""Derivations in the habits of strangers: `strangers` was seen while the reader was built, `fourth`
was written by somebody who had seen neither the reader nor its texts, and labelled before the run.
"""

import pytest

from .texts import Written, written

# What is known to be short of the label, by text; docs/derivations-first-contact.md says why.
NOT_UNDERSTOOD = {"s23", "s40", "d04", "d08", "d09", "d11", "d13", "d21", "d27", "d28"}
ELSEWHERE = {"d12", "d26"}
CALLED_WRONG = {"d17"}
TEXTS = written("strangers") + written("fourth")


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_a_strangers_text_is_read(text: Written) -> None:
    """A right text comes out right, a wrong one wrong on its line; never the other way round."""
    report, problem = text.report(), text.problem
    if text.verdict == "right":
        short = text.name in NOT_UNDERSTOOD | CALLED_WRONG
        assert report.verdict == "right" or short
        assert report.verdict != "wrong" or text.name in CALLED_WRONG
        return
    lines = {problem["first_wrong_line"], *problem.get("also", [])}
    assert report.verdict != "right"
    assert report.first_wrong_line in lines or text.name in NOT_UNDERSTOOD | ELSEWHERE
