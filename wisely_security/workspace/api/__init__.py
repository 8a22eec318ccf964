"""The HTTP API through which a tenant's own services report what they did. docs/using/api.md describes it.

Imports the workspace and what is below it; nothing imports this but settings.py and the site's addresses.
"""
