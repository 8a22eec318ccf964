"""The addresses of every resource page, made from what the modules declare."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, path

from . import short_links
from .actions import AddPage, CustomActionPage, EditPage
from .resource_page import ResourcePage, resource_pages
from .viewing import ListPage, RecordPage


def _of_resource_page(resource_page: ResourcePage) -> Iterator[URLPattern]:
    at, key = f"settings/{resource_page.path}/", resource_page.key
    yield path(at, ListPage.as_view(resource_page=resource_page), name=key)
    if resource_page.created is not None:
        yield path(
            f"{at}{resource_page.add_path}/",
            AddPage.as_view(resource_page=resource_page, action=resource_page.created),
            name=f"{key}_add",
        )
    yield path(f"{at}<uuid:pk>/", RecordPage.as_view(resource_page=resource_page), name=f"{key}_record")
    yield path(
        f"{at}<uuid:pk>/edit/",
        EditPage.as_view(resource_page=resource_page, action=resource_page.changed),
        name=f"{key}_edit",
    )
    for custom_action in resource_page.custom_actions:
        view = CustomActionPage.as_view(
            resource_page=resource_page, action=custom_action.action, custom_action=custom_action
        )
        yield path(f"{at}<uuid:pk>/{custom_action.key.replace('_', '-')}/", view, name=f"{key}_{custom_action.key}")


urlpatterns = [path("l/<slug:code>/", short_links.follow, name="short_link")]
urlpatterns += [pattern for resource_page in resource_pages() for pattern in _of_resource_page(resource_page)]
