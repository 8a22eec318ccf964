"""Erasing people and tenants."""
