"""Who lives in eu-1: Uma and Ulf of Umbrella; Hanna of Hooli, an aggregator that owns Nucleus, where Nils is."""

from __future__ import annotations

from dataclasses import dataclass

from tests.support.cast import add_member, person
from wisely_security.tenancy.models import Edition, Tenant, User
from wisely_security.tenancy.sign_in.accounts import create_tenant


@dataclass(frozen=True, slots=True)
class EuropeanCast:
    umbrella: Tenant
    hooli: Tenant
    nucleus: Tenant
    uma: User
    ulf: User
    hanna: User
    nils: User


def create_european_cast() -> EuropeanCast:
    uma = person("Uma Urban", "uma@umbrella.example", time_zone="Europe/Vienna")
    hanna = person("Hanna Holm", "hanna@hooli.example", time_zone="Europe/Stockholm")
    nils = person("Nils Nord", "nils@nucleus.example", time_zone="Europe/Oslo")
    hooli = create_tenant("Hooli", "hooli", Edition.AGGREGATOR, super_admin=hanna)
    nucleus = create_tenant("Nucleus", "nucleus", Edition.ENTERPRISE, super_admin=nils, aggregator=hooli)
    umbrella = create_tenant("Umbrella", "umbrella", Edition.ENTERPRISE, super_admin=uma)
    ulf = add_member(umbrella, "developer", person("Ulf Unger", "ulf@umbrella.example"))
    return EuropeanCast(umbrella, hooli, nucleus, uma, ulf, hanna, nils)
