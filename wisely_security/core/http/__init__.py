"""What a request is before any view has it: its address, scheme, charset, body, context; and what every answer gets.

Imports the rest of core alone; settings.py and wsgi.py name what is here.
"""
