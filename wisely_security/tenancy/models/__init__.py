from .factors import AuthenticatorApp, RecoveryCode
from .passkeys import Passkey
from .role import BUILT_IN_ROLES, SUPER_ADMIN, Role
from .session import Session
from .tenant import Edition, Tenant
from .user import User, UserStatus

__all__ = [
    "BUILT_IN_ROLES",
    "SUPER_ADMIN",
    "AuthenticatorApp",
    "Edition",
    "Passkey",
    "RecoveryCode",
    "Role",
    "Session",
    "Tenant",
    "User",
    "UserStatus",
]
