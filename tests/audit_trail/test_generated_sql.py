"""The generated SQL of the triggers, kept for review: tests/audit_trail/golden/<app.Model>.sql.

After a change of the hook or of a declaration, write the files again and read the difference:

    for model in workspace.BusinessGroup workspace.AccessAccount; do
        python manage.py audit_sql $model > tests/audit_trail/golden/$model.sql
    done
"""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

GOLDEN = Path(__file__).parent / "golden"


def audit_sql(model: str) -> str:
    out = StringIO()
    call_command("audit_sql", model, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    "model",
    [
        pytest.param("workspace.BusinessGroup", id="plain fields, and a many-to-many table"),
        pytest.param("workspace.AccessAccount", id="transitions, and a masked field"),
    ],
)
def test_it_is_what_the_golden_file_shows(model: str) -> None:
    golden = GOLDEN / f"{model}.sql"
    assert audit_sql(model) == golden.read_text(), f"Write it again: manage.py audit_sql {model} > {golden}"


@pytest.mark.parametrize("model", ["ledger.Archive", "nonsense", "no.Model"])
def test_a_model_that_is_not_audited_is_refused_with_those_that_are(model: str) -> None:
    with pytest.raises(CommandError, match=f"^{model} is not an audited model. There are: .*workspace.BusinessGroup"):
        audit_sql(model)
