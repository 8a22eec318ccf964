"""Links that are sent by e-mail: to choose a new password, or the first one. Each works once.

The token is Django's: it depends on the password, the last sign-in and the address, so using it ends it.
"""

from __future__ import annotations

from typing import TypeGuard
from uuid import UUID

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.http import base36_to_int

from wisely_security.core.request_context import acting_as
from wisely_security.core.site_url import absolute

from ..models import User, UserStatus

RESET_HOURS = 24
INVITATION_DAYS = 7
VALID_SECONDS = {UserStatus.ACTIVE: RESET_HOURS * 3600, UserStatus.PENDING: INVITATION_DAYS * 24 * 3600}


class _Tokens(PasswordResetTokenGenerator):
    def age(self, token: str) -> int:
        """Seconds since a token that has been checked was made."""
        return self._num_seconds(self._now()) - base36_to_int(token.partition("-")[0])

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.status}"


tokens = _Tokens()


def make_link(view_name: str, user: User) -> str:
    return absolute(reverse(view_name, kwargs={"user_id": user.pk, "token": tokens.make_token(user)}))


def named_user(user_id: UUID) -> User | None:
    """The user that a link names, whether or not the link is good."""
    try:
        with acting_as(credential=str(user_id)):
            return User.objects.get(pk=user_id)
    except ObjectDoesNotExist:
        return None


def link_is_good(user: User | None, token: str, status: UserStatus) -> TypeGuard[User]:
    """The token is checked whoever the link names, if anybody, so that the time of a refusal does not disclose it."""
    genuine = tokens.check_token(user or User(), token)
    return genuine and user is not None and user.status == status and tokens.age(token) <= VALID_SECONDS[status]
