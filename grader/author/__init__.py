"""Write an assignment from its formulas: problems, solutions and derivations, for instructors."""
