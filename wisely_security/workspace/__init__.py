"""The audited modules (modules/), the pages generated from them, their API and their outbox.

Imports both records and everything below. Only the demo and devserver import it.
"""
