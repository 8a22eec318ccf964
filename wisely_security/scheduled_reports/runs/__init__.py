"""Runs of scheduled reports: what is due, the frozen period, the summary, the e-mails, the pages behind their links.

Nothing of a file is kept: it is made when it is downloaded, from the period and filters that were frozen at the run. As
events are never changed and the period is over, it is the same each time; it streams like any download, and what was
erased meanwhile is not in it.
"""
