"""Who runs the server. PostgreSQL refuses to run as root."""

import errno
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .errors import OTHER_SERVER, EmbeddedPostgresError

USERS_INSTEAD_OF_ROOT = ("postgres", "nobody")
KEPT_ENVIRONMENT: tuple[str, ...] = ("PATH", "LD_LIBRARY_PATH")  # secrets in the rest are no business of the server's


@dataclass(frozen=True)
class ServerUser:
    uid: int
    gid: int

    @classmethod
    def owner_of(cls, folder: Path) -> "ServerUser":
        status = folder.stat()
        return cls(status.st_uid, status.st_gid)

    @classmethod
    def for_a_new_cluster(cls) -> "ServerUser":
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        for name in USERS_INSTEAD_OF_ROOT:
            try:
                account = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(account.pw_uid, account.pw_gid)
        raise EmbeddedPostgresError(
            "PostgreSQL does not run as root, and there is no user called postgres or nobody to run it as. "
            f"Run this as an ordinary user. {OTHER_SERVER}"
        )

    @property
    def is_me(self) -> bool:
        return self.uid == os.geteuid()

    @property
    def name(self) -> str:
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)

    def spawn(
        self,
        command: list[str],
        *,
        output: int,
        stdin: int = subprocess.DEVNULL,
        keep_open: tuple[int, ...] = (),
    ) -> "subprocess.Popen[bytes]":
        """Start ``command`` as this user, in a session of its own: Ctrl-C is not meant for it."""
        kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
        try:
            return subprocess.Popen(
                command,
                user=None if self.is_me else self.uid,
                group=None if self.is_me else self.gid,
                extra_groups=None if self.is_me else [],
                cwd="/",
                env=kept | {"LC_ALL": "C"},
                stdin=stdin,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=keep_open,
                start_new_session=True,
            )
        except OSError as error:
            if self.is_me or error.errno not in {errno.EPERM, errno.EINVAL}:
                raise
            raise EmbeddedPostgresError(
                f"PostgreSQL does not run as root, and this machine does not let root act as "
                f"{self.name}. Run this as an ordinary user. {OTHER_SERVER}"
            ) from error

    def run(self, command: list[str], stdin: str = "") -> tuple[int, str]:
        """Exit code and output of ``command``, run as this user."""
        process = self.spawn(command, output=subprocess.PIPE, stdin=subprocess.PIPE)
        output, _ = process.communicate(stdin.encode())
        return process.returncode, output.decode(errors="replace")

    def can_enter(self, folder: Path) -> bool:
        return self.is_me or self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)])[0] == 0

    def can_run(self, program: Path) -> bool:
        try:
            return self.is_me or self.run([str(program), "--version"])[0] == 0
        except PermissionError:
            return False

    def give(self, path: Path) -> None:
        if not self.is_me:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
