"""``manage.py check``: models with a tenant are declared, secrets masked; ``--database``: triggers are installed."""

from __future__ import annotations

import re
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register

from wisely_security.database.rules import rule
from wisely_security.ledger.models import Event

from ..registry import all_audited, all_exempt, audited_models
from . import installation

SECRET = re.compile(r"hash|secret|token|password|(^|_)key$")


@register(Tags.models)
def every_model_with_a_tenant_is_known(**_: Any) -> list[CheckMessage]:
    known = {*audited_models(), *(model for model, _ in all_exempt())}
    return [
        Error(
            f"{model._meta.label} belongs to a tenant, but is neither audited nor exempt.",
            hint="Declare it with audit_trail.registry.audited, or with exempt and a reason.",
            obj=model,
            id="audit_trail.E001",
        )
        for model in apps.get_models()
        if model not in known and not issubclass(model, Event) and _has_tenant(model)
    ]


def _has_tenant(model: Any) -> bool:
    return any(field.attname == "tenant_id" for field in model._meta.concrete_fields)


@register(Tags.security)
def no_secret_is_told(**_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{audited.model._meta.label}.{field.name} looks like a secret, but is not masked in the Audit Trail.",
            hint="List it in masked (recorded as changed, without the value) or in untracked.",
            obj=audited.model,
            id="audit_trail.E002",
        )
        for audited in all_audited()
        for field in audited.fields
        if SECRET.search(field.name) and field.name not in audited.masked
    ]


@rule
def the_hook_is_in_place() -> list[CheckMessage]:
    return [
        Error(what, hint="Run manage.py migrate, which installs the hook.", id="audit_trail.E003")
        for what in installation.drift("default")
    ]
