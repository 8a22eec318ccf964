"""What triggers cannot record: failures, views of other services' events, refused changes in Django admin.

Imports the registry. Every page and API of the workspace may import it.
"""
