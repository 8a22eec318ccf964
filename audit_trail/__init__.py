"""The record of changes: the registry, triggers/ generated from it, recording/ and report/.

Imports reports and what is below, not Login Activity. The workspace declares its models here.
"""
