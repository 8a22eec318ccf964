"""Tenants, roles and users in Django admin. A file each; Django loads this package."""

from . import roles, tenants, users

__all__ = ["roles", "tenants", "users"]
