"""The base of every record, and what several modules share: validators, API keys, reference lists.

Imports nothing of the workspace. Everything in it may import this.
"""
