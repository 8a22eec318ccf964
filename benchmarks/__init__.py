"""What recording, exporting and reading cost beside peers: ``make bench`` writes docs/reference/benchmarks.md.

One program a comparison and one file for what it runs, hence so many. Imports the product and tests/support/.
"""
