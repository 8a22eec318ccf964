"""The whole running site: gunicorn as the app role, with a database of the cast and their events."""

from __future__ import annotations

import email
import itertools
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from email import policy
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen
from zoneinfo import ZoneInfo

from django.conf import settings

from login_activity.models import LoginEvent
from tests.support import cast, databases
from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as
from wisely_security.demo.networks import build_demo_database
from wisely_security.tenancy.models import Edition, Tenant, User, UserStatus
from wisely_security.tenancy.sign_in.accounts import create_tenant

from . import events

PROJECT = Path(__file__).resolve().parents[2]
LONGEST_NAME = " ".join(["The Very Long And Honourable Company Of Messengers And Couriers"] * 4)[:200].strip()


@dataclass(frozen=True, slots=True)
class Site:
    """``folder``: its data folder. ``chief``: the only member of a tenant where names are as long as they may be."""

    url: str
    folder: Path
    database: str
    cast: Cast
    chief: User
    _numbers: Iterator[int]

    def at_its_database(self) -> AbstractContextManager[None]:
        """The test's own connections read and write what the site does, inside the block."""
        return databases.using_database(self.database)

    def newcomer(self, role: str = "admin", *, tenant: Tenant | None = None, **fields: object) -> User:
        """A person whom no other test knows, so that nothing they do changes what others see of themselves."""
        number = next(self._numbers)
        person = cast.person(f"Newcomer {number}", f"newcomer{number}@example.com", **fields)
        with self.at_its_database():
            return cast.add_member(tenant or self.cast.acme, role, person)

    def session_of(self, person: User) -> str:
        """The key of a new session, as a cookie holds it."""
        with self.at_its_database():
            return str(cast.sign_in(person).cookies[settings.SESSION_COOKIE_NAME].value)

    def events(self, tenant: Tenant, first: date, last: date, zone: str = "UTC") -> list[LoginEvent]:
        """What the record holds from the first day to the last, both included, newest first: the truth for pages."""
        with self.at_its_database(), acting_as(tenant_id=tenant.pk):
            record = list(LoginEvent.objects.for_tenant(tenant.pk).order_by("-id"))
        return [e for e in record if first <= e.occurred_at.astimezone(ZoneInfo(zone)).date() <= last]

    def mailed_link(self, to: str) -> str:
        """The first link in the last e-mail to this address. It may be on its way: it goes out beside the answer."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for file in sorted((self.folder / "mail").glob("*"), reverse=True):
                message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
                body = message.get_body(("plain",))
                links = re.findall(r"http://\S+", body.get_content()) if body else []
                if message["To"] == to and links:
                    return str(links[0])
            time.sleep(0.05)
        raise AssertionError(f"No e-mail to {to}.")


@contextmanager
def running_site(folder: Path, name: str = "browser", **environ: str) -> Iterator[Site]:
    """``name``: another for a second site beside the first. ``environ``: what else it is set up with."""
    database = f"test_wisely_{os.getpid()}_{name}"
    build_demo_database(folder / "places" / "demo.mmdb")
    with databases.kept_database(database):
        with databases.using_database(database):
            people, chief = _inhabit()
        with _served(folder, database, environ) as url:
            yield Site(url, folder, database, people, chief, itertools.count(1))


def _inhabit() -> tuple[Cast, User]:
    people = cast.create_cast()
    colleagues = [
        cast.add_member(people.acme, role, cast.person(name, f"{name.split()[0].lower()}@acme.example", **fields))
        for role, name, fields in (
            ("admin", "Priya Ramanathan-Venkatasubramanian", {"time_zone": "Asia/Kolkata"}),
            ("finance", "Søren Ångström", {}),
            ("support", "Zoë O’Neil", {"status": UserStatus.SUSPENDED}),
            ("mis", "李小龍", {"status": UserStatus.PENDING}),
        )
    ]
    events.fill(people.acme, [people.alice, people.bob, *colleagues[:2]])
    events.fill(people.globex, [people.charlie])
    chief = cast.person("Unbreakable" * 13, f"{'x' * 60}@{'long' * 15}.{'long' * 15}.example")
    verbose = create_tenant(LONGEST_NAME, "verbose", Edition.ENTERPRISE, super_admin=chief)
    events.fill(verbose, [chief])
    return people, chief


@contextmanager
def _served(folder: Path, database: str, more: dict[str, str]) -> Iterator[str]:
    """gunicorn on a port of its own, once it answers."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environ = kept | more
    environ |= {
        "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl(),
        "DATA_DIR": str(folder),
        "DEBUG": "1",
        "DEBUG_PAGES": "0",
        "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "STATIC_ROOT": str(folder / "static"),
        "TRUSTED_PROXIES": "1",
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=PROJECT, env=environ, check=True)
    with socket.create_server(("127.0.0.1", 0)) as door, (folder / "server.log").open("wb") as log:
        environ["SITE_URL"] = f"http://localhost:{door.getsockname()[1]}"
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "wisely_security.wsgi", "--bind", f"fd://{door.fileno()}"],
            cwd=PROJECT,
            env=environ,
            pass_fds=[door.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            urlopen(environ["SITE_URL"] + "/sign-in/", timeout=300).close()  # a browser would not wait so long
            yield environ["SITE_URL"]
        finally:
            server.terminate()
            server.wait(timeout=30)
