"""Tests of wisely_security/tenancy/: signing in, passwords, sessions, invitations, names, and several tabs at once."""
