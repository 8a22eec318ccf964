"""E-mails in a dark mail program: what has a colour has a class, by which templates/email/base.html changes it.
White on a button stays."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

ELEMENT = re.compile(r'<\w+(?: [\w-]+="(?:\{%.*?%\}|[^"{]|\{\{.*?\}\})*")*')
BUTTON = "color:#ffffff"


def test_no_colour_is_for_a_light_ground_alone() -> None:
    folder = Path(settings.BASE_DIR) / "templates/email"
    base = (folder / "base.html").read_text()
    dark = set(re.findall(r"^ +\.(\w+) \{", base, re.MULTILINE))
    coloured = 0
    for path in sorted(folder.glob("*.html")):
        for element in ELEMENT.findall(path.read_text()):
            if "#" not in element.partition(' style="')[2] or BUTTON in element:
                continue
            coloured += 1
            classes = element.partition(' class="')[2]
            assert any(name in dark for name in re.findall(r"\w+", classes.partition(" style=")[0])), (
                path.name,
                element,
            )
    assert coloured
