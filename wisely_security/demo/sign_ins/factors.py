"""Who keeps a second factor, so that its pages and filters have something to show. ``scripted_events.csv`` has how it
was set up. Those to sign in as (``SIGN_INS``) have a password alone."""

from __future__ import annotations

from base64 import b32decode
from datetime import timedelta

from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import AuthenticatorApp, User
from wisely_security.tenancy.sign_in.factors.encryption import encrypt
from wisely_security.tenancy.sign_in.factors.recovery import make_codes

from ..people import Demo

WHO, NAME = "kenji@acme.example", "Phone"
KEY = "WISELYDEMOWISELYDEMOWISELYDEMOWI"  # for an app of one's own, to sign in as them (docs/demo.md)


def keep_factor(demo: Demo) -> None:
    user, since = demo.people[WHO].user, demo.until - timedelta(minutes=23)
    with acting_as(**user.own_scope):
        AuthenticatorApp.objects.create(
            tenant_id=user.tenant_id,
            user=user,
            name=NAME,
            seed=encrypt(b32decode(KEY), user.pk),
            last_step=int(since.timestamp()) // 30,
            created_at=since,
        )
        make_codes(user)
        User.objects.filter(pk=user.pk).update(has_second_factor=True)
