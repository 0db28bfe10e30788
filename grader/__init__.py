"""Say a matrix-calculus problem as its formula, and check answers to it."""
