"""A course directory: make one, release its assignments, give feedback, report on the class."""

from grader.course.layout import Course

__all__ = ["Course"]
