"""A company of its own for a test of the workspace, with the records of ``tests/workspace/samples``."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from tests.support.cast import Cast, add_member, person
from tests.workspace.samples import set_up_workspace
from tests.workspace.samples.business_profile import set_up_profile
from wisely_security.tenancy.models import Edition
from wisely_security.tenancy.sign_in.accounts import create_tenant

from .site import Site

_numbers = count(1)


def a_company(site: Site, *, profile: bool = False) -> Cast:
    """The cast, but Alice and Bob work in a company that no other test knows."""
    slug = f"umbrella-{next(_numbers)}"
    with site.at_its_database():
        alice = person("Alice Adams", f"alice@{slug}.example", time_zone="Europe/London")
        company = create_tenant("Umbrella", slug, Edition.ENTERPRISE, super_admin=alice)
        bob = add_member(company, "developer", person("Bob Brown", f"bob@{slug}.example"))
        people = replace(site.cast, acme=company, alice=alice, bob=bob)
        set_up_workspace(people)
        if profile:
            set_up_profile(people)
    return people
