"""The triggers that write down every change of a score, in the two dialects of SQL that we use."""

from __future__ import annotations

from collections.abc import Iterator

# nbgrader's tables, and their columns that a score is made of.
SCORES = [
    ("grade", "auto_score"),
    ("grade", "manual_score"),
    ("grade", "extra_credit"),
    ("submitted_notebook", "late_submission_penalty"),
]
EVENTS = ("INSERT", "UPDATE", "DELETE")

RECORD = """
INSERT INTO grader_audit (at, student, assignment, cell, what, "before", "after", why, "by")
SELECT {now}, submission.student_id, assignment.name,
       (SELECT name FROM base_cell WHERE id = {cell}), '{what}', {before}, {after},
       (SELECT reason FROM grader_why LIMIT 1), {by}
FROM submitted_notebook AS notebook
JOIN submitted_assignment AS submission ON notebook.assignment_id = submission.id
JOIN assignment ON submission.assignment_id = assignment.id
WHERE notebook.id = {notebook};
"""
NOW = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    "postgresql": "to_char(clock_timestamp() AT TIME ZONE 'UTC', "
    '\'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\')',
}
BY = {"sqlite": "NULL", "postgresql": "session_user"}  # a file has no users


def statements(dialect: str) -> Iterator[str]:
    """The SQL that makes all triggers."""
    for table, column in SCORES:
        for event in EVENTS:
            yield from _trigger(dialect, table, column, event)


def _trigger(dialect: str, table: str, column: str, event: str) -> Iterator[str]:
    row = "OLD" if event == "DELETE" else "NEW"
    before = "NULL" if event == "INSERT" else f"OLD.{column}"
    after = "NULL" if event == "DELETE" else f"NEW.{column}"
    record = RECORD.format(
        now=NOW[dialect],
        cell=f"{row}.cell_id" if table == "grade" else "NULL",
        notebook=f"{row}.notebook_id" if table == "grade" else f"{row}.id",
        what=column,
        before=before,
        after=after,
        by=BY[dialect],
    )
    name = f"grader_{table}_{column}_{event.lower()}"
    # Before a row goes, so that what it belongs to can still be looked up.
    when = f"{'BEFORE' if event == 'DELETE' else 'AFTER'} {event} ON {table} FOR EACH ROW"
    if dialect == "sqlite":
        yield f"CREATE TRIGGER {name} {when} WHEN {before} IS NOT {after} BEGIN {record} END"
        return
    body = f"BEGIN {record} RETURN {row}; END"
    yield f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
    differ = f"WHEN ({before} IS DISTINCT FROM {after})"
    yield f"CREATE TRIGGER {name} {when} {differ} EXECUTE FUNCTION {name}()"
