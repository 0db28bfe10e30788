"""What a system wants to see again on feedback: remembered when the hand-in was collected."""

from __future__ import annotations

from grader.course.collect.store import Store
from grader.course.layout import Course


def tickets(course: Course, system: str) -> dict[tuple[str, str], str]:
    """The ticket of each (student, assignment) whose latest hand-in came from this system."""
    return {
        (receipt.student, receipt.assignment): receipt.ticket
        for receipt in Store(course).receipts()
        if receipt.system == system and receipt.role == "notebook"
    }
