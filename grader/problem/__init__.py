"""Say a problem: one formula and named sizes give all that is asked about it."""

from grader.problem.declared import ProblemError
from grader.problem.points import Point
from grader.problem.problem import Mistake, Problem

__all__ = ["Mistake", "Point", "Problem", "ProblemError"]
