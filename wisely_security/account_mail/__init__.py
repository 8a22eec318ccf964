"""E-mails to people about what was done to their own account: a second factor, the password, a lock.

Each goes into the outbox in the transaction of what it is about, so neither can be without the other. "Was this you?",
about a sign-in, is in ``findings/notifications/``.

Imports the workspace and Login Activity; nothing imports it.
"""
