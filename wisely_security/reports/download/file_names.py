"""The name of a downloaded file: whose record, which period, which filters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.utils.text import slugify

from wisely_security.tenancy.models import Tenant

from ..filtering.periods import Period

LONGEST_VALUE = 40
LONGEST_NAME = 180  # without its ending; file systems take 255


def file_name(tenant: Tenant, key: str, period: Period, filters: Mapping[str, str], ending: str) -> str:
    """``acme-login-activity-2026-11-01-to-2026-11-30-search-pune-status-failure.csv``.

    ASCII without a space or a quote, which every header and file system takes.
    """
    first, last = (f"{day}-{at:%H%M}" if at else f"{day}" for day, at in period.bounds)
    parts = [tenant.slug, key, f"{first}-to-{last}", *_filters(filters.items())]
    return f"{'-'.join(parts)[:LONGEST_NAME].rstrip('-')}.{ending}"


def _filters(filters: Iterable[tuple[str, str]]) -> Iterable[str]:
    """A value in letters that ASCII lacks is left out; that there is a filter is not."""
    for label, value in filters:
        words = slugify(re.sub(r"\W+", "-", value)).strip("-")
        yield slugify(f"{label} {words[:LONGEST_VALUE]}").strip("-")
