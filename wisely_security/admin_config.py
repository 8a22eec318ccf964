from django.contrib.admin.apps import AdminConfig


class SupportAdminConfig(AdminConfig):
    """Django admin, with the site of our support staff as its default. Apart, for apps load before models do."""

    default_site = "wisely_security.admin_site.SupportSite"
