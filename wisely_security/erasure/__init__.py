"""Erasing a person, or a tenant that leaves: support's requests, the work, commands (docs/operating/erasure.md).

Imports everything but the demo; nothing imports it.
"""
