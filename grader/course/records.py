"""Our own tables in the gradebook, beside nbgrader's: what it has no place for."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Integer, MetaData, Table, Text

TABLES = MetaData()
NUMBER = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only plain integers

# Every change of a score, written by triggers.
AUDIT = Table(
    "grader_audit",
    TABLES,
    Column("id", NUMBER, primary_key=True),
    Column("at", Text, nullable=False),
    Column("student", Text),
    Column("assignment", Text),
    Column("cell", Text),
    Column("what", Text, nullable=False),
    Column("before", Float),
    Column("after", Float),
    Column("why", Text),
    Column("by", Text),
)

# The reason of the changes that a transaction is about to make; empty outside of transactions.
WHY = Table("grader_why", TABLES, Column("reason", Text, nullable=False))

# Extra time that was promised; of several promises the last counts.
EXTRA_TIME = Table(
    "grader_extra_time",
    TABLES,
    Column("id", NUMBER, primary_key=True),
    Column("student", Text, nullable=False),
    Column("assignment", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Text, nullable=False),
)
