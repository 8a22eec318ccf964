from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from wisely_security.core.request_context import acting_as

from ..models import Session, User
from ..permissions import USER_SESSIONS
from ..sign_in.sessions import end_session, limits
from ..sign_in.signals import SessionEnd
from .access import MemberView, SignedInView
from .factors.confirmation import ask_to_confirm


def open_sessions(user: User) -> QuerySet[Session]:
    return Session.objects.filter(user=user, expires_at__gt=timezone.now()).select_related("user")


def _rows(reader: User, sessions: QuerySet[Session], current: Session | None, end_url: Any) -> list[dict[str, Any]]:
    sees_story = reader.may("login_activity.view") or reader.may("audit_trail.view")
    return [
        {
            "device": session.device,
            "software": session.client.get("software", ""),
            "place": session.place,
            "address": session.address,
            "created_at": session.created_at,
            "last_seen_at": session.last_seen_at,
            "is_current": current is not None and session.pk == current.pk,
            "end_url": end_url(session),
            "story_url": reverse("session_story", args=[session.name]) if sees_story else "",
        }
        for session in sessions
    ]


class OwnSessions(SignedInView):
    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        with acting_as(**user.own_scope):
            rows = _rows(
                user,
                open_sessions(user),
                self.request.session.row,
                lambda session: reverse("end_session", args=[session.pk]),
            )
            ends = _ends(user)
        context = {"sessions": rows, "own": True, "ends": ends, "end_all_url": reverse("end_other_sessions")}
        return render(request, "tenancy/sessions.html", context)


class EndOwnSessions(SignedInView):
    """One of one's own sessions, or all but this one."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
        if asked := ask_to_confirm(request, reverse("sessions")):
            return asked
        user, current = self.request.user, self.request.session.row
        with acting_as(**user.own_scope):
            sessions = open_sessions(user)
            if current is not None:
                sessions = sessions.exclude(pk=current.pk)
            chosen = [get_object_or_404(sessions, pk=pk)] if pk else list(sessions)
            ended = sum(end_session(session, SessionEnd.BY_USER) for session in chosen)
        messages.success(request, _told(ended))
        return redirect("sessions")


class UserSessions(MemberView):
    permission = USER_SESSIONS
    area = "Sessions of a user"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member = get_object_or_404(User, pk=pk, tenant=self.request.tenant)
        rows = _rows(
            self.request.user,
            open_sessions(member),
            self.request.session.row,
            lambda session: reverse("end_user_session", args=[member.pk, session.pk]),
        )
        self.record_view(f"{self.area}: {member.name}")
        context = {"sessions": rows, "own": False, "ends": _ends(member), "member": member}
        return render(
            request,
            "tenancy/sessions.html",
            {**context, "end_all_url": reverse("end_user_sessions", args=[member.pk])},
        )


class EndUserSessions(MemberView):
    permission = USER_SESSIONS
    area = "Ending the sessions of a user"
    changes = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID, session_pk: UUID | None = None) -> HttpResponse:
        member = get_object_or_404(User, pk=pk, tenant=self.request.tenant)
        sessions = open_sessions(member)
        chosen = [get_object_or_404(sessions, pk=session_pk)] if session_pk else list(sessions)
        ended = sum(end_session(session, SessionEnd.BY_ADMIN) for session in chosen)
        messages.success(request, _told(ended))
        return redirect("user_sessions", pk=member.pk)


def _ends(user: User) -> str:
    """When a session of theirs ends by itself, in words."""
    idle, longest = limits(user.tenant)
    return (
        f"A session ends after {_duration(idle)} without use, and {_duration(longest)} after the sign-in at the latest."
    )


def _duration(minutes: int) -> str:
    """In the largest unit that takes a whole number of two or more."""
    number, unit = next(
        ((minutes // size, unit) for size, unit in ((24 * 60, "days"), (60, "hours")) if _are_whole(minutes, size)),
        (minutes, "minutes"),
    )
    return f"{number} {unit}"


def _are_whole(minutes: int, size: int) -> bool:
    return minutes % size == 0 and minutes >= 2 * size


def _told(ended: int) -> str:
    return f"{ended} session{'' if ended == 1 else 's'} ended."
