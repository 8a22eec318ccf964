from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "wisely_security.tenancy"
    verbose_name = "Tenants and users"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from . import safeguards  # noqa: F401
        from .sign_in import authentication
        from .sign_in.factors import key_rotation  # noqa: F401

        user_logged_in.disconnect(dispatch_uid="update_last_login")  # ours knows the scope
        user_logged_in.connect(authentication.open_session, dispatch_uid="tenancy.open_session")
        user_logged_out.connect(authentication.close_session, dispatch_uid="tenancy.close_session")
