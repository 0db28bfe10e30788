"""Know the functions of the homework: one row each, from which all other rooms read."""
