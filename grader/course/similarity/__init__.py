"""Which hand-ins are too much alike, as evidence for a person; never a score.

Right answers to one question resemble each other, so likeness alone says little. What counts is
rarity: passages that two students share and hardly anybody else has, after names, layout and
brackets are made equal and what the edition and the solution say is left out.
"""

from grader.course.similarity.pairs import Pair, Passage, similar
from grader.course.similarity.works import Work, works

__all__ = ["Pair", "Passage", "Work", "similar", "works"]
