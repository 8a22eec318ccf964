"""Tests of login_activity/: devices, places, lock-out, names of sessions, and the page."""
