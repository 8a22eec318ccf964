"""Saved views, schedules, and what a run sends and shows."""
