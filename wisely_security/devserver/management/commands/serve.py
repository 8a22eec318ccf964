import http.client
import os
import sys
import time
from argparse import ArgumentParser
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from wisely_security.core import request_context
from wisely_security.devserver import embedded
from wisely_security.devserver.serving import (
    FIRST_PORT,
    HOST,
    Children,
    Claim,
    ServingError,
    keep_signing_key,
    kept_secret_key,
    listen,
)
from wisely_security.tenancy.models import Tenant

SECONDS_TO_ANSWER = 30


class Command(BaseCommand):
    help = "Prepares the database, loads the demo if it is empty, and serves the site until it is stopped."
    requires_system_checks = ()  # migrate runs them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help=f"default: the first free port from {FIRST_PORT}")
        parser.add_argument("--workers", type=int, default=2, help="web processes (default: 2)")
        parser.add_argument("--demo", action="store_true", help="load demo data into an empty database")

    def handle(self, *, port: int | None, workers: int, demo: bool, **options: Any) -> None:
        children = Children()
        try:
            claim = Claim(settings.DATA_DIR)
            listener = listen(port)
            secret_key = os.environ.get("SECRET_KEY") or kept_secret_key(settings.DATA_DIR)
            if not settings.SIGNING_KEY:
                keep_signing_key(settings.SIGNING_KEY_FILE)
        except ServingError as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"Cannot use {error.filename}: {error.strerror}.") from None
        port_in_use = listener.getsockname()[1]
        if port is None and port_in_use != FIRST_PORT:
            self.stdout.write(f"Port {FIRST_PORT} is in use by another program; taking {port_in_use}.")

        url = f"http://localhost:{port_in_use}"
        defaults = {"STATIC_ROOT": str(settings.DATA_DIR / "static"), "SITE_URL": url, "DEBUG_PAGES": "0"}
        environ = defaults | os.environ | {"SECRET_KEY": secret_key}
        self._prepare(children, environ, demo)

        environ.pop("DATABASE_OWNER_URL", None)
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "wisely_security.wsgi",
            "--chdir",
            str(settings.BASE_DIR),
        ]
        command += ["--config", str(settings.BASE_DIR / "gunicorn.conf.py")]
        command += ["--bind", f"fd://{listener.fileno()}", "--workers", str(workers)]
        # Database and claim stay in use for as long as the web server lives, even if this process is killed.
        keep_open = (listener.fileno(), claim.descriptor, *embedded.descriptors())
        claim.publish(children.start(command, environ, keep_open=keep_open), url)
        listener.close()
        if self._answers(children, port_in_use):
            self._welcome(url)
        sys.exit(children.wait())

    def _prepare(self, children: Children, environ: dict[str, str], demo: bool) -> None:
        def run(*arguments: str, quiet: bool) -> None:
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
            children.start(command, environ, quiet=quiet)
            if code := children.wait():
                sys.exit(code)

        run("collectstatic", "--no-input", quiet=True)
        if "DATABASE_OWNER_URL" not in environ:
            self.stdout.write("DATABASE_OWNER_URL is not set: the database is used as it is.")
            return
        self.stdout.write("Preparing the database …")
        run("migrate", quiet=True)
        run("create_partitions", quiet=True)
        if demo and not self._has_tenants():
            run("seed_demo", quiet=True)

    def _has_tenants(self) -> bool:
        with request_context.acting_as(support=True):
            found = Tenant.objects.exists()
        connections.close_all()
        return found

    def _answers(self, children: Children, port: int) -> bool:
        """Wait until the site answers. Where it does not, the web server's own words say what is wrong."""
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        while time.monotonic() < deadline and not children.has_ended():
            connection = http.client.HTTPConnection(HOST, port, timeout=1)
            try:
                connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
                connection.getresponse()
                return True
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
            finally:
                connection.close()
        return False

    def _welcome(self, url: str) -> None:
        lines = [f"Wisely Security is running at {url}", ""]
        if settings.DEVELOPMENT:
            sign_ins = StringIO()
            call_command("seed_demo", sign_ins=True, stdout=sign_ins)
            connections.close_all()
            lines += [*sign_ins.getvalue().splitlines(), ""] if sign_ins.getvalue() else []
        lines += [f"The data is kept in {settings.DATA_DIR}. Stop with Ctrl-C."]
        self.stdout.write("\n" + "\n".join(f"  {line}".rstrip() for line in lines) + "\n\n")
        self.stdout.flush()
