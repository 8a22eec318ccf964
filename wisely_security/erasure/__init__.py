"""Erasing a person, or a tenant that leaves: who they are, support's requests, the work, commands (docs/erasure.md).

Imports everything but the demo; nothing imports it.
"""
