"""Measure what PostgreSQL and a Dask cluster cost against the pool on one machine.

    PYTHONPATH=examples:benchmarks:tests:. python benchmarks/cluster.py            # 2,000 submissions
    PYTHONPATH=examples:benchmarks:tests:. python benchmarks/cluster.py --count 100

The same submissions of `matrix_derivative` are graded by two workers at once: by threads into SQLite,
by threads into PostgreSQL, and by a Dask cluster into PostgreSQL. Scores must be equal. CPU is that
of every process that takes part, the database's server among them. Starting up is measured apart, on
a few submissions, and left out: what is compared is what each submission costs.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench import REPOSITORY, make_course
from sqlalchemy import create_engine, text

from databases import OTHER, as_whom, database, running, use
from grader.course import Course

ASSIGNMENT = "matrix_derivative"
FEW = 4
WAYS = {
    "pool, SQLite": ("2", False),
    "pool, PostgreSQL": ("2", True),
    "Dask, PostgreSQL": ("dask:2", True),
}
