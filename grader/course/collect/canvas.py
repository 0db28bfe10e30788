"""Canvas: what "Download Submissions" of an assignment gives, a flat zip of files named

    diracpaul_4321_98765_matrix_derivative.ipynb
    noetheremmy_LATE_4322_98770_matrix_derivative-1.ipynb

that is: the sortable name without its punctuation, LATE where Canvas thinks so, the user's number,
the attachment's number, and the student's own file name. Only the last attempt is there, and no
time is. An assignment graded anonymously has `anon_` and a code in place of name and number.
When marked files are uploaded, Canvas finds the student by the first two bare numbers of the name.

Documentation: Canvas Instructor Guide, "How do I download all student submissions for an
assignment?". The names are made by `get_filename` and `add_upload_submission` in
https://github.com/instructure/canvas-lms/blob/master/lib/content_zipper.rb and read back by
`infer_comment_context_from_filename` in its app/models/assignment.rb.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.course.collect.handin import Handin, Refusal
from grader.course.collect.tree import Entry, most
from grader.course.roster import canvas

NAME = re.compile(
    r"(?P<ticket>(?:(?P<name>.*?)_)?(?P<late>LATE_)?"
    r"(?P<user>\d+|anon_[0-9A-Za-z]+)_(?P<attachment>\d+))_(?P<file>.+)"
)
TYPED = re.compile(r".*_(text|link)\.html")


def recognises(entries: list[Entry]) -> bool:
    """Most files of a Canvas download have Canvas's names, and none is in a folder."""
    fit = most(entries, lambda entry: NAME.fullmatch(entry.path.name))
    return fit and len({entry.path.parent for entry in entries}) == 1


def read(entries: list[Entry]) -> Iterator[Handin | Refusal]:
    """The hand-ins of a Canvas download."""
    for entry in entries:
        name = NAME.fullmatch(entry.path.name)
        if TYPED.fullmatch(entry.path.name):
            yield Refusal(str(entry.path), "it was typed into Canvas, not handed in as a file")
        elif name is None:
            yield Refusal(str(entry.path), "its name has no user and attachment number of Canvas")
        else:
            yield _handin(entry, name)


def _handin(entry: Entry, name: re.Match[str]) -> Handin:
    return Handin(
        origin=str(entry.path),
        name=name["file"],
        clues=(canvas(name["user"]), name["name"] or ""),
        read=entry.read,
        order=(int(name["attachment"]),),  # Canvas numbers attachments as they come
        system="canvas",
        ticket=name["ticket"],
        note="late, says Canvas, which gives no time here" if name["late"] else "",
    )
