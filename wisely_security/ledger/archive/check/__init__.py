"""Whether archives hold what was sealed: beside the database, and from a file alone."""
