"""What the benchmarks measure: this project's side of each comparison, and the history that they load.

Imports the project; the runners in benchmarks import it.
"""
