"""What every part of the site needs and what knows none of them: the request context, HTTP, text, errors, static files.

Imports nothing else of the project; everything may import it. settings.py does before Django is set up.
"""
