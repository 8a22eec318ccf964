"""Schedules: when a report is due, and the pages on which people manage them."""
