"""Downloads in the form that each system gives them, built from short strings."""

import json
import os
import zipfile
from pathlib import Path

from classroom import tiny

ROSTER = """id,first_name,last_name,email
noether,Emmy,Noether,noether@uni.example
dirac,Paul,Dirac,dirac@uni.example
curie,Marie,Curie,curie@uni.example
"""
CANVAS_GRADEBOOK = """Student,ID,SIS User ID,SIS Login ID,Section,tiny (501)
    Points Possible,,,,,6
"Noether, Emmy",4322,,noether@uni.example,Matrix Calculus,
"Dirac, Paul",4321,,dirac@uni.example,Matrix Calculus,
"Curie, Marie",4323,,curie@uni.example,Matrix Calculus,2.5
"""
MOODLE_WORKSHEET = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 104","Emmy Noether",noether@uni.example,"Submitted for grading",,6.00,Yes,\
"Friday, 20 November 2026, 5:03 PM",-,
"Participant 105","Paul Dirac",dirac@uni.example,"Submitted for grading",,6.00,Yes,\
"Saturday, 21 November 2026, 12:10 AM",-,
"Participant 106","Marie Curie",curie@uni.example,"No submission",,6.00,Yes,-,-,
"""
GRADESCOPE = """\
---
submission_1001:
  :submitters:
  - :name: Emmy Noether
    :sid: noether
    :email: noether@uni.example
  :created_at: 2026-11-20 17:03:00.123456000 Z
  :score: 0.0
  :status: processed
  :results: {}
  :history:
  - :id: 990
    :created_at: 2026-11-19 10:00:00.000000000 Z
    :score: 0.0
submission_1002:
  :submitters:
  - :name: Paul Dirac
    :sid: dirac
    :email: dirac@uni.example
  - :name: Marie Curie
    :sid: curie
    :email: curie@uni.example
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: &1 2026-11-20 18:00:00.000000000 Z
    zone: &2 !ruby/object:ActiveSupport::TimeZone
      name: Etc/UTC
    time: *1
  :score:
  :status: processed
"""


def notebook(answer: str = "") -> bytes:
    """A hand-in of the tiny assignment that differs by its answer."""
    made = tiny()
    for place, cell in enumerate(made.cells):
        cell.id = f"cell-{place}"
    made.cells[2].source = f"def double(x): return {answer or '2 * x'}"
    return json.dumps(made).encode()


def box(path: Path, files: dict[str, bytes | str]) -> Path:
    """A zip with these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return path


def folder(path: Path, files: dict[str, bytes | str]) -> Path:
    """A folder with these files, each a second younger than the one before."""
    for second, (name, data) in enumerate(files.items()):
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        os.utime(file, (1_700_000_000 + second,) * 2)
    return path
