"""Replaces Django's ``csrf_token`` in every template, to add the owner of the page (form_owner.py)."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .form_owner import FIELD, current_owner

register = template.Library()


class OwnedFormNode(CsrfTokenNode):
    def render(self, context: Any) -> SafeString:
        token = super().render(context)
        request = getattr(context, "request", None)
        owner = current_owner(request) if token and request is not None else ""
        hidden = format_html('<input type="hidden" name="{}" value="{}">', FIELD, owner) if owner else ""
        return format_html("{}{}", token, hidden)


@register.tag
def csrf_token(parser: Parser, token: Token) -> OwnedFormNode:
    return OwnedFormNode()


@register.simple_tag(takes_context=True)
def page_owner(context: Any) -> str:
    return current_owner(context.request)
