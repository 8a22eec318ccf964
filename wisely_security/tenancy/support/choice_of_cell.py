"""What the header of Django admin offers where there are several cells: which one this page is in, the others, and the
search in all of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from wisely_security.core.request_context import FIRST_CELL
from wisely_security.core.site_url import path_in_cell
from wisely_security.database.cells.routing import all_cells, current_cell


def choice_of(request: HttpRequest) -> dict[str, Any]:
    """A list leads to the same list in another cell; any other page, which is of a record here, to the first page."""
    match = request.resolver_match
    is_list = match is not None and str(match.url_name).endswith("_changelist")
    path = request.path_info if is_list else path_in_cell(FIRST_CELL, reverse("admin:index"))
    return {
        "cell": current_cell(),
        "cells": [(each, path_in_cell(each, path)) for each in all_cells()],
        "all_cells_url": path_in_cell(FIRST_CELL, reverse("admin:all_cells")),
    }
