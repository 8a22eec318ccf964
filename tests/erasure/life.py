"""A person's life on the platform, with a marker in everything personal, through the real pages."""

from __future__ import annotations

import re
from typing import Any

from django.core import mail
from django.db import connections
from django.test import Client

from tests.support.cast import Cast, sign_in
from tests.workspace.browsing import Visitor
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.derived.projectors import project
from wisely_security.tenancy.models import Role, Session, User
from wisely_security.tenancy.sign_in.session_store import SessionStore

MARKER = "Qzvwx"  # in no other text, hash or key: those have none of these letters but in Base64, at random
PHONE = "+49 30 Qzvwx 12"
NAME, EMAIL = f"Nora {MARKER}", f"nora.{MARKER}@acme.example".lower()
FORMER_NAME = f"Nora Form{MARKER}"
PASSWORD = "a much better password"
AGENT = f"Mozilla/5.0 (Windows NT 10.0; {MARKER}) AppleWebKit/537.36 Chrome/129.0.0.0 Safari/537.36"


def invited(cast: Cast) -> User:
    """Tried to sign in before, was invited, has chosen a password, has got another name since."""
    Client().post("/sign-in/", {"username": EMAIL, "password": "no account yet"})
    with acting_as(tenant_id=cast.acme.pk):
        admin = Role.objects.get(tenant=cast.acme, key="admin")
    alice = sign_in(cast.alice)
    invitation = {"email": EMAIL, "name": FORMER_NAME, "role": str(admin.pk)}
    assert alice.post("/settings/users/invite/", invitation).status_code == 302
    [link] = re.findall(r"https://security.wisely.example(/\S+)", str(mail.outbox[-1].body))
    nora = Client(headers={"user-agent": AGENT})
    assert nora.post(link, {"new_password": PASSWORD}).status_code == 302
    with acting_as(tenant_id=cast.acme.pk):
        user = User.objects.get(email=EMAIL)
        assert user.has_usable_password()
    Visitor(alice).open(f"/settings/users/{user.pk}/edit/").press({"Name": NAME})
    return user


def busy(cast: Cast, user: User) -> None:
    """What she does, what others do with her and write of her, what support views."""
    Client(headers={"user-agent": AGENT}).post("/sign-in/", {"username": EMAIL, "password": "wrong"})
    nora = Client(headers={"user-agent": AGENT})
    assert nora.post("/sign-in/", {"username": EMAIL, "password": PASSWORD}).status_code == 302
    nora.get("/settings/security/audit-trail/", {"q": EMAIL})
    notes_of(nora, alice := sign_in(cast.alice))
    download: Any = nora.get("/settings/security/audit-trail/download/", {"q": NAME})
    assert b"".join(download.streaming_content)
    for path in ("identity-access/login-activity", "security/audit-trail"):
        for query in ({"q": NAME}, {"q": EMAIL.upper()}, {"user": str(user.pk)}, {"actor": str(user.pk)}):
            alice.get(f"/settings/{path}/", query)
    groups = Visitor(alice).open("/settings/business-groups/add/")
    groups.press({"Name": "Readers", "Description": f"Ask {NAME}, {PHONE}", "Owner": NAME, "Users": [NAME]})
    members = Visitor(alice).open("/settings/business-groups/").follow_in_page("Readers").follow_in_page("Edit")
    members.press({"Description": "Ask Alice", "Owner": "Alice Adams", "Users": []})
    _reported_on(Visitor(alice), nora)
    refused = {"name": "", "description": f"{NAME} {EMAIL}"}
    nora.post("/settings/business-groups/add/", refused)
    support = Client()
    support.post("/admin/login/", {"username": "dana@wisely.example", "password": "correct horse battery"})
    support.get("/admin/tenancy/user/", {"q": EMAIL})
    support.get(f"/admin/tenancy/user/{user.pk}/change/")
    support.get("/admin/login_activity/loginevent/", {"q": EMAIL, "tenant": "acme"})
    member = Visitor(alice).open(f"/settings/users/{user.pk}/")
    member.follow_in_page("Suspend").press()
    member.open(f"/settings/users/{user.pk}/")
    member.send(member.form_with("Activate"))


def _reported_on(alice: Visitor, nora: Client) -> None:
    """Her own view goes with her, what a report has sent ends; a shared view is the company's to change."""
    view = {"record": "login-activity", "query": f"?period=today&q={NAME}", "name": f"About {NAME}"}
    assert nora.post("/settings/security/saved-views/add/", view).status_code == 302
    shared = {**view, "name": "About a colleague", "is_shared": "on"}
    assert alice.client.post("/settings/security/saved-views/add/", shared).status_code == 302
    report = {"Name": "Colleague", "View": "Login Activity: About a colleague", "Recipients": [NAME]}
    alice.open("/settings/scheduled-reports/add/").press(report)
    alice.open("/settings/scheduled-reports/").follow_in_page("Colleague")
    alice.send(alice.form_with("Run now"))
    assert "is on its way" in alice.text
    changed = {**shared, "query": "?period=today", "replace": "1"}
    assert alice.client.post("/settings/security/saved-views/add/", changed).status_code == 302


def notes_of(nora: Client, alice: Client) -> None:
    """She writes on an event of another, and a colleague on one of hers; each changes what was said."""
    record = "/settings/identity-access/login-activity/"
    [hers, *_] = nora.get(record, {"q": EMAIL}).context["events"]
    [other, *_] = alice.get(record, {"user": "alice@acme.example"}).context["events"]
    for writer, event in ((nora, other), (alice, hers)):
        for text in (f"Ask {NAME}", f"{EMAIL} knows"):
            writer.post(f"/settings/security/notes/login-activity/{event.event.pk}/add/", {"text": text})
        [(note, _), *_] = writer.get(event.url).context["notes"]
        writer.post(f"/settings/security/notes/{note.pk}/edit/", {"text": f"Ask {FORMER_NAME}"})


def sealed() -> None:
    project()


def places_with(marker: str) -> list[str]:
    """Columns of the whole database that have the marker anywhere, in any case: table.column (number of rows)."""
    found = []
    with acting_as(support=True), connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            SELECT format('%I', relname), format('%I', attname), format_type(atttypid, NULL)
            FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
            WHERE relkind IN ('r', 'm') AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
            """
        )
        for table, column, kind in cursor.fetchall():
            text = f"encode({column}, 'escape')" if kind == "bytea" else f"{column}::text"
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {text} ILIKE %s", [f"%{marker}%"])
            [(number,)] = cursor.fetchall()
            if number:
                found.append(f"{table}.{column} ({number})")
        sessions = [str(SessionStore().decode(each.data)) for each in Session.objects.all()]  # perhaps compressed
        found += ["tenancy_session.data, decoded" for data in sessions if marker.lower() in data.lower()]
    return sorted(found)
