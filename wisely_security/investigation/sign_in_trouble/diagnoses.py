"""What keeps somebody from signing in, the gravest first, each with its evidence and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from login_activity.models import LoginEvent
from login_activity.vocabulary import Action, Reason
from wisely_security.tenancy.models import UserStatus
from wisely_security.tenancy.sign_in.links import INVITATION_DAYS, RESET_HOURS

from .facts import Facts

MOST_ADDRESSES = 3


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """``kind``: for tests and the style sheet. ``is_obstacle``: the person cannot sign in because of it."""

    kind: str
    answer: str
    evidence: str
    todo: str
    is_obstacle: bool = True


def diagnose(facts: Facts) -> list[Diagnosis]:
    """At least one."""
    found = [diagnosis for judge in JUDGES for diagnosis in judge(facts)]
    return found or [_nothing(facts)]


def suspended(facts: Facts) -> Iterator[Diagnosis]:
    if facts.user.status == UserStatus.SUSPENDED:
        by = facts.suspended_by
        evidence = f"By {by.actor_name} on {as_text(by.occurred_at)}." if by else "The record no longer shows by whom."
        todo = "If that was a mistake, an admin of the tenant activates the account. Support can do so under Status."
        yield Diagnosis("suspended", "The account is suspended", f"{evidence} {_tries(facts)}".strip(), todo)


def pending(facts: Facts) -> Iterator[Diagnosis]:
    if facts.user.status != UserStatus.PENDING:
        return
    expired = [event for event in facts.failed_resets if event.reason == Reason.LINK_INVALID]
    answer = "The invitation has not been accepted"
    evidence = f"Invited on {as_text(facts.user.created_at)}; a link works for {INVITATION_DAYS} days. "
    if expired:
        evidence += f"A link that had expired or was used was opened on {as_text(expired[0].occurred_at)}. "
    todo = "Send the invitation again, and ask them to open the newest e-mail."
    yield Diagnosis("pending", answer, f"{evidence}{_tries(facts)}".strip(), todo)


FOR_WHOM = {
    "": "",
    "device": " for a browser that they have used before",
    "network": " for a network that they have signed in from before",
    "code": " for codes of a second factor",
}


def locked(facts: Facts) -> Iterator[Diagnosis]:
    for lock in facts.locks:
        answer = f"The account is locked until {as_text(lock.locked_until)}{FOR_WHOM[lock.where]}"
        evidence = f"{lock.failures} wrong passwords or codes within a day"
        evidence += f", {_from(facts, facts.wrong_passwords)}." if facts.wrong_passwords else "."
        todo = "Wait, or choose a new password with “Forgot password?”, which opens the account at once."
        if not lock.where:
            todo += " Browsers and networks that they have signed in from before are not locked."
        elif lock.where == "code":
            todo = "Wait. A new password does not help: whoever types these codes knows the password."
        todo += " If they did not type these, somebody is guessing: check the findings."
        yield Diagnosis("locked", answer, evidence, todo)


def address_locked(facts: Facts) -> Iterator[Diagnosis]:
    if lock := facts.address_lock:
        address = next((event.ip for event in facts.tries if event.ip), "")
        answer = f"New sign-ins from {address} are locked until {as_text(lock.locked_until)}"
        evidence = f"{lock.failures} failures within an hour, at {lock.accounts} accounts."
        todo = "Wait, or sign in from another network. Who has signed in from there before is not affected."
        yield Diagnosis("address_locked", answer, evidence, todo)


def email_failed(facts: Facts) -> Iterator[Diagnosis]:
    failed = [event for event in facts.failed_resets if event.reason == Reason.EMAIL_FAILED]
    if failed or facts.unsent:
        evidence = f"The e-mail with the link was not accepted on {as_text(failed[0].occurred_at)}." if failed else ""
        unsent = f"The mail server about another e-mail to them: {facts.unsent}" if facts.unsent else ""
        todo = f"Check that {facts.user.email} is right and takes e-mail, then ask for the link again."
        evidence = " ".join(filter(None, (evidence, unsent)))
        yield Diagnosis("email_failed", "E-mails do not reach them", evidence, todo, is_obstacle=bool(failed))


def link_expired(facts: Facts) -> Iterator[Diagnosis]:
    bad = [event for event in facts.failed_resets if event.reason == Reason.LINK_INVALID]
    if bad and facts.user.status == UserStatus.ACTIVE:
        evidence = f"Opened on {as_text(bad[0].occurred_at)}. A link works once, for {RESET_HOURS} hours."
        todo = "Ask for a new link with “Forgot password?”, and open the newest e-mail."
        yield Diagnosis("link_expired", "Their link has expired or was used", evidence, todo)


def wrong_password(facts: Facts) -> Iterator[Diagnosis]:
    wrong = [event for event in facts.wrong_passwords if event.action == Action.LOG_IN]
    if wrong and facts.user.status == UserStatus.ACTIVE and not facts.locks:
        number = facts.attempts(wrong).total()
        times = "once" if number == 1 else f"{number:,} times"
        since = f" since {as_text(facts.since)}" if facts.since else ""
        evidence = f"The last time on {as_text(wrong[0].occurred_at)}, {_from(facts, wrong)}."
        todo = "Choose a new password with “Forgot password?”. Check the keyboard’s language and Caps Lock."
        yield Diagnosis("wrong_password", f"Wrong password, {times}{since}", evidence, todo)


def no_support(facts: Facts) -> Iterator[Diagnosis]:
    """They try Django admin's sign-in, which is for support."""
    refused = [event for event in facts.failures if event.reason == Reason.NO_PERMISSION]
    if refused:
        evidence = f"On {as_text(refused[0].occurred_at)}, with the right password."
        todo = "Send them to the sign-in page of tenants: /sign-in/."
        yield Diagnosis("no_support", "They sign in at support’s page, which is not for them", evidence, todo)


