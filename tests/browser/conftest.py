"""Browser tests need playwright, which the rest of the suite does not."""

collect_ignore = ["pictures.py"]  # a tool, and its doctests would import playwright
