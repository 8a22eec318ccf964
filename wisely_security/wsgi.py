import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wisely_security.settings")
application = get_wsgi_application()

# Paid for when a worker starts, not by the first person who signs in.
from login_activity import devices, places  # noqa: E402

devices.warm_up()
places.warm_up()
