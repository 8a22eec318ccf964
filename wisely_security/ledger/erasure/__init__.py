"""Erasing a person from events that stay: what goes, what is left, and how both are proved (docs/operating/erasure.md).

Imports sealing and models; verify and the app `wisely_security.erasure` import it. As the owner of the database alone.
"""
