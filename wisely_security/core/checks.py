"""Settings that are checked when the site starts, not when the first person comes."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.http.request import split_domain_port, validate_host

from .http.client_address import TrustedProxies


@checks.register
def proxies_can_be_read(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    try:
        TrustedProxies.parse(settings.TRUSTED_PROXIES)
    except ImproperlyConfigured as error:
        return [checks.Error(str(error), id="wisely_security.E001")]
    return []


@checks.register
def links_lead_here(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    host, _ = split_domain_port(settings.SITE_URL.partition("://")[2])
    if validate_host(host, settings.ALLOWED_HOSTS):
        return []
    return [
        checks.Error(
            f"Links in e-mails point to {host}, which the site does not accept.",
            hint="Add the host of SITE_URL to ALLOWED_HOSTS.",
            id="wisely_security.E005",
        )
    ]
