"""The short link of a message link: whoever has it is sent to the chat. No sign-in."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseRedirect

from wisely_security.cells import moved
from wisely_security.core.request_context import acting_as

from ..modules.waba_numbers import MessageLink


def follow(request: HttpRequest, code: str) -> HttpResponseRedirect:
    """The code opens the one link that it names; the number is read in the scope of that link's tenant."""
    link = _with_code(code)
    moved.follow(link, lambda: _with_code(code))
    if link is None:
        raise Http404
    with acting_as(tenant_id=link.tenant_id):
        return HttpResponseRedirect(link.opens)


def _with_code(code: str) -> MessageLink | None:
    with acting_as(credential=code):
        return MessageLink.objects.filter(code=code).first()
