"""Heroicons' template tags, each icon drawn once: a page shows forty, and the package builds each of them again."""

from functools import cache

from django.template import Library
from heroicons.templatetags import heroicons

register = Library()
for _tag in (heroicons.heroicon_micro, heroicons.heroicon_mini, heroicons.heroicon_outline):
    register.simple_tag(cache(_tag), name=_tag.__name__)
