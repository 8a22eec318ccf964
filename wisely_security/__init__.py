"""The platform, a folder for each part. The files beside them put the parts together and may import all of them:
settings, addresses, the WSGI application, Django admin. Django finds these by name (settings.py, manage.py)."""
