"""The one way from a finding to people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from ..models import Finding
from . import alerts, questions

HISTORY = timedelta(days=7)  # older than that it is no news: a site that begins to look for findings, or has caught up


def notify(findings: Iterable[Finding]) -> None:
    """Notify people of those that are news, in the transaction in which they were stored."""
    since = timezone.now() - HISTORY
    news = [each for each in findings if each.is_news and each.last_at > since]
    if news:
        alerts.queue({each: each.severity for each in news})
        questions.ask(news)
