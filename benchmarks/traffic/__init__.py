"""Thirty days of sign-ins that nobody made, in the schema of the public login data set for risk-based authentication.

What it assumes of people and attackers is in ``assumptions.py``. Every row follows from a seed.
"""
