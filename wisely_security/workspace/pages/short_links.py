"""The short link of a message link: whoever has it is sent to the chat. No sign-in."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseRedirect

from wisely_security.core.request_context import acting_as

from ..modules.waba_numbers import MessageLink


def follow(request: HttpRequest, code: str) -> HttpResponseRedirect:
    """The code opens the one link that it names; the number is read in the scope of that link's tenant."""
    with acting_as(credential=code):
        link = MessageLink.objects.filter(code=code).first()
    if link is None:
        raise Http404
    with acting_as(tenant_id=link.tenant_id):
        return HttpResponseRedirect(link.opens)
