"""The scheme that a proxy reports, where it is trusted to (TRUST_X_FORWARDED_PROTO)."""

from __future__ import annotations


def agreed_scheme(header: str) -> str:
    """The scheme in ``X-Forwarded-Proto``, or "" where its values differ.

    A header that was sent twice arrives as one with commas. Django takes the first value, which is the client's.
    """
    values = {value.strip().lower() for value in header.split(",")}
    return values.pop() if len(values) == 1 else ""
