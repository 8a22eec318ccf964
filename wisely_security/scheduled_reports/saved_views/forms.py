from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from wisely_security.core.text.folding import is_confusable
from wisely_security.tenancy.forms.edit_form import EditForm
from wisely_security.tenancy.models import User

from ..models import SavedView
from .parameters import LONGEST

MOST = 50  # of a record, of one person or shared


class SavedViewForm(EditForm):
    """``may_share``: whether the person may share views of this record with the company.

    ``taken``: the view that has the name already, which a person may give these filters instead.
    """

    taken: SavedView | None = None

    class Meta:
        model = SavedView
        fields = ["name", "is_shared"]

    def __init__(self, data: Any = None, *, instance: SavedView, user: User, may_share: bool) -> None:
        super().__init__(data, instance=instance)
        self.user = user
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        shared: Any = self.fields["is_shared"]
        shared.label = f"Share with {instance.tenant}"
        shared.help_text = f"Everybody there who may view {instance.get_record_display()} sees it."
        if not may_share:
            del self.fields["is_shared"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        view = self.instance
        was_shared = not view._state.adding and view.is_shared
        is_shared = data.get("is_shared", view.is_shared)
        if was_shared and not is_shared and view.reports.exists():
            self.add_error(
                "is_shared", ValidationError("A scheduled report uses this view, so it stays shared.", code="in_use")
            )
        view.owner = None if is_shared else (view.owner or self.user)
        others = SavedView.objects.filter(tenant=view.tenant, record=view.record, owner=view.owner).exclude(pk=view.pk)
        if sum(map(len, view.parameters)) > LONGEST:
            raise ValidationError("These are too many filters to save.", code="limit")
        if view._state.adding and len(others) >= MOST:
            raise ValidationError(f"There are {MOST} views already. Delete one first.", code="limit")
        if name := data.get("name"):
            self._refuse_taken(name, others)
        return data

    def _refuse_taken(self, name: str, others: Any) -> None:
        self.taken = others.filter(name__folded=name).first()
        if self.taken or is_confusable(name, [other.name for other in others]):
            self.add_error("name", ValidationError("A view with this name already exists.", code="unique"))
