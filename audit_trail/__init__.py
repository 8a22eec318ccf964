"""The record of changes: the registry, the triggers made from it, recorder, failures, filters, page and download.

Imports reports and what is below; Login Activity and it do not know each other. The workspace declares its models here.
"""
