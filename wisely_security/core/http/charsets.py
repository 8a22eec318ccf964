"""What a Content-Type says about its text, before Django believes it."""

from __future__ import annotations

from django.utils.http import parse_header_parameters

UTF_8 = frozenset({"utf-8", "utf8"})


def with_harmless_charset(content_type: str) -> str:
    """The header, but for a charset that is no UTF-8: Latin-1 in its place, in which any bytes are some text.

    Django decodes addresses and forms by whatever codec of Python the sender names, of which some are for no text at
    all (rot13, idna), and some make halves of surrogate pairs (utf-7), which no database takes.
    """
    try:
        kind, parameters = parse_header_parameters(content_type)
    except (LookupError, ValueError):  # a parameter that is encoded in its turn (RFC 8187)
        return ""
    if parameters.get("charset", "utf-8").lower() in UTF_8:
        return content_type
    parameters["charset"] = "iso-8859-1"
    return "; ".join([kind, *(f'{name}="{value}"' for name, value in parameters.items())])
