"""What the parts of the box mean in a record: its terms become the parameters of the ordinary filters."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q
from django.http import QueryDict

from wisely_security.core.request_context import current
from wisely_security.core.text.folding import fold
from wisely_security.ledger.search.networks import parse_networks
from wisely_security.ledger.search.pasted import as_recorded, bare, parse_uuid
from wisely_security.tenancy.models import User

from ..many import MOST_VALUES, NOT, ManyFilter, PeopleFilter, flat_choices
from ..parameters import PERIOD, a, is_uuid, isnt, listed, quoted
from ..periods import Preset
from .grammar import Term, Words, parse

if TYPE_CHECKING:
    from ..filters import ReportFilterSet

PERIODS = {
    str(name): preset.value
    for preset in Preset
    if preset != Preset.CUSTOM
    for name in (preset.value, preset.label.lower().replace(" ", "-"))
    if name != Preset.THIS_MONTH
}
STATUSES = {"failed": "failure", "succeeded": "success"}
UNUSUAL = "unusual"
WORDS = [*STATUSES, UNUSUAL, *PERIODS]
DATES = {"since": ("from",), "until": ("to",), "on": ("from", "to")}
EVERYWHERE = {"status": "status", "action": "action", "period": "period", "ip": "q", **dict.fromkeys(DATES, "period")}
EXAMPLES = [
    ('"wrong password"', "exactly these words"),
    ("last-month", "a period: today, last-7-days, this-month …"),
    ("since:2026-11-01 until:2026-11-02T18:00", "from a day, up to a time"),
    ("ip:192.0.2.0/24", "an address or a network"),
]
MOST_SUGGESTED = 6
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d)?")


class Suggestion(NamedTuple):
    """``text``: what the box would hold."""

    label: str
    text: str


class NotUnderstoodError(Exception):
    def __init__(self, message: str, instead: Iterable[tuple[str, str]] = ()) -> None:
        """``instead``: of the part, with what to call it."""
        super().__init__(message)
        self.instead = list(instead)[:MOST_SUGGESTED]


class Understood(NamedTuple):
    """``values``: of filters of several values, keys, with a minus if they are left out. ``once``: of others.
    ``text``: the words that are left to be searched for."""

    values: dict[str, list[str]]
    once: dict[str, str]
    text: str

    @property
    def has_terms(self) -> bool:
        return bool(self.values or self.once)

    def added_to(self, query: QueryDict) -> QueryDict:
        """What the box says comes to what the other filters say, and in place of what may be there once."""
        data = query.copy()
        if "period" in self.once or {"from", "to"} & self.once.keys():
            for name in PERIOD:
                data.pop(name, None)
            if "period" not in self.once:
                data["period"] = Preset.CUSTOM
        for name, value in self.once.items():
            data[name] = value
        for name, values in self.values.items():
            data.setlist(name, [*data.getlist(name), *values])
        data["q"] = self.text
        return data


class _Reader:
    def __init__(self, filters: type[ReportFilterSet]) -> None:
        self.filters = filters
        self.keys = filters.all_terms()
        self.understood = Understood({}, {}, "")
        self.found: dict[tuple[str, str], str] = {}  # keys, by filter and value: looking one up takes statements

    def words(self, part: Words) -> bool:
        """Whether a word is a term by itself."""
        minus, word = part.text.startswith(NOT), fold(part.text.removeprefix(NOT))
        if part.quoted:
            return False
        if word in STATUSES:
            self._add("status", STATUSES[word], excluded=minus)
        elif word in PERIODS and not minus:
            self._set("period", PERIODS[word])
        elif word == UNUSUAL and not minus:
            self._set("finding", "any")
        else:
            return False
        return True

    def term(self, part: Term) -> str | None:
        """What of a term is to be searched for as words, or None where it is a filter."""
        name = self.keys.get(part.key.replace("_", "-"))
        if name is None:
            if _is_pasted(part.typed) or not part.values[0][0].isalpha():
                return part.typed
            raise self._unknown_key(part)
        if part.key in DATES:
            self._dates(part)
        elif part.key == "ip":
            return self._address(part)
        elif name == "period":
            self._period(part)
        elif isinstance(each := self.filters.base_filters[name], ManyFilter):
            for value in part.values:
                self._add(name, self._found(part, name, each, value), excluded=part.excluded)
        else:
            self._single(part, name)
        return None

    def _add(self, name: str, key: str, *, excluded: bool) -> None:
        keys = self.understood.values.setdefault(name, [])
        keys.append(f"{NOT if excluded else ''}{key}")
        if len({each.startswith(NOT) for each in keys}) > 1:
            label = self.filters.base_filters[name].label
            raise NotUnderstoodError(f"{label}: say what to include or what to leave out, not both.")

    def _set(self, name: str, value: str) -> None:
        if self.understood.once.setdefault(name, value) != value:
            raise NotUnderstoodError(f"Two different values for {quoted(name)}. Choose one.")

    def _unknown_key(self, part: Term) -> NotUnderstoodError:
        close = difflib.get_close_matches(part.key, self.keys, n=1)
        text = f'"{part.typed}"' if '"' not in part.typed else " ".join(part.values)
        instead = [(f"{each}:", part.typed.replace(part.key, each, 1)) for each in close]
        advice = f'Did you mean "{close[0]}:"?' if close else f"Use {listed([f'{key}:' for key in self.keys], 'or')}."
        return NotUnderstoodError(isnt(f"{part.key}:", "a filter", advice), [*instead, (f"Search for {text}", text)])

    def _only(self, part: Term) -> str:
        if len(part.values) > 1 or part.excluded:
            raise NotUnderstoodError(f'"{part.key}:" takes one value, and no minus.')
        return part.values[0]

    def _dates(self, part: Term) -> None:
        value = self._only(part)
        try:
            datetime.fromisoformat(value)
            is_date = bool(_MOMENT.fullmatch(value))
        except ValueError:
            is_date = False
        if not is_date:
            raise NotUnderstoodError(isnt(value, "a date", "Enter it as YYYY-MM-DD or YYYY-MM-DDTHH:MM."))
        for name in DATES[part.key]:
            self._set(name, value)

    def _period(self, part: Term) -> None:
        value = self._only(part)
        key = PERIODS.get(fold(value).replace(" ", "-")) or (Preset.THIS_MONTH if fold(value) == "month" else None)
        if key is None:
            names = [each for each in PERIODS if each not in Preset.values or each == Preset.TODAY]
            raise NotUnderstoodError(isnt(value, "a period", f"Choose {listed(names, 'or')}."), [(n, n) for n in names])
        self._set("period", key)

    def _address(self, part: Term) -> str:
        value = self._only(part)
        if not parse_networks(bare(value)):
            raise NotUnderstoodError(isnt(value, "an address or a network", "Enter one as 192.0.2.7 or 192.0.2.0/24."))
        return value

    def _single(self, part: Term, name: str) -> None:
        value = self._only(part)
        if not is_uuid(value):
            raise NotUnderstoodError(isnt(value, a(f"{name} ID"), "Copy it from an event's details."))
        self._set(name, value)

    def _found(self, part: Term, name: str, each: ManyFilter, value: str) -> str:
        if (name, value) not in self.found:
            if len(self.found) >= MOST_VALUES:
                raise NotUnderstoodError(f"Choose at most {MOST_VALUES} values.")
            self.found[name, value] = self._key(part, name, each, value)
        return self.found[name, value]

    def _key(self, part: Term, name: str, each: ManyFilter, value: str) -> str:
        key = STATUSES.get(fold(value)) if name == "status" else None
        key = key or each.key_of(value)
        if key is not None and "@" in key:
            user = User.objects.filter(tenant=current().tenant_id, email=key).values_list("pk", flat=True).first()
            return str(user or key)  # as the list of people has them
        if key is not None:
            return key
        if isinstance(each, PeopleFilter):
            return self._person(part, value)
        labels = {str(key): str(label) for key, label in flat_choices(each.extra["choices"])}
        found = _named(labels, value)
        if len(found) == 1:
            return found[0]
        what, named = str(each.label).lower(), [labels[key] for key in found]
        if found:
            raise NotUnderstoodError(f"Which {what} is {quoted(value)}?", self._instead(part, value, named))
        close = difflib.get_close_matches(
            fold(value), {fold(label): label for label in labels.values()}, n=3, cutoff=0.6
        )
        by_folded = {fold(label): label for label in labels.values()}
        named = [by_folded[each] for each in close]
        advice = f"Did you mean {listed(named, 'or')}?" if named else "Choose one from the list."
        raise NotUnderstoodError(isnt(value, a(what), advice), self._instead(part, value, named))

    def _person(self, part: Term, value: str) -> str:
        """One of the tenant's people by a part of their name or the beginning of their e-mail address."""
        if "\0" in value:
            raise NotUnderstoodError(isnt(value, "a name", "Enter a name or an e-mail address."))
        users = User.objects.filter(
            Q(name__folded__contains=value) | Q(email__istartswith=value), tenant=current().tenant_id
        )
        found = list(users.values_list("pk", "name", "email")[: MOST_SUGGESTED + 1])
        words = [each for each in found if _has_word(each[1], value) or each[2].lower().startswith(value.lower())]
        found = words or found
        if len(found) == 1:
            return str(found[0][0])
        if found:
            instead = [(f"{name} ({email})", part.typed.replace(value, email, 1)) for _, name, email in found]
            raise NotUnderstoodError(f"Which {quoted(value)}?", instead)
        message = f"Nobody here is called {quoted(value)}. Search for the name alone to find somebody who is gone."
        raise NotUnderstoodError(message, [(f"Search for {quoted(value)}", f'"{value}"' if " " in value else value)])

    def _instead(self, part: Term, value: str, labels: Iterable[str]) -> list[tuple[str, str]]:
        plain = part.typed.replace(f'"{value}"', value)
        return [(label, plain.replace(value, f'"{label}"' if " " in label else label, 1)) for label in labels]


