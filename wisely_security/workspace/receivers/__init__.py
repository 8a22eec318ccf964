"""Checkpoints on their way to the receivers that tenants have entered: by e-mail, by webhook and to witnesses.

Imports the workspace and what is below it; the receivers' module imports its secrets, gunicorn.conf.py its thread.
"""
