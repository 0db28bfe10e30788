"""Pages that people read: feedback for each student, a report for the class.

Each is one HTML file that needs no network. Whatever a student wrote is quoted or cleaned, so that
nothing of it runs: not Markdown, not outputs, not the name of a student or of a file.
"""
