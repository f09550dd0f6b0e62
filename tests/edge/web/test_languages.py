"""Every language of the pages is whole: each message of the code has its translation, and no other.

`EVENHAND_GOLDEN=write pytest tests/edge/web/test_languages.py` writes the catalogues anew: a new
message comes in with an empty translation, a dead one is dropped. The test then fails and names the
empty ones; fill them in `languages/TAG.po`, and write once more to have the lines folded. What a
template says is marked by `_` or `ngettext`, what Python says by `N_` or by a reader's `speaks`.
"""

from __future__ import annotations

import io
import os
import re
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import write_po
from litestar.testing import RequestFactory

from evenhand.edge.web.languages import NAMES, catalogue, chosen, language
from evenhand.edge.web.page import LANGUAGE, environment, language_of
from evenhand.edge.web.words import WORDS, words
from evenhand.model.action import ActionKind
from evenhand.model.appeal import AppealOutcome, DisputeKind
from evenhand.model.decision import CauseKind, Decider, Outcome
from evenhand.model.factcheck import CheckState, CheckWord, Rating
from evenhand.model.stance import Stance
from evenhand.model.statement import GroundConsidered

WEB = Path(__file__).parents[3] / "src" / "evenhand" / "edge" / "web"
TAGS = sorted(NAMES.keys() - {"en"})
HEADER = '''\
# The words of the pages. tests/edge/web/test_languages.py tells how this file is kept.
msgid ""
msgstr ""
"Language: {tag}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

'''
PLACE = re.compile(r"%(?:\((\w+)\)s)?")


