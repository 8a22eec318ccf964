"""Static files as they are served: named after their content, compressed, and few."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, join
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLES = "css/site.css"
SCRIPTS = "js/record.js"
IMPORT = re.compile(r'^@?import "(?:\./)?(?P<name>.+)";\n', re.MULTILINE)


class CollectedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """The style sheets, a file for each subject, become the one that imports them; likewise the scripts of a record."""

    def url(self, name: str, force: bool = True) -> str:
        """The name with the hash, with DEBUG too."""
        return str(super().url(name, force))

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            self._join(STYLES, paths, "{}")
            self._join(SCRIPTS, paths, "{{\n{}}}\n")  # a block each: names that two have in common stay apart
            paths = paths | {name: (self, name) for name in (STYLES, SCRIPTS)}
        yield from super().post_process(paths, dry_run, **options)

    def _join(self, into: str, paths: dict[str, Any], part: str) -> None:
        def read(name: str) -> str:
            storage, path = paths[name]
            with storage.open(path) as file:
                return str(file.read().decode())

        joined = IMPORT.sub(lambda found: part.format(read(join(dirname(into), found["name"]))), read(into))
        self.delete(into)
        self.save(into, ContentFile(joined))
