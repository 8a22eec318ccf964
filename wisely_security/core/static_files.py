"""Static files as they are served: named after their content, compressed, and few."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, join
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLES = "css/site.css"
IMPORT = re.compile(r'@import "(?P<name>.+)";\n')


class CollectedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """The style sheets, a file for each subject, become the one that imports them."""

    def url(self, name: str, force: bool = True) -> str:
        """The name with the hash, with DEBUG too."""
        return str(super().url(name, force))

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            self._join_styles(paths)
            paths = paths | {STYLES: (self, STYLES)}
        yield from super().post_process(paths, dry_run, **options)

    def _join_styles(self, paths: dict[str, Any]) -> None:
        def read(name: str) -> str:
            storage, path = paths[name]
            with storage.open(path) as file:
                return str(file.read().decode())

        joined = IMPORT.sub(lambda found: read(join(dirname(STYLES), found["name"])), read(STYLES))
        self.delete(STYLES)
        self.save(STYLES, ContentFile(joined))
