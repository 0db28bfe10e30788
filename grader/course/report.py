"""The class on one page: who has how many points in what, from the gradebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from grader.course.layout import Course

Standing = Mapping[tuple[str, str], str]  # (student, assignment) -> what stands in the table

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Class report</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }}
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: .3rem 1rem .3rem 0; text-align: left; border-bottom: 1px solid #8886; }}
</style>
<h1>Class report</h1>
<table>
<thead><tr>{head}</tr></thead>
<tbody>
{body}
</tbody>
</table>
</html>
"""


def write_report(course: Course, standing: Standing) -> Path:
    """Write reports/class.html, one file that needs nothing else, and return its path."""
    course.report.parent.mkdir(parents=True, exist_ok=True)
    course.report.write_text(page(standing), encoding="utf-8")
    return course.report


def page(standing: Standing) -> str:
    head, *body = rows(standing)
    lines = (f"<tr>{_cells('td', row)}</tr>" for row in body)
    return PAGE.format(head=_cells("th", head), body="\n".join(lines))


def rows(standing: Standing) -> list[list[str]]:
    """A heading and a row for each student, with a column for each assignment."""
    assignments = sorted({assignment for _, assignment in standing})
    table = [["student", *assignments]]
    for name in sorted({student for student, _ in standing}):
        table.append([name, *(standing.get((name, a), "not handed in") for a in assignments)])
    return table


def _cells(tag: str, texts: Iterable[str]) -> str:
    return "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts)
