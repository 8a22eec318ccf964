"""The two roles and the database, as docs/operating/operations.md makes them by hand on a server of one's own."""

from pathlib import Path
from urllib.parse import quote

from wisely_security.database.rights import REVOKE_WRITING_FUNCTIONS

SUPERUSER = "postgres"  # owns the catalogue; nothing of ours connects as it
OWNER_ROLE = "wisely_owner"
APP_ROLE = "wisely_app"
DATABASE = "wisely"
PORT = 5432  # part of the socket's name; no port of the machine is used
SOCKET = f".s.PGSQL.{PORT}"

# Run once in template1, so that databases made later (those of tests) are as closed. One statement a line.
STATEMENTS = f"""\
CREATE ROLE {OWNER_ROLE} LOGIN CREATEDB
CREATE ROLE {APP_ROLE} LOGIN
{REVOKE_WRITING_FUNCTIONS}
REVOKE ALL ON SCHEMA public FROM PUBLIC
GRANT USAGE ON SCHEMA public TO {APP_ROLE}
CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}
REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC
GRANT CONNECT ON DATABASE {DATABASE} TO {APP_ROLE}
"""


def url(socket_folder: Path, role: str) -> str:
    return f"postgresql://{role}@{quote(str(socket_folder), safe='')}:{PORT}/{DATABASE}"
