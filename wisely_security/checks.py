"""Settings that are checked when the site starts, not when the first person comes."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from .client_address import TrustedProxies


@checks.register
def proxies_can_be_read(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    try:
        TrustedProxies.parse(settings.TRUSTED_PROXIES)
    except ImproperlyConfigured as error:
        return [checks.Error(str(error), id="wisely_security.E001")]
    return []
