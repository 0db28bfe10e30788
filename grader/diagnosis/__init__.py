"""Say why a gradient is wrong, for any problem, from its formula."""

from grader.diagnosis.candidates import candidates
from grader.diagnosis.explain import Explanation, explain
from grader.diagnosis.fit import Asked
from grader.diagnosis.misconceptions import MISCONCEPTIONS

__all__ = ["MISCONCEPTIONS", "Asked", "Explanation", "candidates", "explain"]
