"""The work is killed with -9 at each of its steps."""
