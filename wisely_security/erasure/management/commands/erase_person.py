from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError
from django.utils import timezone

from wisely_security.core.request_context import acting_as
from wisely_security.erasure import people, work
from wisely_security.erasure.models import ErasureRequest
from wisely_security.erasure.work import Plan
from wisely_security.ledger.erasure.person import Person
from wisely_security.ledger.management.archiving import OwnersCommand
from wisely_security.tenancy.models import Tenant

NONE = "none"  # as a tenant: support staff, and addresses that are nobody's


class Command(OwnersCommand):
    help = (
        "Erases a person from both records, archives included, and from all else that the database has of them. Events "
        "stay, with “Erased person” in the name’s place, and so do their proofs (docs/operating/erasure.md). What was "
        "cut short goes on with the same command, or with --pending."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pending", action="store_true", help="erase whom support has confirmed; for every night")
        parser.add_argument("--tenant", metavar="SLUG", help=f"whose person it is; “{NONE}”: support, or nobody’s")
        parser.add_argument("--email", default="", help="the person’s address, also one that no account has any more")
        parser.add_argument("--user", type=UUID, metavar="ID", help="or the ID of their account, as events show it")
        parser.add_argument(
            "--also", action="append", default=[], metavar="TEXT", help="another name or number to erase; repeatable"
        )
        parser.add_argument("--reference", default="", help="why: the number of the request, without names")
        parser.add_argument("--dry-run", action="store_true", help="change nothing; show what would go")
        parser.add_argument("--confirm", metavar="ADDRESS", help="instead of typing the address (or ID) when asked")

    def handle(self, *, pending: bool, dry_run: bool, **options: Any) -> None:
        if pending:
            for line in self._pending(dry_run):
                self.stdout.write(line)
            return
        tenant = _tenant(options["tenant"])
        email, user = options["email"].strip().lower(), options["user"]
        if bool(email) == bool(user):
            raise CommandError("Name the person by --email or by --user.")
        person = people.identify(tenant, email=email, user=user, names=options["also"], archives=True)
        its = work.plan(person, tenant)
        self._show(its, person)
        if dry_run:
            return
        _refuse(its.obstacles)
        reference = options["reference"].strip()
        if not reference or person.names_in([reference]):
            raise CommandError("Say why with --reference: the number of the request, without names.")
        self._confirm(email or str(user), options["confirm"])
        with acting_as(support=True):
            begun = ErasureRequest.objects.filter(tenant=tenant, finished_at=None, withdrawn_at=None)
            request, _ = begun.get_or_create(  # one that was interrupted knows more by now
                **({"email": email} if email else {"user": user}),
                defaults={"tenant": tenant, "reference": reference, "confirmed_at": timezone.now()},
            )
            request.names = sorted({*request.names, *options["also"]})
            if not request.confirmed_at:
                raise CommandError("Support has requested this, and nobody has confirmed it yet.")
        self.stdout.write(f"{work.erase(request):,} events erased under “{request.reference}”.")

    def _pending(self, dry_run: bool) -> Iterator[str]:
        with acting_as(support=True):
            confirmed = list(
                ErasureRequest.objects.exclude(confirmed_at=None)
                .filter(finished_at=None, withdrawn_at=None)
                .select_related("tenant")
                .order_by("confirmed_at")
            )
        if not confirmed:
            yield "No erasure is pending."
        failed = 0
        for request in confirmed:
            found = work.plan(work.person_of(request), request.tenant)
            if found.obstacles:
                failed += 1
                yield f"“{request.reference}” has to wait. {' '.join(found.obstacles)}"
            elif dry_run:
                number = sum(filter(None, found.events.values()))
                yield f"“{request.reference}”: something of {number:,} events would be erased."
            else:
                yield f"{work.erase(request):,} events erased under “{request.reference}”."
        if failed:
            raise CommandError("Not everybody could be erased.")

    def _show(self, its: Plan, person: Person) -> None:
        for record, number in its.events.items():
            self.stdout.write(f"{record}: {number:,} events have something of this person.")
        self.stdout.write(f"Accounts, with their sessions: {its.accounts}. Known by: {', '.join(person.texts)}.")
        for each in its.mentions:
            self.stdout.write(f"Stays, for the tenant to change first: {each}.")
        for each in its.obstacles:
            self.stdout.write(each)

    def _confirm(self, expected: str, typed: str | None) -> None:
        if typed is None:
            typed = input(f"This cannot be undone. Type {expected} to erase this person: ")
        if typed.strip().lower() != expected:
            raise CommandError("That is not what was asked for. Nothing was changed.")


def _refuse(obstacles: list[str]) -> None:
    if obstacles:
        raise CommandError(f"Nothing was changed. {' '.join(obstacles)}")


def _tenant(slug: str | None) -> Tenant | None:
    if not slug:
        raise CommandError(f"Name the person’s --tenant, or “{NONE}”.")
    if slug == NONE:
        return None
    with acting_as(support=True):
        tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise CommandError(f"There is no tenant “{slug}”.")
    return tenant
