"""The record of sign-ins: receivers, recorder, lock-out, filters, page; devices/ and places/ say where one came from.

Imports reports and what is below; the Audit Trail and it do not know each other. The workspace takes its countries.
"""
