"""What the tests know of each module, one file a module: valid records, edits, input, and how its actions are done.

A file here has the name of its module and one declaration, ``DATA``. The tests read them all; ``test_samples.py`` finds
what is missing.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django.db.models import Model

from tests.support.cast import Cast
from wisely_security.workspace.pages.resource_page import resource_pages

from . import making
from .declaration import ModuleData, Row, Sample

PARTS = {"declaration", "making"}  # of this folder, which are no module's
FILES = sorted({each.name for each in iter_modules(__path__)} - PARTS)
_IN_THE_MENU: list[type[Model]] = [page.model for page in resource_pages()]


def _place(data: ModuleData) -> int:
    model = data.samples[0].model
    return _IN_THE_MENU.index(model) if model in _IN_THE_MENU else len(_IN_THE_MENU)


# In the order of the menu, in which a module refers to those before it.
DATA: list[ModuleData] = sorted((import_module(f"{__name__}.{name}").DATA for name in FILES), key=_place)
SAMPLES: dict[type[Model], Sample] = {sample.model: sample for data in DATA for sample in data.samples}
making.VALID |= {model: sample.valid for model, sample in SAMPLES.items()}

# The first row of an action is how people do it; the others are other ways to the same action.
ROWS: list[Row] = [row for data in DATA for row in data.rows]
BY_NAME: dict[str, Row] = {str(row): row for row in reversed(ROWS)}
ACTION_MATRIX = [row for row in ROWS if BY_NAME[str(row)] is row]
OTHER_WAYS = [row for row in ROWS if BY_NAME[str(row)] is not row]


def sample_of(row: Row) -> Sample:
    """The sample of the records that an action is done to."""
    [sample] = [sample for model, sample in SAMPLES.items() if model._meta.model_name == row.kind]
    return sample


def named(sample: Sample, tenant: Any, name: str) -> Any:
    """A record with that name, wherever records of its kind have one."""
    return making.make(sample.model, tenant, **{sample.text or sample.name: name})


def set_up_workspace(cast: Cast) -> None:
    """What Acme has before the actions: all but the business profile, which one of them sets up."""
    for data in DATA:
        if data.set_up:
            data.set_up(cast)
