"""The active filters as the page shows them."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from django.test import Client

from tests.support.cast import Cast

ENTERPRISE = "/settings/identity-access/login-activity/"


class TestChips:
    def test_say_in_words_what_is_filtered_and_take_it_away(self, alice: Client, cast: Cast) -> None:
        query = {
            "user": str(cast.bob.pk),
            "status": "FAILURE",
            "country": "in",
            "device": "windows_pc",
            "q": "<b>&amp;",
            "period": "custom",
            "from": "2026-11-01",
            "to": "2026-11-02",
            "before": str(cast.bob.pk),
        }
        page = alice.get(ENTERPRISE, query)
        chips = {chip["label"]: chip for chip in page.context["chips"]}
        assert {label: chip["value"] for label, chip in chips.items()} == {
            "Search": "<b>&amp;",
            "User": "Bob Brown (bob@acme.example)",
            "Status": "Failure",
            "Device": "Windows PC",
            "Country": "India",
        }
        assert "<b>&amp;" not in page.content.decode()
        left = parse_qs(urlsplit(chips["Status"]["clear_url"]).query)
        kept = {**query, "country": "IN"}  # as its key
        assert left == {name: [value] for name, value in kept.items() if name not in {"status", "before"}}
        assert "Failure" not in {chip["value"] for chip in alice.get(chips["Status"]["clear_url"]).context["chips"]}

    def test_are_absent_without_filters(self, alice: Client) -> None:
        assert alice.get(ENTERPRISE, {"period": "30d", "status": "", "q": " "}).context["chips"] == []
