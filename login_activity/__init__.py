"""The record of sign-ins: sign_ins/ records them, devices/ and places/ identify their origin, report/ shows them.

Imports reports and what is below, not the Audit Trail. The workspace imports its countries.
"""
