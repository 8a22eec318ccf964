"""The audited modules, a file each (modules/), the pages that are made from them, their API and their outbox.

Imports both records and all below; nothing of the product imports it, but the demo and devserver do.
"""
