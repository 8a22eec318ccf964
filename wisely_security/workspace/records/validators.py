"""Rules that several modules share."""

from __future__ import annotations

import re
from ipaddress import ip_network

from django.core.exceptions import ValidationError

E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def validate_e164(number: str) -> None:
    """ITU-T E.164: a plus, the country's code, at most 15 digits in all."""
    if not E164.fullmatch(number):
        raise ValidationError("Include the country code, for example +14155550123.", code="e164")


def validate_network(text: str) -> None:
    """An address or a network in CIDR notation (RFC 4632), with no bits set beyond its prefix."""
    try:
        ip_network(text)
    except ValueError:
        raise ValidationError(
            "This isn’t an IP address or network. Enter 192.0.2.7, or 192.0.2.0/24 with zeros after the prefix.",
            code="network",  # without the text: of an item of an array, Django takes a % in it for a placeholder
        ) from None
