"""Who is who, as the configuration declares it: its people, trusted flaggers, accreditations.

The platform gives its own people their roles. The others are statuses that somebody outside awards:
they are data and no guess, with who awards them, since when, on what ground.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, get_args

from evenhand.errors import EvenhandError
from evenhand.model.factcheck import Accreditation
from evenhand.model.person import Person, Role, TrustedFlagger
from evenhand.rulebook.drafting import suggest
from evenhand.terms.categories import category, is_code

OF_A_FLAGGER = ("name", "awarded-by", "fields")
OF_AN_ACCREDITATION = ("by", "since", "until", "ground", "funding")

Wrong = Callable[[str, str, str], EvenhandError]
"""Makes the refusal of a key: the key, what is wrong, and what to do."""


def read_people(declared: Any, wrong: Wrong) -> Mapping[str, Person]:
    """The platform's people by their ids, with the roles it gives them."""
    people = {}
    for person, entry in _items("people", declared, wrong):
        roles = entry.get("roles", []) if isinstance(entry, dict) else None
        if not isinstance(roles, list) or not roles:
            raise wrong(f"people.{person}", "a person needs a name and roles",
                        'write `anna = { name = "Anna", roles = ["reviewer"] }`')
        for role in roles:
            if role not in get_args(Role):
                raise wrong(f"people.{person}.roles", f"`{role}` is no role",
                            suggest(str(role), get_args(Role)) or
                            "roles: " + ", ".join(get_args(Role)))
        people[person] = Person(id=person, name=str(entry.get("name", person)), roles=tuple(roles))
    return people


def read_trusted_flaggers(declared: Any, wrong: Wrong) -> Mapping[str, TrustedFlagger]:
    """The trusted flaggers by their ids, each within the fields it was awarded the status for."""
    flaggers = {}
    for name, entry in _items("trusted-flaggers", declared, wrong):
        key = f"trusted-flaggers.{name}"
        said = dict(_items(key, entry, wrong))
        _refuse_unknown(key, said, OF_A_FLAGGER, wrong)
        for word in ("name", "awarded-by"):
            _text(key, said, word, wrong, "the status is awarded by a Digital Services "
                  "Coordinator, to somebody with a name (Regulation (EU) 2022/2065 Art. 22)")
        flaggers[name] = TrustedFlagger(id=name, name=said["name"], awarded_by=said["awarded-by"],
                                        fields=_fields(key, said.get("fields"), wrong))
    return flaggers


def _fields(key: str, value: Any, wrong: Wrong) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise wrong(f"{key}.fields", "a trusted flagger is one within a field",
                    'write the categories it was awarded for: `fields = ["violence"]`')
    codes = set()
    for words in value:
        try:
            codes.add(words if is_code(words) else category(str(words)).code)
        except EvenhandError as refused:
            raise wrong(f"{key}.fields", refused.what, refused.hint or "") from None
    return tuple(sorted(codes))


def read_accreditations(declared: Any, wrong: Wrong) -> Mapping[str, tuple[Accreditation, ...]]:
    """Domain -> its accreditations, in the order in which they are declared."""
    table = "fact-checks.accreditations"
    found: dict[str, tuple[Accreditation, ...]] = {}
    for domain, entries in _items(table, declared, wrong):
        key = f"{table}.{domain}"
        if isinstance(entries, dict):
            entries = [entries]
        if not isinstance(entries, list):
            raise wrong(key, "this is no list of accreditations",
                        f'write `[[{table}."{domain}"]]` above each')
        found[domain.casefold()] = tuple(
            _accreditation(key, dict(_items(key, entry, wrong)), wrong) for entry in entries)
    return found


def _accreditation(key: str, said: dict[str, Any], wrong: Wrong) -> Accreditation:
    _refuse_unknown(key, said, OF_AN_ACCREDITATION, wrong)
    since, until = _day(key, said, "since", wrong), _day(key, said, "until", wrong)
    if since is None:
        raise wrong(f"{key}.since", "an accreditation begins on a day",
                    "write `since = 2019-03-01`")
    if until is not None and until <= since:
        raise wrong(f"{key}.until", "it ends before it begins", "write a later day, or drop the "
                    "key while it lasts")
    return Accreditation(
        by=_text(key, said, "by", wrong, "say who accredits the publisher"), since=since,
        until=until, ground=_text(key, said, "ground", wrong, "say on what ground: the code it "
                                  "signed, the page of its assessment"),
        funding=_text(key, said, "funding", wrong, "say what funding the publisher declares")
        if "funding" in said else None)


def _day(key: str, said: Mapping[str, Any], word: str, wrong: Wrong) -> datetime | None:
    day = said.get(word)
    if day is None:
        return None
    if type(day) is not date:
        raise wrong(f"{key}.{word}", f"`{day}` is not a day", f"write `{word} = 2019-03-01`")
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _text(key: str, said: Mapping[str, Any], word: str, wrong: Wrong, hint: str) -> str:
    value = said.get(word)
    if not isinstance(value, str) or not value.strip():
        raise wrong(f"{key}.{word}", "a text is missing", hint)
    return value.strip()


def _refuse_unknown(key: str, said: Mapping[str, Any], known: tuple[str, ...],
                    wrong: Wrong) -> None:
    for word in said:
        if word not in known:
            raise wrong(f"{key}.{word}", "the configuration has no such key",
                        suggest(word, known) or "it knows: " + ", ".join(known))


def _items(key: str, value: Any, wrong: Wrong) -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise wrong(key, "this is not a table", f"write `[{key}]` above its keys")
    return list(value.items())


def read_contact(value: Any, wrong: Wrong) -> str | None:
    """Where a publisher reaches whoever fetches its pages; None where it is not said."""
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(
            r"(?:https?://|mailto:)?[!-'*-~]{3,200}", value) or not set(value) & set("@/"):
        raise wrong("fact-checks.contact", "this is not where a publisher reaches you",
                    "write an address of e-mail, or that of a page, without spaces or brackets")
    return value
