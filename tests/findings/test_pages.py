"""The pages of findings, and what the records show of them."""

from __future__ import annotations

from typing import Any

from django.test import Client

from tests.support.cast import Cast, sign_in
from tests.support.statements import at_most
from wisely_security.core.request_context import acting_as
from wisely_security.findings.models import AlertSettings, Finding, RuleSettings
from wisely_security.findings.rules import RULES
from wisely_security.tenancy.models import Role

from .making import new_country

PLACE = "/settings/security/findings/"
LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"
AUDIT_TRAIL = "/settings/security/audit-trail/"
SENTENCE = "Bob Brown signed in from Brazil (São Paulo); before: India."


def text_of(response: Any) -> str:
    return str(response.content.decode())


def text(client: Client, url: str, **query: str) -> str:
    response = client.get(url, query)
    assert response.status_code == 200
    return response.getvalue().decode()


class TestTheList:
    def test_shows_open_findings_and_counts_them_in_the_menu(self, cast: Cast) -> None:
        new_country(cast.bob)
        page = text(sign_in(cast.alice), PLACE)
        assert SENTENCE in page
        assert '1<span class="visually-hidden"> open</span>' in page

    def test_is_empty_in_words(self, cast: Cast) -> None:
        assert "Nothing unusual" in text(sign_in(cast.alice), PLACE)

    def test_shows_each_state_and_one_rule_alone(self, cast: Cast) -> None:
        new_country(cast.bob)
        alice = sign_in(cast.alice)
        shown = {
            state: SENTENCE in text(alice, PLACE, state=state) for state in ("open", "expected", "confirmed", "all")
        }
        assert shown == {"open": True, "expected": False, "confirmed": False, "all": True}
        assert SENTENCE in text(alice, PLACE, rule="new_country")
        assert SENTENCE not in text(alice, PLACE, rule="spraying")
        for nonsense in ({"state": "x"}, {"rule": "x"}, {"before": "x"}):
            assert alice.get(PLACE, nonsense).status_code == 404

    def test_comes_in_pages_without_gaps(self, cast: Cast) -> None:
        made = {new_country(cast.bob, f"X{number}").pk for number in range(53)}
        alice = sign_in(cast.alice)
        first = alice.get(PLACE)
        second = alice.get(first.context["older_url"])
        shown = [finding.pk for page in (first, second) for finding in page.context["findings"]]
        assert (len(shown), set(shown)) == (53, made)
        assert second.context["older_url"] == ""


def test_a_finding_leads_to_its_events(cast: Cast) -> None:
    finding = new_country(cast.bob)
    alice = sign_in(cast.alice)
    page = alice.get(f"{PLACE}{finding.pk}/")
    [evidence] = page.context["evidence"]
    [(event, url)] = evidence.events
    assert event.user_id == cast.bob.pk
    assert alice.get(url).status_code == 200
    rows = alice.get(evidence.url).context["events"]
    assert [row.event.pk for row in rows] == [event.pk]


