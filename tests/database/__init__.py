"""Tests of wisely_security/database/: the scope of each statement, rights, migrations, and the checks of safeguards."""
