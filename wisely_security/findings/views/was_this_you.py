"""The page behind the two links of "Was this you?".

Opening a link does nothing, for programs that examine e-mails open all of them: a button answers. Nobody has to be
signed in, and the page says no more than the e-mail.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View

from wisely_security.core.request_context import acting_as, using
from wisely_security.core.site_url import opened_by_key
from wisely_security.tenancy.forms.stale_forms import may_be_old
from wisely_security.tenancy.models.time_zones import zone_named
from wisely_security.tenancy.sign_in.accounts import AccountChangedError
from wisely_security.tenancy.sign_in.opening import by_nobody
from wisely_security.tenancy.views.password import mail_reset_link
from wisely_security.workspace.outbox.kinds import NotWantedError

from ..models import Answer, Question
from ..notifications import questions
from ..notifications.answers import AnsweredError, say_no, say_yes

TEMPLATE = "findings/was_this_you.html"


@method_decorator(may_be_old, name="dispatch")
class WasThisYou(View):
    def dispatch(self, request: HttpRequest, *args: Any, token: str, answer: str, **kwargs: Any) -> Any:
        with using(by_nobody()):
            question = questions.question_of(token)
            if question is None or (answer == Answer.YES and question.answer):
                return self._ended()
            with acting_as(tenant_id=question.tenant_id), timezone.override(zone_named(question.user.time_zone)):
                return super().dispatch(request, *args, question=question, token=token, answer=answer, **kwargs)

    def get(self, request: HttpRequest, question: Question, token: str, answer: str) -> HttpResponse:
        return self._page(question, token, answer)

    def post(self, request: HttpRequest, question: Question, token: str, answer: str) -> HttpResponse:
        try:
            if answer == Answer.YES:
                say_yes(question)
                messages.success(request, "Thank you. The security admins of your company see your answer.")
                return redirect("sign_in")
            say_no(question)
        except AnsweredError:
            return self._ended()
        except AccountChangedError:
            return self._page(question, token, answer, changed=True, status=409)
        mail_reset_link(question.user)
        messages.success(
            request,
            "Your account is secured: all its sessions have ended, and its password no longer works. "
            "Your company’s security admins have been alerted.",
        )
        return redirect("password_reset_sent")

    def _page(self, question: Question, token: str, answer: str, status: int = 200, **more: Any) -> HttpResponse:
        try:
            facts = questions.facts(question)
        except NotWantedError:  # the event has left the record; the account can be secured all the same
            facts = {}
        other = Answer.NO if answer == Answer.YES else Answer.YES
        context = {
            "answer": answer,
            "other_url": opened_by_key(reverse("was_this_you", args=[token, other])),
            "has_said_yes": question.answer == Answer.YES,
            **facts,
            **more,
        }
        return render(self.request, TEMPLATE, context, status=status)

    def _ended(self) -> HttpResponse:
        return render(self.request, TEMPLATE, {"has_ended": True}, status=410)
