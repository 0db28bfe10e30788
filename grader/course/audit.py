"""Every change of a score, whoever makes it: grader, nbgrader, formgrader, or a person with SQL.

The database itself keeps the record, by triggers, so that no program can forget to. A change that
we make ourselves carries its reason: `because` puts it where the triggers find it.

    with because(book, "a hidden test was corrected"):
        grade.auto_score = 2.0
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, inspect, select

from grader.course.records import AUDIT, TABLES, WHY
from grader.course.triggers import statements


@dataclass(frozen=True)
class Change:
    """One score before and after; None is no score."""

    at: str
    student: str | None
    assignment: str | None
    cell: str | None  # None for a whole notebook's penalty
    what: str
    before: float | None
    after: float | None
    why: str | None
    by: str | None  # the database's user, where it has users


def changes(book: Any, student: str | None = None, assignment: str | None = None) -> list[Change]:
    """The record, oldest first."""
    query = select(*AUDIT.columns[1:]).order_by(AUDIT.c.id)
    if student is not None:
        query = query.where(AUDIT.c.student == student)
    if assignment is not None:
        query = query.where(AUDIT.c.assignment == assignment)
    return [Change(*row) for row in book.db.execute(query)]


@contextmanager
def because(book: Any, why: str) -> Iterator[None]:
    """Give a reason to all changes of scores in the block, and commit them together or not at all.

    The reason stands in a table for the length of this transaction, where nobody else sees it.
    """
    book.db.commit()
    book.db.execute(insert(WHY).values(reason=why))
    try:
        yield
        book.db.flush()
        book.db.execute(delete(WHY))
        book.db.commit()
    except BaseException:
        book.db.rollback()
        raise


def watch(book: Any) -> None:
    """Make our tables and the triggers, unless they are there."""
    if inspect(book.engine).has_table(AUDIT.name):
        return
    with book.engine.begin() as connection:
        TABLES.create_all(connection)
        for statement in statements(book.engine.dialect.name):
            connection.exec_driver_sql(statement)
