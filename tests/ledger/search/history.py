"""Events with texts that are easily missed."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from tests.support.records import a_tenant
from wisely_security.ledger.models import first_id

EVENTS = 380
DAYS = 200
WORDS = [
    *("Straße", "STRASSE", "İstanbul", "ISTANBUL", "ışık", "IŞIK", "Σίσυφος", "ΣΊΣΥΦΟΣ", "ſale", "Sale", "µm", "μM"),
    *("K", "K", "Å", "å", "Ǆ", "ǆ", "ﬁne", "Zoë", "ZOË", "Zoe\u0308", "日本語", "जयपुर", "😀", "ẞ", "ŉ", "ΐ"),
    *("100%", "100", "a_b", "aXb", "c:\\temp", "\\", "\\\\", "%", "_", "'", '"q"', "⟨status failure⟩", "success"),
    *("*", "[a-z]", "(x"),
    *("Ann", "Anna", "Hannah", "O'Neil", "on", "x", "+49 151 2345678", "198.51.100.7", "2001:db8::1"),
    *("a\u00a0b", "a\u2003b"),
    *("Café", "Cafe\u0301", "O’Brien", "Łódź", "مُحَمَّد", "हिन्दी", "ガーデン", "Ｗｉｄｅ", "mid–dash", "한글"),
]  # fmt: skip
ADDRESSES = [
    "10.1.2.3",
    "10.1.2.34",
    "10.1.20.3",
    "192.0.2.200",
    "2001:db8::1",
    "2001:db8::10",
    "::1",
    None,
]


@dataclass(frozen=True, slots=True)
class History:
    tenant: UUID = field(default_factory=a_tenant)
    other: UUID = field(default_factory=a_tenant)


def rows_over_months(record: str, tenant: UUID) -> list[dict[str, Any]]:
    """In order, evenly up to now. Texts of the first month occur nowhere else."""
    chance = random.Random(record)
    start = timezone.now() - timedelta(days=DAYS)
    step = timedelta(days=DAYS) / EVENTS
    rows = [a_row(record, tenant, chance, start + step * number) for number in range(EVENTS)]
    for row in rows[:30:3]:
        row["user_name" if record == "login" else "resource_name"] = "Onlythen Ünique"
    return rows


def a_row(record: str, tenant: UUID, chance: random.Random, moment: Any, *words: str) -> dict[str, Any]:
    def say() -> str:
        return " ".join(chance.choices(WORDS, k=chance.randrange(3))) if not words else " ".join(words)

    failed = chance.random() < 0.2
    row: dict[str, Any] = {
        "id": UUID(int=first_id(moment).int | 7 << 76 | 2 << 62 | chance.getrandbits(62)),
        "tenant_id": tenant,
        "status": "failure" if failed else "success",
        "ip": chance.choice(ADDRESSES),
        "request_id": UUID(int=chance.randrange(90)),
        "session": f"{int(moment.timestamp()) // 432_000:016x}",  # of five days
    }
    if record == "login":
        return row | {
            "user_name": say(),
            "user_email": f"{chance.choice(WORDS)}@example.com".lower(),
            "user_id": chance.choice([None, UUID(int=7), UUID(int=8)]),
            "acted_by": say(),
            "action": chance.choice(["log_in", "log_out", "view"]),
            "reason": "wrong_password" if failed else "",
            "place": say(),
            "user_agent": say(),
            "country": chance.choice(["IN", "DE"]),
            "device_kind": chance.choice(["mac", "ipad"]),
            "detail": json.dumps({"area": say(), "filters": {"Search": "Neverfound"}}),
        }
    return row | {
        "actor_kind": chance.choice(["person", "system"]),
        "actor_id": chance.choice([None, UUID(int=7), UUID(int=8)]),
        "actor_name": say(),
        "actor_email": "",
        "module": chance.choice(["business_group", "templates", "gone_module"]),
        "action": chance.choice(["edit", "add"]),
        "reason_code": "no_permission" if failed else "",
        "reason": say(),
        "resource_id": UUID(int=chance.randrange(60)),
        "resource_name": say(),
        "changes": [
            {"field": "neverfound", "label": say() or "Name", "before": say(), "after": f"{say()}\n{say()}"},
            {"field": "users", "label": "Users", "added": [say(), say()], "removed": [say()]},
            {"field": "key", "label": "API key", "masked": True},
        ],
    }
