"""What tests of several parts share, a subject a file: the cast, databases, events, servers, sign-ins, downloads.

Imports the product and no other tests; every test may import it. environment.py does before Django is set up.
"""
