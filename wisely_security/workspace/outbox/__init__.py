"""Notifications, written with the change that they report and sent afterwards by a thread of each web process.

Imports the workspace and what is below it; the workspace imports its models, gunicorn.conf.py its thread.
"""
