"""The demo: its tenants, their people, and what they did in 45 days, made by ``manage.py seed_demo``. See docs/demo.md.

For development alone: nothing outside imports it, and elsewhere it is neither installed nor can it be imported.
"""

from django.conf import settings

if not settings.DEVELOPMENT:
    raise ImportError("The demo is for development: its password is public. Set DEBUG=1 to have it.")
