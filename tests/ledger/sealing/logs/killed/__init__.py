"""The sealer is killed with -9 at each of its steps, and under load."""