class TestTheRecords:
    def test_say_what_is_unusual_in_the_period(self, cast: Cast) -> None:
        new_country(cast.bob)
        alice = sign_in(cast.alice)
        assert SENTENCE in text(alice, LOGIN_ACTIVITY)
        assert SENTENCE not in text(
            alice, LOGIN_ACTIVITY, period="custom", **{"from": "2026-01-01", "to": "2026-01-02"}
        )
        assert SENTENCE not in text(alice, AUDIT_TRAIL)  # it rests on no event of it

    def test_mark_rows_and_filter_them(self, cast: Cast) -> None:
        finding = new_country(cast.bob)
        alice = sign_in(cast.alice)
        rows = alice.get(LOGIN_ACTIVITY).context["events"]
        assert [row.event.user_name for row in rows if row.mark] == ["Bob Brown"]
        assert len(rows) > 1
        for value in ("any", str(finding.pk)):
            page = alice.get(LOGIN_ACTIVITY, {"finding": value})
            assert [row.event.user_name for row in page.context["events"]] == ["Bob Brown"]
        assert [chip["value"] for chip in page.context["chips"]] == ["New country: Bob Brown"]

    def test_download_what_the_filter_shows(self, committed_cast: Cast) -> None:
        new_country(committed_cast.bob)
        csv = text(sign_in(committed_cast.alice), f"{LOGIN_ACTIVITY}download/", finding="any")
        assert (csv.count("\r\n"), "Bob Brown" in csv) == (2, True)

    def test_refuse_a_filter_that_is_none(self, cast: Cast) -> None:
        response = sign_in(cast.alice).get(LOGIN_ACTIVITY, {"finding": "banana"})
        assert response.status_code == 400
        assert "isn&#x27;t a finding" in response.content.decode()

    def test_show_nothing_of_findings_to_whoever_may_not_see_them(self, cast: Cast) -> None:
        finding = new_country(cast.bob)
        with acting_as(tenant_id=cast.acme.pk):
            cast.bob.role = Role.objects.create(tenant=cast.acme, name="Reader", permissions=["login_activity.view"])
            cast.bob.save()
        bob = sign_in(cast.bob)
        page = bob.get(LOGIN_ACTIVITY)
        assert SENTENCE not in page.content.decode()
        assert not any(row.mark for row in page.context["events"])
        for name in ("", "chart/"):
            for query in ({"finding": str(finding.pk)}, {"finding": "any"}, {"q": "unusual"}):
                page = bob.get(f"{LOGIN_ACTIVITY}{name}", query)
                assert (page.status_code, finding.title in text_of(page)) == (400, False), query
                assert "You don’t have permission to view findings." in text_of(page)

    def test_stay_within_eight_statements(self, cast: Cast) -> None:
        new_country(cast.bob)
        alice = sign_in(cast.alice)
        with at_most(8):
            assert SENTENCE in text(alice, LOGIN_ACTIVITY)

    def test_do_not_mark_what_is_expected(self, cast: Cast) -> None:
        finding = new_country(cast.bob)
        with acting_as(tenant_id=cast.acme.pk):
            Finding.objects.filter(pk=finding.pk).update(state="expected")
        page = sign_in(cast.alice).get(LOGIN_ACTIVITY)
        assert not any(row.mark for row in page.context["events"])


def test_a_link_to_ones_own_finding_leads_back_from_an_enterprise(cast: Cast) -> None:
    finding = new_country(cast.erin)
    erin = sign_in(cast.erin)
    erin.post("/switch-tenant/", {"tenant": str(cast.globex.pk)})
    page = erin.get(f"{PLACE}{finding.pk}/")
    assert (page.status_code, "Back to Initech" in text_of(page)) == (404, True)
    assert finding.sentence not in text_of(page)
    back = erin.post("/switch-tenant/", {"tenant": str(cast.initech.pk), "next": f"{PLACE}{finding.pk}/"}, follow=True)
    assert finding.sentence in text_of(back)
    other = new_country(cast.alice)
    assert "Acme" not in text_of(erin.get(f"{PLACE}{other.pk}/"))


class TestAlerts:
    """What each chooses to be notified of by e-mail."""

    def sent(self, page: Any, **changed: str) -> dict[str, Any]:
        return (
            {field.html_name: field.value() or "" for field in page.context["form"]} | {"digest_at": "08:00"} | changed
        )

    def test_are_ones_own_and_changes_are_recorded(self, cast: Cast, events: Any) -> None:
        alice = sign_in(cast.alice)
        page = alice.get(f"{PLACE}alerts/")
        assert [page.context["form"][each].value() for each in ("high", "medium", "low")] == [
            "at_once",
            "daily",
            "daily",
        ]
        sent = self.sent(page, low="never", digest_at="17:30", rule_spraying="at_once")
        assert alice.post(f"{PLACE}alerts/", sent).status_code == 302
        [edit] = [event for event in events(cast.acme) if event.action == "edit"]
        assert edit.detail == {
            "area": "Findings: alerts by e-mail",
            "changes": {
                "Low severity": ["In the daily digest", "Never"],
                "Time of the daily digest": ["08:00", "17:30"],
                "Many accounts tried": ["By severity", "At once"],
            },
        }
        shown = alice.get(f"{PLACE}alerts/").context["form"]
        assert [shown[each].value() for each in ("low", "rule_spraying")] == ["never", "at_once"]
        assert 'value="17:30"' in str(shown["digest_at"])
        assert alice.post(f"{PLACE}alerts/", self.sent(page, low="never", digest_at="17:30", rule_spraying="at_once"))
        assert len([event for event in events(cast.acme) if event.action == "edit"]) == 1
        with acting_as(tenant_id=cast.acme.pk):
            assert AlertSettings.objects.get().user_id == cast.alice.pk

    def test_refuse_what_makes_no_sense_and_keep_what_was_typed(self, cast: Cast, events: Any) -> None:
        alice = sign_in(cast.alice)
        page = alice.get(f"{PLACE}alerts/")
        for name, value in (("digest_at", "noon"), ("high", "sometimes"), ("rule_guessing", "x")):
            response = alice.post(f"{PLACE}alerts/", self.sent(page, **{"low": "never", name: value}))
            assert response.status_code == 400
            assert response.context["form"]["low"].value() == "never"
        assert events(cast.acme)[-1].reason == "invalid_input"
        assert "Enter a time, such as 08:00." in text_of(alice.post(f"{PLACE}alerts/", {"digest_at": "noon"}))

    def test_of_an_aggregators_admin_are_about_their_own_tenant(self, cast: Cast, events: Any) -> None:
        erin = sign_in(cast.erin)
        erin.post("/switch-tenant/", {"tenant": str(cast.globex.pk)})
        page = erin.get(f"{PLACE}alerts/")
        assert "about findings of Initech" in text_of(page)
        assert erin.post(f"{PLACE}alerts/", self.sent(page, low="never")).status_code == 302
        with acting_as(tenant_id=cast.initech.pk):
            assert AlertSettings.objects.get().user_id == cast.erin.pk
        assert events(cast.initech)[-1].detail["area"] == "Findings: alerts by e-mail"


