"""Devices: what user agents and Client Hints are recognised as, and that no string breaks it."""
