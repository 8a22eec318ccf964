"""Second factors of the cast: codes of apps, passkeys, and signing in with them."""
