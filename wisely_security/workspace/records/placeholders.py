"""Placeholders in the text of a message, which vary from one recipient to another."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")


def check_placeholders(text: str) -> None:
    """``{{1}}``, ``{{2}}`` … in any order, without gaps."""
    found = PLACEHOLDER.findall(text)
    numbers = sorted({int(each) for each in found if each.isascii() and each.isdecimal()})
    bare = PLACEHOLDER.sub("", text)
    if (
        any(not each.isascii() or not each.isdecimal() or each != str(int(each)) for each in found)
        or "{{" in bare
        or "}}" in bare
    ):
        raise ValidationError("Write placeholders as {{1}}, {{2}} and so on.", code="placeholder")
    if numbers != list(range(1, len(numbers) + 1)):
        raise ValidationError("Number the placeholders from {{1}} upwards, without gaps.", code="placeholder")