def missing_rights(facts: Facts) -> Iterator[Diagnosis]:
    success = facts.last_success
    refused = [event for event in facts.refusals if event.action != Action.LOG_IN]
    refused = [event for event in refused if success and event.occurred_at >= success.occurred_at]
    if refused and facts.user.status == UserStatus.ACTIVE:
        areas = Counter(event.detail.get("area") or "a page" for event in refused)
        tried = ", ".join(f"{area} ({number} ×)" if number > 1 else area for area, number in areas.most_common(3))
        answer = f"They can sign in, but the role {facts.user.role_name} lacks permissions"
        todo = "An admin of the tenant gives them another role, or the role the permission."
        evidence = f"Refused since the last sign-in: {tried}."
        yield Diagnosis("missing_rights", answer, evidence, todo, is_obstacle=False)


JUDGES: Sequence[Callable[[Facts], Iterator[Diagnosis]]] = (
    *(suspended, pending, locked, address_locked, email_failed, link_expired, wrong_password, no_support),
    missing_rights,
)


def _nothing(facts: Facts) -> Diagnosis:
    success = facts.last_success
    if success is None:
        since = facts.user.last_login
        evidence = f"The last sign-in was on {as_text(since)}." if since else "No attempt is recorded for this account."
        todo = "They may type another e-mail address, or not reach the site: ask what they see, word for word."
        return Diagnosis("no_attempt", "Nothing keeps them from signing in", evidence, todo, is_obstacle=False)
    where = ", ".join(filter(None, (success.device, success.place, success.ip and str(success.ip))))
    evidence = f"The last sign-in succeeded on {as_text(success.occurred_at)}: {where}."
    todo = "If they still cannot get in, they may use another e-mail address: search Login events for what they type."
    return Diagnosis("nothing", "Nothing is wrong", evidence, todo, is_obstacle=False)


def as_text(moment: datetime | None) -> str:
    """In the reader's time zone."""
    if moment is None:
        return "an unknown day"
    local = timezone.localtime(moment)
    near = abs(timezone.now() - moment) < timedelta(hours=12) and local.date() == timezone.localdate()
    return f"{local:%H:%M} today" if near else f"{local:%-d %b %Y, %H:%M}"


def _tries(facts: Facts) -> str:
    number = facts.attempts(facts.failures).total()
    return f"Tried {number:,} time{'' if number == 1 else 's'} since." if number else ""


def _from(facts: Facts, events: Sequence[LoginEvent]) -> str:
    """``from 203.0.113.7 (Pune, India) and 2 other addresses``."""
    places = {event.ip: f" ({event.place})" for event in events if event.ip}
    common = [address for address, _ in facts.attempts(events).most_common() if address]
    if not common:
        return "from an unknown address"
    shown = [f"{address}{places.get(address, '')}" for address in common[:MOST_ADDRESSES]]
    more = len(common) - MOST_ADDRESSES
    return f"from {', '.join(shown)}" + (f" and {more} other address{'es' if more > 1 else ''}" if more > 0 else "")
