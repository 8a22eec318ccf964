"""What a superuser can do beyond that."""

from __future__ import annotations

from .attack import Attacks, Found, Who, statements
from .scene import Scene

APP, OWNER = "wisely_app", "wisely_owner"
attacks = Attacks(Who.SUPERUSER)
attacks += (
    statements(Who.SUPERUSER, what, Found(f"wisely_security.{number}"), sql)
    for number, what, sql in (
        ("E021", "gives the app role BYPASSRLS, or makes it a superuser", f"ALTER ROLE {APP} BYPASSRLS"),
        ("E021", "makes the app role a member of the owner", f"GRANT {OWNER} TO {APP}"),
        ("E021", "makes it a member of a role that reads or writes everything", f"GRANT pg_write_all_data TO {APP}"),
        ("E021", "lets it set session_replication_role", f"GRANT SET ON PARAMETER session_replication_role TO {APP}"),
        ("E022", "gives the owner BYPASSRLS", f"ALTER ROLE {OWNER} BYPASSRLS"),
        ("E032", "has each session begin in support's scope", f"ALTER ROLE {APP} SET wisely.scope = 'support'"),
        (
            "E032",
            "has each session of the app role search another schema first",
            f"ALTER ROLE {APP} SET search_path = mine, public",
        ),
        ("E029", "gives a function another owner", "ALTER FUNCTION audit_trail_record OWNER TO postgres"),
    )
)


@attacks("alters rows under session_replication_role, which passes all guards by", Found("it was altered"))
def alter(scene: Scene) -> None:
    with scene.superuser() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"UPDATE {scene.partition} SET place = 'Elsewhere' WHERE id = %s", [scene.ids[5]])
