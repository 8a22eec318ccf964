"""Each module has its file of what the tests know of it.

The other tests try what is there; these find what is missing.
"""

from __future__ import annotations

from pathlib import Path

from audit_trail.registry import audited_models
from wisely_security.tenancy.models import Tenant
from wisely_security.workspace import modules
from wisely_security.workspace.pages.resource_page import resource_pages

from . import samples
from .samples import SAMPLES

FOLDER = "tests/workspace/samples"
WITHOUT_A_MODEL = {"retention"}
ELSEWHERE = {"findings", "notes", "scheduled_reports"}  # whose modules are apps of their own


def test_each_module_has_its_file() -> None:
    files = {path.stem for path in Path(str(modules.__file__)).parent.glob("*.py")} - {"__init__"}
    wanted = files - WITHOUT_A_MODEL | ELSEWHERE
    assert [f"{FOLDER}/{name}.py" for name in sorted(wanted ^ set(samples.FILES))] == []


def test_each_audited_model_has_its_sample() -> None:
    audited = set(audited_models()) - {Tenant}  # of which only the Super Admin is audited
    assert {model.__name__ for model in audited ^ set(SAMPLES)} == set(), f"a Sample of each is in {FOLDER}/"


def test_each_resource_is_edited_by_others_and_by_support() -> None:
    pages = {page.model: page for page in resource_pages()}
    assert set(pages) <= set(SAMPLES), f"a Sample of each is in {FOLDER}/"
    for model, page in pages.items():
        sample = SAMPLES[model]
        assert sample.name and sample.edit and sample.edit_in_sql and sample.by_bob, f"{FOLDER}/: {page.key}"
        of_the_workspace = model._meta.app_label == "workspace"  # the admin of users and roles has tests of its own
        assert bool(sample.support) is of_the_workspace, f"{FOLDER}/: {page.key}"
