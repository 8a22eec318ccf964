"""Geolocation: whatever the file, the address or the damage, sign-in works."""
