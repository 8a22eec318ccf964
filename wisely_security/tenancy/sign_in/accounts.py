"""What is done to accounts, by whatever page does it."""

from __future__ import annotations

from dataclasses import replace

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.forms import ModelForm

from wisely_security.cells import directory
from wisely_security.core.request_context import acting_as, using
from wisely_security.database.keys import UUIDv7

from ..models import BUILT_IN_ROLES, Edition, Role, Tenant, User, UserStatus
from . import mail
from .authentication import end_sessions, find_user
from .links import INVITATION_DAYS, make_link
from .session_store import SessionStore
from .signals import SessionEnd


class AccountChangedError(Exception):
    """Password or status are not what they were when this began: a link was used twice, or an admin was quicker."""


@transaction.atomic
def set_password(
    user: User,
    password: str,
    *,
    keep: SessionStore | None = None,
    cause: SessionEnd = SessionEnd.PASSWORD_CHANGED,
) -> None:
    """Give an account a new password, make an invited one active, and end its sessions but for ``keep``, for a cause.

    Who acts is the user, where nobody has signed in (a link from an e-mail).
    Raises AccountChangedError if ``user`` is not what the database holds, or the address has got an account meanwhile.
    """
    known = user.password, user.status
    user.set_password(password)  # takes a while, so before the lock
    with acting_as(**user.own_scope) as now, using(replace(now, actor=now.actor or user.as_actor())):
        locked = User.objects.select_for_update(no_key=True).filter(pk=user.pk)
        if locked.values_list("password", "status").first() != known:
            raise AccountChangedError
        if user.status == UserStatus.PENDING:
            user.status = UserStatus.ACTIVE
        user.password_changed_at = Now()
        user.reset_mailed_at = None  # that link no longer works, so another may follow at once
        try:
            with transaction.atomic():
                user.save(update_fields=["password", "status", "password_changed_at", "reset_mailed_at"])
                directory.claim(user.email, user.pk, user.tenant_id)  # before this account is committed
        except (IntegrityError, directory.AddressTakenError):
            raise AccountChangedError from None
    end_sessions(user, cause, keep=keep.row if keep else None)


@transaction.atomic
def invite(form: ModelForm[User]) -> User:
    """Create a user who has to accept. Raises OSError, and creates nobody, if the e-mail cannot be sent."""
    user = form.save(commit=False)
    user.set_unusable_password()
    user.save()
    send_invitation(user)
    return user


def send_invitation(user: User) -> None:
    """Raises OSError if the mail server does not take it."""
    link = make_link("accept_invitation", user)
    mail.send("invitation", user, link=link, valid_days=INVITATION_DAYS, has_account=has_account_elsewhere(user))


def has_account_elsewhere(user: User) -> bool:
    """Whether somebody else has an account with this user's address. Only who reads its mail may know."""
    account = find_user(user.email)
    if account is not None and account.pk != user.pk and account.has_usable_password():
        return True
    return directory.is_elsewhere(user.email)


@transaction.atomic
def create_tenant(
    name: str, slug: str, edition: Edition, *, super_admin: User, aggregator: Tenant | None = None
) -> Tenant:
    """Create a tenant with its built-in roles and its one Super Admin, who is saved with it.

    Tenant and Super Admin need each other, so their keys are made first.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {UUIDv7.template}, {UUIDv7.template}")
        tenant_id, user_id = cursor.fetchone()
    with acting_as(tenant_id=tenant_id):
        tenant = Tenant(
            id=tenant_id, name=name, slug=slug, edition=edition, aggregator=aggregator, super_admin_id=user_id
        )
        tenant.save(force_insert=True)
        Role.objects.bulk_create(
            Role(tenant=tenant, key=key, name=label) for key, label in BUILT_IN_ROLES[edition].items()
        )
        super_admin.id, super_admin.tenant = user_id, tenant
        super_admin.role = Role.objects.get(tenant=tenant, key="admin")  # what is left after a hand-over
        super_admin.save(force_insert=True)
    return tenant
