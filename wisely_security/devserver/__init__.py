"""The site on one machine, for development and the demo: a PostgreSQL of its own, and ``manage.py serve``.

embedded/ knows nothing of Django: manage.py uses it before the settings are read. Nothing of the product imports this.
"""
