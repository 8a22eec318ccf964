"""One event: its page, its copies as text and JSON, and its proof.

Imports the rest of reports; nothing but its URLs imports it.
"""
