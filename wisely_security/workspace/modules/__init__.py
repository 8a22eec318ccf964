"""One file a module, in the order of the menu: model, what is audited, form, columns. Importing them declares them."""

from . import (  # noqa: F401
    access_accounts,
    business_groups,
    business_profile,
    consent_groups,
    roles,
    templates,
    users,
    waba_numbers,
)
