from django.urls import path, register_converter

from ..models.tenant import PEOPLE_SECTIONS
from . import password, people, sessions, sign_in, time_zone
from .factors import at_sign_in, confirmation, of_user, one_factor, own_apps, own_passkeys, passkeys


class PeopleSection:
    """The part of a URL that differs by edition: ``identity-access`` or ``users-permissions``."""

    regex = "|".join(section for section, _ in PEOPLE_SECTIONS.values())

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


register_converter(PeopleSection, "people_section")

urlpatterns = [
    path("", sign_in.Home.as_view(), name="home"),
    path("settings/", sign_in.Home.as_view(), name="settings"),
    path("sign-in/", sign_in.SignIn.as_view(), name="sign_in"),
    path("sign-in/code/", at_sign_in.SignInCode.as_view(), name="sign_in_code"),
    path("sign-in/code/passkey/", passkeys.SecondStepWithPasskey.as_view(), name="sign_in_code_passkey"),
    path("sign-in/code/passkey/options/", passkeys.SecondStepOptions.as_view(), name="sign_in_code_passkey_options"),
    path("sign-in/passkey/", passkeys.SignInWithPasskey.as_view(), name="sign_in_passkey"),
    path("sign-in/passkey/options/", passkeys.SignInOptions.as_view(), name="sign_in_passkey_options"),
    path("account/second-factor/", own_apps.SecondFactor.as_view(), name="second_factor"),
    path("account/second-factor/app/", own_apps.AddApp.as_view(), name="app_add"),
    path("account/second-factor/<uuid:pk>/rename/", one_factor.RenameApp.as_view(), name="app_rename"),
    path("account/second-factor/<uuid:pk>/remove/", one_factor.RemoveApp.as_view(), name="app_remove"),
    path("account/second-factor/recovery-codes/", own_apps.RecoveryCodes.as_view(), name="recovery_codes"),
    path("account/passkeys/", own_passkeys.Passkeys.as_view(), name="passkeys"),
    path("account/passkeys/add/", own_passkeys.AddPasskey.as_view(), name="passkey_add"),
    path("account/passkeys/add/options/", own_passkeys.AddPasskeyOptions.as_view(), name="passkey_add_options"),
    path("account/passkeys/<uuid:pk>/rename/", one_factor.RenamePasskey.as_view(), name="passkey_rename"),
    path("account/passkeys/<uuid:pk>/remove/", one_factor.RemovePasskey.as_view(), name="passkey_remove"),
    path("account/confirm/", confirmation.Confirm.as_view(), name="confirm"),
    path("account/confirm/passkey/", confirmation.ConfirmWithPasskey.as_view(), name="confirm_passkey"),
    path("account/confirm/passkey/options/", confirmation.ConfirmOptions.as_view(), name="confirm_passkey_options"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign_out"),
    path("password-reset/", password.PasswordReset.as_view(), name="password_reset"),
    path("password-reset/sent/", password.PasswordResetSent.as_view(), name="password_reset_sent"),
    path(
        "password-reset/<uuid:user_id>/<slug:token>/",
        password.SetPasswordByLink.as_view(),
        name="password_reset_confirm",
    ),
    path(
        "invitation/<uuid:user_id>/<slug:token>/",
        password.AcceptInvitation.as_view(),
        name="accept_invitation",
    ),
    path("account/profile/", people.Profile.as_view(), name="profile"),
    path("account/password/", password.ChangePassword.as_view(), name="password_change"),
    path("account/sessions/", sessions.OwnSessions.as_view(), name="sessions"),
    path("account/sessions/end/", sessions.EndOwnSessions.as_view(), name="end_other_sessions"),
    path("account/sessions/<uuid:pk>/end/", sessions.EndOwnSessions.as_view(), name="end_session"),
    path("settings/users/<uuid:pk>/sessions/", sessions.UserSessions.as_view(), name="user_sessions"),
    path("settings/users/<uuid:pk>/sessions/end/", sessions.EndUserSessions.as_view(), name="end_user_sessions"),
    path(
        "settings/users/<uuid:pk>/sessions/<uuid:session_pk>/end/",
        sessions.EndUserSessions.as_view(),
        name="end_user_session",
    ),
    path("settings/users/<uuid:pk>/second-factor/", of_user.UserFactors.as_view(), name="user_factors"),
    path(
        "settings/users/<uuid:pk>/second-factor/reset/", of_user.ResetUserFactors.as_view(), name="reset_user_factors"
    ),
    path("settings/sign-in/", people.SignInSettings.as_view(), name="sign_in_settings"),
    path("switch-time-zone/", time_zone.SwitchTimeZone.as_view(), name="switch_time_zone"),
    path("switch-tenant/", people.SwitchTenant.as_view(), name="switch_tenant"),
]
