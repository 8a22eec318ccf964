"""The filters that are tried: values that are common, rare, or absent."""

from __future__ import annotations

from uuid import UUID

from benchmarks.measured.large_history import (
    ABSENT_COUNTRY,
    RARE_ACTION,
    RARE_ADDRESS,
    RARE_COUNTRY,
    RARE_DEVICE,
    RARE_EMAIL,
    RARE_ONCE,
    RARE_RECORD,
    RARE_REQUEST,
    RARE_USER,
    commonest,
)

Query = dict[str, str]
NOBODY = "00000000-0000-7000-8000-ffffffffffff"
COMMON_ADDRESS = "10.1.1.8"


def email_of_commonest(tenant: UUID) -> str:
    return f"person1.{str(tenant)[:4]}@company.example"


def login_filters(tenant: UUID) -> list[Query]:
    busy = commonest(tenant)
    return [
        {},
        *({"status": status} for status in ("success", "failure")),
        *({"user": user} for user in (busy, str(RARE_USER), NOBODY, "unknown")),
        *({"user": email} for email in (email_of_commonest(tenant), RARE_EMAIL, "nobody@company.example")),
        *({"action": action} for action in ("log_in", "log_out", "view", "edit", RARE_ACTION, "-view")),
        *({"device": device} for device in ("windows_pc", "ipad", RARE_DEVICE, "smart_tv")),
        *({"country": country} for country in ("IN", "BR", RARE_COUNTRY, RARE_ONCE, ABSENT_COUNTRY)),
        *({"q": address} for address in (COMMON_ADDRESS, RARE_ADDRESS, "192.0.2.1")),
        {"finding": "any"},
        {"user": busy, "status": "failure"},
        {"user": busy, "action": RARE_ACTION},
        {"user": busy, "country": "BR", "device": "ipad"},
        {"user": str(RARE_USER), "country": "IN"},
        {"user": "unknown", "status": "success"},
        {"user": "unknown", "action": "edit", "country": ABSENT_COUNTRY},
        {"q": COMMON_ADDRESS, "status": "failure"},
        {"q": RARE_ADDRESS, "user": busy},
        {"q": f"[{RARE_ADDRESS}]:443"},
    ]


def audit_filters(tenant: UUID) -> list[Query]:
    busy = commonest(tenant)
    return [
        {},
        *({"status": status} for status in ("success", "failure")),
        *({"actor": actor} for actor in (busy, str(RARE_USER), NOBODY, "system", "database", "api")),
        *({"actor": email} for email in (email_of_commonest(tenant), RARE_EMAIL, "nobody@company.example")),
        *({"module": module} for module in ("business_group", "templates", "roles")),
        *({"sub_module": sub_module} for sub_module in ("group", "settings", "role")),
        *({"action": action} for action in ("add", "delete", "suspend")),
        *({"record": record} for record in (busy, str(RARE_RECORD), NOBODY)),
        *({"request": request} for request in (str(RARE_REQUEST), NOBODY)),
        {"finding": "any"},
        {"actor": busy, "status": "failure"},
        {"actor": busy, "module": "roles"},
        {"actor": str(RARE_USER), "module": "users", "action": "delete"},
        {"actor": "system", "module": "roles", "status": "failure"},
        {"record": str(RARE_RECORD), "actor": busy},
    ]


def pasted(tenant: UUID) -> list[Query]:
    """IDs in a search for words. Each is searched for in every column that has an index for it."""
    ids = (RARE_REQUEST, RARE_RECORD, RARE_USER, commonest(tenant))
    return [{"q": text} for each in ids for text in (str(each), f'"urn:uuid:{str(each).upper()}",')]


def ids(report: str, tenant: UUID) -> list[UUID | str]:
    """What may be pasted into the search and occurs."""
    busy = commonest(tenant)
    return [RARE_USER, busy] if report == "login-activity" else [RARE_USER, RARE_RECORD, RARE_REQUEST, busy]


def support_login_filters(tenant: UUID) -> list[Query]:
    return [
        {},
        {"support": "on"},
        *({"status": status} for status in ("success", "failure")),
        *({"action": action} for action in ("view", "edit", RARE_ACTION)),
        *({"device": device} for device in ("windows_pc", RARE_DEVICE, "smart_tv")),
        *({"country": country} for country in ("IN", RARE_COUNTRY, RARE_ONCE, ABSENT_COUNTRY)),
        *({"q": named} for named in (email_of_commonest(tenant), RARE_EMAIL, commonest(tenant), NOBODY, RARE_ADDRESS)),
    ]


def support_audit_filters(tenant: UUID) -> list[Query]:
    return [
        {},
        *({"status": status} for status in ("success", "failure")),
        *({"module": module} for module in ("business_group", "roles")),
        *({"sub_module": sub_module} for sub_module in ("group", "settings")),
        *({"action": action} for action in ("add", "suspend")),
        *({"kind": kind} for kind in ("person", "database", "api")),
        *(
            {"q": named}
            for named in (email_of_commonest(tenant), RARE_EMAIL, str(RARE_RECORD), str(RARE_REQUEST), NOBODY)
        ),
    ]
