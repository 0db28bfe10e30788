"""Say a problem: one formula and named sizes give all that is asked about it."""

from grader.problem.points import Point
from grader.problem.problem import Mistake, Problem, ProblemError

__all__ = ["Mistake", "Point", "Problem", "ProblemError"]
