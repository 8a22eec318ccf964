"""Geo Location: any file, any address, any damage, and a sign-in goes on."""
