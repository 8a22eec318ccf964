"""The addresses of every section, made from what the modules declare."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, path

from . import short_links
from .actions import AddPage, CustomActionPage, EditPage
from .pages import ListPage, RecordPage
from .section import Section, sections


def _of_section(section: Section) -> Iterator[URLPattern]:
    at, key = f"settings/{section.path}/", section.key
    yield path(at, ListPage.as_view(section=section), name=key)
    if section.created is not None:
        yield path(
            f"{at}{section.add_path}/", AddPage.as_view(section=section, action=section.created), name=f"{key}_add"
        )
    yield path(f"{at}<uuid:pk>/", RecordPage.as_view(section=section), name=f"{key}_record")
    yield path(f"{at}<uuid:pk>/edit/", EditPage.as_view(section=section, action=section.changed), name=f"{key}_edit")
    for custom_action in section.custom_actions:
        view = CustomActionPage.as_view(section=section, action=custom_action.action, custom_action=custom_action)
        yield path(f"{at}<uuid:pk>/{custom_action.key.replace('_', '-')}/", view, name=f"{key}_{custom_action.key}")


urlpatterns = [path("l/<slug:code>/", short_links.follow, name="short_link")]
urlpatterns += [pattern for section in sections() for pattern in _of_section(section)]
