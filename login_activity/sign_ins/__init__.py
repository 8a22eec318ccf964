"""Signing in as it is recorded (recorder, receivers of signals) and stopped when somebody guesses (lockout).

Imports devices and places. Only the recorder writes Login Activity.
"""
