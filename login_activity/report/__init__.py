"""Login Activity's page, event page and downloads.

Imports the model. The demo and the benchmarks import it; recorders do not.
"""
