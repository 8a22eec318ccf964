from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any, TypedDict
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models
from django.db.models.functions import Collate, Lower, Now
from django.utils.crypto import salted_hmac

from wisely_security.core.actor_names import SUPPORT
from wisely_security.core.request_context import Actor, acting_as
from wisely_security.core.text.characters import validate_one_line
from wisely_security.database.fields import OneLineField
from wisely_security.database.keys import key_field
from wisely_security.database.lookups import InOrder

from ..permissions import SWITCH_TENANT, all_permissions
from ..sign_in.passwords import check_password, normalize_password, rehash, salt_of
from . import display_names
from .role import SUPER_ADMIN, Role
from .tenant import Edition, Tenant
from .time_zones import validate_time_zone

__all__ = ["User", "UserStatus", "validate_one_line"]


class UserStatus(models.TextChoices):
    PENDING = "pending", "Invited"
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"


class OwnScope(TypedDict):
    tenant_id: UUID | None
    support: bool


EMAIL_TAKEN = "This e-mail address is taken."
# Whoever has chosen a password. An invitation is no account: it does not say whether there is one elsewhere.
HAS_ACCOUNT = ~models.Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        """Whose account the address is; where it is nobody's yet, the first who was invited with it.

        One statement, whoever has the address: how long it takes discloses nothing.
        """
        email = (username or "").strip().lower()
        account_first = models.ExpressionWrapper(HAS_ACCOUNT, models.BooleanField()).desc()
        found = self.filter(email=email).order_by(account_first, "pk").first()
        if found is None:
            raise User.DoesNotExist
        return found

    def with_account(self, email: str) -> models.QuerySet[User]:
        """At most one: an address has one account on the platform, but may be invited by several tenants."""
        return self.filter(HAS_ACCOUNT, email=email)


class User(AbstractBaseUser):
    """A person who signs in by e-mail. Members belong to one tenant and have a role; support staff have neither."""

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, null=True, blank=True, related_name="users")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="users")
    email = models.EmailField("e-mail")
    name = OneLineField(max_length=150)
    status = models.CharField(max_length=10, choices=UserStatus, default=UserStatus.PENDING)
    time_zone = models.CharField(max_length=50, default="UTC", validators=[validate_time_zone])
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    password_changed_at = models.DateTimeField(null=True, editable=False)
    reset_mailed_at = models.DateTimeField(null=True, editable=False)
    has_second_factor = models.BooleanField(default=False, db_default=False, editable=False)
    lock_mailed_at = models.DateTimeField(null=True, editable=False)
    role_since = models.DateTimeField(null=True, editable=False)  # a trigger sets it; None: since the beginning

    USERNAME_FIELD = "email"
    objects = UserManager()

    class Meta:
        ordering = ["name__in_order", Collate("email", "C")]
        indexes = [
            models.Index("tenant", InOrder("name"), Collate("email", "C"), name="user_by_name"),
            models.Index(fields=["email"], name="user_by_email"),
        ]
        constraints = [
            models.CheckConstraint(name="user_email_lower_case", condition=models.Q(email=Lower("email"))),
            models.CheckConstraint(
                name="user_member_has_role",
                condition=models.Q(tenant=None, role=None) | models.Q(tenant__isnull=False, role__isnull=False),
            ),
            models.UniqueConstraint(fields=["tenant", "id"], name="user_tenant_and_id"),
            models.UniqueConstraint(
                fields=["tenant", "email"], name="user_email_in_tenant", violation_error_message=EMAIL_TAKEN
            ),
            models.UniqueConstraint(
                fields=["email"],
                condition=HAS_ACCOUNT,
                name="user_one_account_per_email",
                violation_error_message=EMAIL_TAKEN,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.email = self.email.strip().lower()
        display_names.check(self)

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(None if raw_password is None else normalize_password(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is the password. If so, its hash may be updated, which does not change the password."""
        raw_password = raw_password or ""
        right, hash_again = check_password(raw_password, self.password)
        if hash_again:
            encoded = rehash(raw_password, self.password)
            if User.objects.filter(pk=self.pk, password=self.password).update(password=encoded):
                self.password = encoded
        return right

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Another one ends the sessions: of another password, not of another hash of the same."""
        chosen = salt_of(self.password) or self.password
        return str(salted_hmac("wisely_security.password", chosen, secret=secret, algorithm="sha256").hexdigest())

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.status == UserStatus.ACTIVE

    @property
    def is_staff(self) -> bool:
        """Support staff, the people who may open Django admin."""
        return self.tenant_id is None and self.is_active

    @cached_property
    def is_super_admin(self) -> bool:
        return self.tenant is not None and self.tenant.super_admin_id == self.id

    @property
    def role_name(self) -> str:
        if self.role is None:
            return SUPPORT
        return SUPER_ADMIN if self.is_super_admin else self.role.name

    @cached_property
    def permission_keys(self) -> frozenset[str]:
        if not self.is_active or self.role is None:
            return frozenset()
        if self.is_super_admin:
            return frozenset(permission.key for permission in all_permissions())
        return self.role.granted()

    @property
    def rights_token(self) -> str:
        """Another one whenever this person's rights are others: role, its permissions, the position of Super Admin."""
        own = [] if self.role is None or self.role.key else sorted(self.role.permissions)
        rights = f"{self.role_id} {self.is_super_admin} {' '.join(own)}"
        return hashlib.sha256(rights.encode()).hexdigest()[:16]

    def may(self, permission: str) -> bool:
        return permission in self.permission_keys

    @cached_property
    def enterprises(self) -> list[Tenant]:
        """Those that this person may switch to: of an aggregator's admin, by name."""
        if self.tenant is None or self.tenant.edition != Edition.AGGREGATOR or not self.may(SWITCH_TENANT):
            return []
        with acting_as(tenant_id=self.tenant_id):
            return list(Tenant.objects.filter(aggregator=self.tenant))

    # Django admin asks these two. What a model allows there is said by its ModelAdmin.
    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff

    @property
    def own_scope(self) -> OwnScope:
        """The scope in which this user's own row can be read and written: keywords of ``acting_as``."""
        return {"tenant_id": self.tenant_id, "support": self.tenant_id is None}

    def as_actor(self) -> Actor:
        """Needs ``tenant`` loaded, or a scope in which it can be."""
        return Actor(
            id=self.id,
            name=self.name,
            email=self.email,
            tenant_id=self.tenant_id,
            tenant_name=self.tenant.name if self.tenant else SUPPORT,
        )


display_names.declare(User, "name")