def messages() -> list[str | tuple[str, str]]:
    """What the templates and the code mark, read as the templates' own environment reads them."""
    made = environment("en")
    options = {"newstyle_gettext": "true", "silent": "false",
               "trimmed": str(made.policies["ext.i18n.trimmed"]),
               "trim_blocks": str(made.trim_blocks), "lstrip_blocks": str(made.lstrip_blocks)}
    found = extract_from_dir(
        WEB, [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")],
        {"templates/**.html": options}, {**DEFAULT_KEYWORDS, "N_": None, "speaks": None})
    every = {one[2] if isinstance(one[2], str) else (one[2][0], one[2][1]) for one in found}
    return sorted(every, key=str)


def whole(tag: str) -> str:
    """The catalogue of a language as it must stand in its file: what is new in it is empty."""
    kept, made = catalogue(tag), Catalog(locale=tag)
    for message in messages():
        before = kept.get(message if isinstance(message, str) else message[0])
        # A message that has become one of many things begins anew.
        made.add(message, before.string if before and before.id == message else None)
    out = io.BytesIO()
    write_po(out, made, width=100, no_location=True, omit_header=True, sort_output=True)
    return HEADER.format(tag=tag, plural=made.plural_forms) + out.getvalue().decode()


def translations(message: Message) -> tuple[str, ...]:
    """What stands for a message, in each number where it has more than one; empty is none yet."""
    every = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return tuple(one for one in every if one) if message.id else ()


def places(text: str) -> list[str]:
    """The places of a message that are filled in; a per cent sign alone is one that cannot be."""
    return sorted({found[1] or "%" for found in PLACE.finditer(text)})


@pytest.mark.parametrize("tag", TAGS)
def test_a_catalogue_holds_every_message_of_the_code_and_no_dead_one(tag: str) -> None:
    file = WEB / "languages" / f"{tag}.po"
    if os.environ.get("EVENHAND_GOLDEN") == "write":
        file.write_text(whole(tag), encoding="utf-8")
    assert file.read_text(encoding="utf-8") == whole(tag), "EVENHAND_GOLDEN=write brings it up"


@pytest.mark.parametrize("tag", TAGS)
def test_every_message_is_translated_in_every_number(tag: str) -> None:
    found = catalogue(tag)
    empty = [one.id for one in found if one.id and len(translations(one)) < (
        1 if isinstance(one.id, str) else found.num_plurals)]
    assert not empty, f"to be translated in {tag}.po: {empty}"
    assert not [one.id for one in found if one.fuzzy and one.id], "a guess is no translation"


@pytest.mark.parametrize("tag", TAGS)
def test_a_translation_fills_in_what_the_message_does(tag: str) -> None:
    for one in catalogue(tag):
        asked = places("".join([one.id] if isinstance(one.id, str) else one.id))
        assert "%" not in asked, f"{one.id}: what is filled in stands as %(name)s"
        assert all(places(said) == asked for said in translations(one)), one.id


@pytest.mark.parametrize("tag", TAGS)
def test_a_translation_brings_no_markup_and_ends_as_the_message_does(tag: str) -> None:
    """A template takes a message as it stands, so a mark in it would act in the page."""
    for one in catalogue(tag):
        for said in translations(one):
            meant = one.id if isinstance(one.id, str) else one.id[1]
            assert not re.search("[<>&]", said + meant), one.id
            assert said == said.strip(), one.id
            assert [last for last in ".:?" if said.endswith(last)] == [
                last for last in ".:?" if meant.endswith(last)], one.id


def members(of: Any) -> tuple[str, ...]:
    """The codes of an enum or of a Literal."""
    if isinstance(of, type) and issubclass(of, StrEnum):
        return tuple(of)
    assert get_origin(of) is Literal, of
    return get_args(of)


CODES = {
    "an action": ActionKind, "what a decision comes to": Outcome, "a cause": CauseKind,
    "a decider": get_type_hints(Decider)["kind"], "a rating": Rating,
    "a state of a fact-check": get_type_hints(CheckWord)["state"],
    "the answer about a ground": get_type_hints(GroundConsidered)["answer"],
    "a stance": Stance, "a dispute": DisputeKind, "the end of an appeal": AppealOutcome,
}


@pytest.mark.parametrize("name", CODES)
def test_every_code_that_a_page_shows_has_words(name: str) -> None:
    assert not [code for code in members(CODES[name]) if code not in WORDS]


def test_a_code_means_the_same_wherever_it_stands() -> None:
    """One table serves all nouns, so no code may be a member of two."""
    every = [str(code) for noun in CODES.values() for code in members(noun)]
    assert sorted(every) == sorted(set(every))
    assert set(get_args(CheckState)) <= set(every)


def test_a_code_is_told_in_the_readers_words_and_what_is_none_stands_as_it_is() -> None:
    assert words(ActionKind.REMOVE, language("en")) == "the post is removed"
    assert words(ActionKind.REMOVE, language("de")) == "der Beitrag ist entfernt"
    assert words("agora:17", language("de")) == "agora:17"
    told = environment("de").from_string("{{ kind|words }}, {{ rating|words }}")
    assert told.render(kind=CauseKind.ORDER, rating="false") == (
        "eine Anordnung oder ein Ersuchen ging ein, falsch")


def test_a_facts_value_is_told_in_words_only_where_it_is_ours() -> None:
    told = environment("de").from_string("{{ value|fact(name) }}")
    assert told.render(value=True, name="post.paid") == "ja"
    assert told.render(value="asserts", name="post.stance") == "behauptet sie"
    assert told.render(value="mixed", name="claim.rating") == "teils wahr, teils falsch"
    assert told.render(value="mixed", name="post.company") == "mixed", "a platform's own word"


def test_days_and_numbers_are_written_as_the_language_writes_them() -> None:
    at = datetime(2020, 5, 6, 7, 8, tzinfo=UTC)
    english, german = language("en"), language("de")
    assert (english.day(at), english.instant(at)) == ("6 May 2020", "6 May 2020, 07:08 UTC")
    assert (german.day(at), german.instant(at)) == ("6. Mai 2020", "6. Mai 2020, 07:08 UTC")
    assert german.day(date(2020, 12, 31)) == "31. Dezember 2020"
    assert (english.number(1234567.5), german.number(1234567.5)) == ("1,234,567.5", "1.234.567,5")
    assert (english.share(0.126), german.share(0.126)) == ("13%", "13\N{NO-BREAK SPACE}%")
    assert (english.called("de"), german.called("de-AT")) == ("German", "Österreichisches Deutsch")
    assert (german.called("de-DE"), german.called("qx-none")) == ("Deutsch (de-DE)", "qx-none")


def test_one_thing_and_many_things_are_told_apart() -> None:
    german = environment("de").from_string(
        '{{ ngettext("seen by %(num)s witness", "seen by %(num)s witnesses", n) }}')
    assert [german.render(n=n) for n in (0, 1, 2)] == [
        "von 0 Zeugen gesehen", "von 1 Zeugen gesehen", "von 2 Zeugen gesehen"]
    posts = '{{ ngettext("%(num)s clause is the same", "%(num)s clauses are the same", n) }}'
    assert [environment(tag).from_string(posts).render(n=n) for tag in ("en", "de")
            for n in (1, 2)] == ["1 clause is the same", "2 clauses are the same",
                                 "1 Klausel ist gleich", "2 Klauseln sind gleich"]


@pytest.mark.parametrize(("accepts", "kept", "answered"), [
    ("de-AT,de;q=0.8,en;q=0.5", None, "de"), ("en-GB,de;q=0.9", None, "en"),
    ("fr,de;q=0.2", None, "de"), ("fr", None, "en"), ("de;q=0,en", None, "en"), ("", None, "en"),
    ("de;q=much", None, "en"), ("en", "de", "de"), ("de", "en", "en"), ("de", "fr", "de")])
def test_the_browsers_languages_choose_and_a_kept_choice_wins(
        accepts: str, kept: str | None, answered: str) -> None:
    assert chosen(accepts, kept) == answered
    cookie = {} if kept is None else {"cookie": f"{LANGUAGE}={kept}"}
    request = RequestFactory().get("/", headers={"accept-language": accepts, **cookie})
    assert language_of(request).tag == answered


def test_a_page_comes_in_the_readers_language_and_says_which() -> None:
    def page(tag: str) -> str:
        return environment(tag).get_template("refused.html").render(
            site=SimpleNamespace(name="Agora"), languages=NAMES, here="/log", version="1",
            replayed=True, what=language(tag).gettext("There is no such page."), hint="")

    english, german = page("en"), page("de")
    assert '<html lang="en">' in english and "To the first page" in english
    assert '<html lang="de">' in german and "Zur Startseite" in german
    assert "Diese Seite gibt es nicht." in german and "Nutzungsbedingungen" in german
    assert "To the" not in german and 'hreflang="en"' in german
