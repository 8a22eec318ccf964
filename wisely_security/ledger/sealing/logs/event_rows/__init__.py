"""Rows of events as text from COPY, which of their columns are sealed, and their leaves."""
