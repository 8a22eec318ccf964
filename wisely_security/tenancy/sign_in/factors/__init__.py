"""Second factors: authenticator apps, recovery codes, and the sign-in that waits for one of them.

Imports the models and signals. What a factor is asked by (pages) is in ``views/factors/``.
"""
