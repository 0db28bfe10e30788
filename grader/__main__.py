"""`python -m grader` is the same as `grader`."""

import sys

from grader.cli import main

sys.exit(main())
