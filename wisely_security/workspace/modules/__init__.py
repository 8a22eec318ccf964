"""One file a module: model, what is audited, form, columns. Importing them declares them, in the order of the menu."""

# isort: off
from . import business_groups as business_groups
from . import business_profile as business_profile
from . import access_accounts as access_accounts
from . import waba_numbers as waba_numbers
from . import templates as templates
from . import consent_groups as consent_groups
from . import users as users
from . import roles as roles
from . import retention as retention
from . import checkpoint_receivers as checkpoint_receivers
