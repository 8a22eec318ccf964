"""Checkpoints on their way to the receivers that tenants have entered: by e-mail, by webhook and to witnesses.

Imports the workspace and what is below it; the module of receivers imports its model and secrets.
"""
