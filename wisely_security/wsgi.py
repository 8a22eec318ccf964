from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wisely_security.settings")
site = get_wsgi_application()

# Paid for when a worker starts, not by the first person who signs in.
from login_activity.devices import identify  # noqa: E402
from login_activity.places import locate  # noqa: E402
from wisely_security.core.http.charsets import with_harmless_charset  # noqa: E402
from wisely_security.core.http.forwarded_scheme import agreed_scheme  # noqa: E402

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    environ["CONTENT_TYPE"] = with_harmless_charset(environ.get("CONTENT_TYPE", ""))
    environ["HTTP_X_FORWARDED_PROTO"] = agreed_scheme(environ.get("HTTP_X_FORWARDED_PROTO", ""))
    return site(environ, start_response)


identify.warm_up()
locate.warm_up()
