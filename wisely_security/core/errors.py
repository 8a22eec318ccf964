"""What people see when something goes wrong, and the reference that leads from it to the log."""

from __future__ import annotations

import logging
import sys
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from .request_context import current

SAVED_OR_NOT = "Your changes were either saved completely or not at all. Please try again in a moment."


class UnavailableError(Exception):
    """What somebody wants can't be had for a while. They read ``sentence`` on a plain page (503)."""

    heading = "Please try again in a moment"
    sentence = ""


class RequestIdFilter(logging.Filter):
    """Puts the request's id on each line of the log. Below an error there is no traceback: a refusal is no accident."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current().request_id or "-"
        if record.levelno < logging.ERROR:
            record.exc_info = record.exc_text = None
        return True


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    reason = str(exception) if isinstance(exception, BadRequest) else ""
    return render(request, "400.html", {"reason": reason}, status=400)


def notice(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    """A part of a page, for htmx to show among its messages whatever it asked for; the rest of the page stays."""
    response = render(request, template, context, status=status)
    response["HX-Retarget"], response["HX-Reswap"], response["HX-Reselect"] = "#notices", "innerHTML", "unset"
    response["HX-Push-Url"] = "false"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without context processors: nothing here may touch what has just failed."""
    error = sys.exc_info()[1]
    if isinstance(error, UnavailableError):
        return unavailable(error)
    return _page(500, heading="Something went wrong on our side", sentence=SAVED_OR_NOT)


def unavailable(error: UnavailableError, **context: str) -> HttpResponse:
    """``context``: another ``sentence``; where the button leads (``back_url``), and what it says (``back``)."""
    response = _page(503, **{"heading": error.heading, "sentence": error.sentence, **context})
    response["Retry-After"] = "60"
    return response


def _page(status: int, **context: str) -> HttpResponse:
    page = render_to_string("error.html", {"status": status, "reference": current().request_id, **context})
    return HttpResponse(page, status=status)