class TestTheRules:
    def numbers(self, **changed: object) -> dict[str, object]:
        """What the page sends."""
        sent: dict[str, object] = {"people-asks": "on", **{f"{key}-on": "on" for key in RULES}}
        for key, rule in RULES.items():
            sent |= {f"{key}-{name}": value for name, value in rule.defaults.items()}
        return {name: value for name, value in (sent | changed).items() if value is not None}

    def test_are_saved_where_they_differ_and_recorded(self, cast: Cast, events) -> None:
        alice = sign_in(cast.alice)
        sent = self.numbers(**{"impossible_travel-speed": 700, "unusual_hour-on": None})
        assert alice.post(f"{PLACE}rules/", sent).status_code == 302
        with acting_as(tenant_id=cast.acme.pk):
            saved = {each.rule: (each.is_on, each.limits) for each in RuleSettings.objects.all()}
        assert saved == {"impossible_travel": (True, {"speed": 700}), "unusual_hour": (False, {})}
        [edit] = [event for event in events(cast.acme) if event.action == "edit"]
        assert edit.detail["changes"] == {
            "Impossible travel: Faster than": [900, 700],
            "Unusual hour: On": [True, False],
        }
        assert 'value="700"' in text(alice, f"{PLACE}rules/")

    def test_refuse_numbers_that_are_none(self, cast: Cast, events) -> None:
        response = sign_in(cast.alice).post(f"{PLACE}rules/", self.numbers(**{"guessing-tries": "many"}))
        assert response.status_code == 400
        assert "Enter a whole number." in response.content.decode()
        assert events(cast.acme)[-1].reason == "invalid_input"

    def test_are_tried_without_being_saved(self, cast: Cast) -> None:
        alice = sign_in(cast.alice)
        for _ in range(3):
            assert Client().post("/sign-in/", {"username": cast.bob.email, "password": "wrong"}).status_code == 400
        sent = self.numbers(**{"guessing-tries": 5, "guessing-addresses": 2, "try": "1"})
        page = alice.post(f"{PLACE}rules/", sent).content.decode()
        assert "the last 30 days would have had 0 findings" in page
        sent = self.numbers(**{"spraying-accounts": 2, "spraying-tries": 2, "spraying-stuffed": 2, "try": "1"})
        assert Client().post("/sign-in/", {"username": cast.alice.email, "password": "wrong"}).status_code == 400
        page = alice.post(f"{PLACE}rules/", sent).content.decode()
        assert "the last 30 days would have had 1 finding<" in page
        with acting_as(tenant_id=cast.acme.pk):
            assert not RuleSettings.objects.exists()
            assert not Finding.objects.exists()

    def test_of_an_enterprise_are_not_an_aggregators_to_change(self, cast: Cast) -> None:
        erin = sign_in(cast.erin)
        erin.post("/switch-tenant/", {"tenant": str(cast.globex.pk)})
        assert erin.post(f"{PLACE}rules/", self.numbers()).status_code == 403
