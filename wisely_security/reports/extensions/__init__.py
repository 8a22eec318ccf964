"""What other apps add to the pages of the records, which know nothing of them: findings, notes, how a session began.

Imports nothing of reports but types; those apps register here, and reports reads it.
"""