def _is_pasted(word: str) -> bool:
    """An ID, an address or a session, as people copy them."""
    return bool(parse_uuid(word) or parse_networks(bare(word))) or as_recorded(word) != word


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


def _named(labels: Mapping[str, str], value: str) -> list[str]:
    """The keys of the labels that are a value, or that have a word that begins so."""
    typed = _plain(value)
    exactly = [key for key, label in labels.items() if typed in {_plain(key), _plain(label)}]
    found = [key for key, label in labels.items() if typed and _has_word(label, value)]
    return exactly[:1] or sorted(found, key=lambda key: not _plain(labels[key]).startswith(typed))


def _has_word(label: str, value: str) -> bool:
    """Whether a label, or what of it begins with a later word, begins with a value."""
    words = re.split(r"[\W_]+", fold(label))
    return any("".join(words[place:]).startswith(_plain(value)) for place in range(len(words)))


def understand(filters: type[ReportFilterSet], text: str) -> Understood | tuple[str, list[Suggestion]]:
    """What a text means, or what is wrong with it: a message, and texts that may have been meant."""
    reader, parts, left = _Reader(filters), parse(text), list[str]()
    for place, part in enumerate(parts):
        try:
            if isinstance(part, Words):
                if not reader.words(part):
                    left.append(str(part))
            elif (words := reader.term(part)) is not None:
                left.append(words)
        except NotUnderstoodError as error:
            before, after = (" ".join(map(str, some)) for some in (parts[:place], parts[place + 1 :]))
            suggested = [Suggestion(label, f"{before} {instead} {after}".strip()) for label, instead in error.instead]
            return str(error), suggested
    return reader.understood._replace(text=" ".join(left))
