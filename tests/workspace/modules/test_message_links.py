"""Message links: a short URL that cannot be guessed and opens a chat with a prepared text."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.support.cast import Cast
from tests.workspace.browsing import Visitor
from tests.workspace.failures.failing import ROWS
from wisely_security.core.request_context import acting_as
from wisely_security.core.site_url import absolute
from wisely_security.workspace.modules.waba_numbers import MessageLink, WabaNumber


def short_link(visitor: Visitor) -> str:
    [link] = [link for link in visitor.links(visitor.main) if "/l/" in link]
    assert link.startswith(absolute("/l/"))
    return visitor.links(visitor.main)[link]


@pytest.mark.parametrize("text", ["Hi & hello? #1 50%", "नमस्ते 👋\nHow are you?", "x" * 140, "👋" * 140])
def test_the_link_redirects_to_the_chat_without_a_sign_in(workspace: Cast, visitor: Visitor, text: str) -> None:
    form = ROWS["WABA Numbers, Message Links: Create"].begin(visitor)
    form.fill({"Prefilled text": text})
    assert visitor.send(form).answer.status_code == 302
    opened = Client().get(short_link(visitor))
    assert opened.status_code == 302
    chat = urlsplit(opened["Location"])
    assert (chat.scheme, chat.netloc, chat.path) == ("https", "wa.me", "/14155550100")
    assert parse_qs(chat.query)["text"] == [text]


def test_it_opens_the_number_as_it_is_now(workspace: Cast, visitor: Visitor) -> None:
    visitor.open("/settings/message-links/").follow("Website")
    with acting_as(tenant_id=workspace.acme.pk):
        WabaNumber.objects.update(number="+442071838750")
    assert Client().get(short_link(visitor))["Location"].startswith("https://wa.me/442071838750?")


@pytest.mark.parametrize("more", [48, 49, 50])
def test_a_number_leads_to_all_its_links(workspace: Cast, visitor: Visitor, more: int) -> None:
    """The page of the number shows fifty of them. The fixtures have one already."""
    with acting_as(tenant_id=workspace.acme.pk):
        number = WabaNumber.objects.get(number="+14155550100")
        MessageLink.objects.bulk_create(
            MessageLink(tenant=workspace.acme, number=number, name=f"Z {place:02}", text="Hi", code=f"z{place}")
            for place in range(more)
        )
    visitor.open(f"/settings/waba-numbers/{number.pk}/")
    assert visitor.text.count("Z ") == min(more, 49)
    assert ("Show all" in visitor.offered) == (more > 49)
    if more > 49:
        visitor.follow("Show all")
        assert "1–50 of 51" in visitor.text


def test_each_code_has_128_random_bits(workspace: Cast, visitor: Visitor) -> None:
    codes = set()
    for number in range(5):
        form = ROWS["WABA Numbers, Message Links: Create"].begin(visitor)
        form.fill({"Name": f"Poster {number}"})
        codes.add(short_link(visitor.send(form)).strip("/").rpartition("/")[2])
    assert {len(code) for code in codes} == {22}  # 16 bytes in base64
    assert len(codes) == 5


@pytest.mark.parametrize("code", ["x", "a" * 22, "..", "%00"])
def test_a_guessed_link_opens_nothing(workspace: Cast, code: str) -> None:
    assert Client().get(f"/l/{code}/").status_code == 404


def test_a_deleted_link_opens_nothing(workspace: Cast, visitor: Visitor) -> None:
    visitor.open("/settings/message-links/").follow("Website")
    link = short_link(visitor)
    ROWS["WABA Numbers, Message Links: Delete"].do(visitor)
    assert "Message link “Website” deleted." in visitor.text
    assert Client().get(link).status_code == 404
    with acting_as(tenant_id=workspace.acme.pk):
        assert not MessageLink.objects.exists()
