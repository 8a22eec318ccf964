"""Archiving, restoring and erasing events: what is kept, proved, and survives a kill. One promise per file."""
