"""Bring hand-ins into the course: from a folder, a zip, Canvas, Moodle, Gradescope or the exchange.

Nothing is lost and nothing overwritten: each file that comes in is kept in collected/, the latest
of each student goes into submitted/, and each file of the source has its line in the report.
"""

from grader.course.collect.collect import Wanted, collect, wanted
from grader.course.collect.handin import Line

__all__ = ["Line", "Wanted", "collect", "wanted"]
