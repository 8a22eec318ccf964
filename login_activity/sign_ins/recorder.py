"""The only writer of Login Activity."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from wisely_security.core.request_context import Actor, current
from wisely_security.core.text.characters import harmless, validate_one_line
from wisely_security.ledger.writing import ALWAYS, append, append_to_each
from wisely_security.tenancy.models import User

from ..devices.identify import Device, identify
from ..models import LoginEvent
from ..places.locate import Place, locate
from ..vocabulary import Action, Reason, Status
from .floods import is_for_anybody, unless_flooded

HIDDEN_NAME = "••••••"


def record(
    action: Action,
    user: User | None,
    *,
    failed: Reason | None = None,
    note: Reason | None = None,
    typed: str = "",
    tenant_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Record one event about ``user``, or about somebody unknown who typed ``typed`` as a name.

    ``failed``: the reason of a failure; ``note``: what there is to add to a success. ``tenant_id``: whose record it
    belongs to, where it is not the user's own tenant. Raises DatabaseError if it cannot be written. In a flood of what
    nobody signed in for, it is counted, and the event comes with the others of that minute (floods.py).
    """
    owner = tenant_id or (user.tenant_id if user else None)
    values = event_values(action, user, owner, failed=failed, note=note, typed=typed, detail=detail)
    is_bounded = is_for_anybody(action, values["user_id"], failed, note)
    only_if = unless_flooded(owner, values) if is_bounded else ALWAYS
    append(LoginEvent, tenant_id=owner, values=values, only_if=only_if)


def record_in_each(action: Action, user: User, tenants: Collection[UUID], detail: dict[str, Any]) -> None:
    """Record one event about somebody of another tenant in the records of several."""
    if tenants:
        append_to_each(LoginEvent, tenants, event_values(action, user, next(iter(tenants)), detail=detail))


def event_values(
    action: Action,
    user: User | None,
    owner: UUID | None,
    *,
    failed: Reason | None = None,
    note: Reason | None = None,
    typed: str = "",
    detail: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What ``record`` writes into the record of the tenant ``owner``, by column."""
    context = current()
    device, place = here()
    actor = context.actor
    if user is None:
        name, email = unknown_name(typed)
    elif actor and actor.id == user.id:
        name, email = full_name(actor, owner), actor.email
    else:
        name, email = user.name, user.email
    return {
        "user_id": user and user.id,
        "user_name": name,
        "user_email": email,
        "acted_by": full_name(actor, owner) if actor and user and actor.id != user.id else "",
        "action": action.value,
        "status": (Status.FAILURE if failed else Status.SUCCESS).value,
        "reason": failed or note or "",
        "ip": None if context.client.address is None else str(context.client.address),
        "device_kind": device.kind.value,
        "device": device.label,
        "browser": device.browser,
        "system": device.system,
        "user_agent": device.user_agent,
        "user_agent_cut": device.user_agent_cut,
        "country": place.country_code,
        "place": place.label,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "session": context.session,
        "detail": _harmless(detail or {}),
    }


def _harmless(detail: Any) -> Any:
    """Searches are in it as they were typed."""
    match detail:
        case str():
            return harmless(detail)
        case dict():
            return {harmless(key): _harmless(value) for key, value in detail.items()}
        case list() | tuple():
            return [_harmless(each) for each in detail]
    return detail


def full_name(person: Actor, owner: UUID | None) -> str:
    """The person's name; in the record of another tenant, with where the person is from."""
    return person.name if person.tenant_id == owner else f"{person.name} ({person.tenant_name})"


def here() -> tuple[Device, Place]:
    """The device and the place of the current request. Neither ever raises."""
    client = current().client
    return identify(client.user_agent, client.hints, client.touch_points), locate(client.address)


def unknown_name(typed: str) -> tuple[str, str]:
    """What to show of a name that no user has: an e-mail address, or nothing, for people type passwords there. Django
    takes control characters in quotes and U+202E in a domain for parts of an address."""
    typed = typed.strip().lower()
    try:
        validate_email(typed)
        validate_one_line(typed)
    except ValidationError:
        return HIDDEN_NAME, ""
    return typed, typed
