"""What somebody typed into a form that came too late: their session had ended, or had been renewed.

It is kept until the form is shown again, to the same person alone, filled in but not sent. Pages say that theirs may be
(``restores_typed``); one that asks for a password never does.
"""

from __future__ import annotations

import time
from typing import Any

from django.core import signing
from django.forms import BaseForm
from django.http import HttpRequest, QueryDict

from ..models import User
from .form_owner import FIELD, current_owner, owner_token

CARRIED = "unsaved"  # the field of the sign-in page that carries it
SALT = "wisely_security.unsaved"
LONGEST = 100_000  # characters, as they are sent
HOURS = 12  # for signing in
MINUTES = 15  # for opening the form, which nobody expects to be filled in later
_KEY = "unsaved"  # in the session
_NOT_TYPED = {"csrfmiddlewaretoken", FIELD}


def typed_in(request: HttpRequest) -> str:
    """The form as it was sent. "": it is not to be kept, or too long."""
    view = getattr(request.resolver_match and request.resolver_match.func, "view_class", None)
    if not getattr(view, "restores_typed", False):
        return ""
    typed = request.POST.copy()
    for name in _NOT_TYPED:
        typed.pop(name, None)
    encoded = typed.urlencode()
    return encoded if len(encoded) <= LONGEST else ""


def keep(request: HttpRequest) -> bool:
    """For whoever is signed in: the form's page shows it next time."""
    typed = typed_in(request)
    if typed:
        _put(request, {"path": request.path, "typed": typed, "owner": request.POST.get(FIELD, "")})
    return bool(typed)


def _put(request: HttpRequest, kept: dict[str, Any]) -> None:
    request.session[_KEY] = {**kept, "at": int(time.time())}


def pack(request: HttpRequest) -> str:
    """For the sign-in page to carry. "": nothing is kept."""
    kept = {"path": request.path, "typed": typed_in(request), "owner": request.POST.get(FIELD, "")}
    return signing.dumps(kept, salt=SALT, compress=True) if kept["typed"] else ""


def unpack(request: HttpRequest, user: User, carried: str) -> str:
    """Keep what the sign-in page has ``carried``, if it was typed by this user. Returns the form's path, or ""."""
    try:
        kept = signing.loads(carried, salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature:
        return ""
    if kept["owner"] != owner_token(user, user.tenant_id):
        return ""
    _put(request, kept)
    return str(kept["path"])


def restore(request: HttpRequest, form: Any) -> None:
    """Fill a form that is shown with what was typed into it before, once."""
    kept = request.session.get(_KEY)
    if request.method != "GET" or not kept or kept["path"] != request.path or not isinstance(form, BaseForm):
        return
    del request.session[_KEY]
    if kept["owner"] != current_owner(request) or time.time() - kept["at"] > MINUTES * 60:
        return
    typed = QueryDict(kept["typed"])
    for name, field in form.fields.items():
        if not field.disabled:
            form.initial[name] = field.widget.value_from_datadict(typed, {}, form.add_prefix(name))
