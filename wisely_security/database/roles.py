"""Names of the database roles, for migrations that grant."""

from django.db import connections


def app_role() -> str:
    """The quoted name of the role that serves requests."""
    connection = connections["default"]
    return connection.ops.quote_name(connection.settings_dict["USER"])
