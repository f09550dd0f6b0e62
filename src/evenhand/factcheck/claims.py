"""Published fact-checks read from ClaimReview and MediaReview: the sound are kept, the rest told.

Reading is pure: a text goes in, FactChecks and Problems come out, and the time of retrieval is an
argument. `spec/factcheck.md` says what is read and what is kept.

>>> from datetime import UTC, datetime
>>> checks, problems = read_claims('''{"@type": "ClaimReview",
...     "url": "https://facts.example/ballots",
...     "claimReviewed": "Every voter is sent two ballots",
...     "author": {"@type": "Organization", "name": "Example Facts"},
...     "reviewRating": {"@type": "Rating", "alternateName": "Mostly false"},
...     "keywords": "how to vote, ballots", "datePublished": "26  May 2020"}''',
...     where="ballots.json", retrieved_at=datetime(2020, 5, 27, tzinfo=UTC),
...     publishers={"facts.example": "fact-checker"})
>>> checks[0].rating, checks[0].topics, checks[0].publisher.kind, problems
('misleading', ('how to vote', 'ballots'), 'fact-checker', ())
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

import rfc8785

from evenhand.factcheck.address import host_of, names_a_page, same_page, web_address
from evenhand.factcheck.jsonld import Thing, addresses_of, as_list, find_reviews, text_of
from evenhand.factcheck.languages import primary
from evenhand.factcheck.media import (
    appearances_of,
    category_of,
    claim_of,
    files_of,
    is_media_review,
)
from evenhand.factcheck.problem import Problem
from evenhand.factcheck.ratings import fold_words, rating_of_number, rating_of_words
from evenhand.factcheck.untrusted import parse_date, plain_text
from evenhand.model.factcheck import Accreditation, FactCheck, Publisher, Rating, SpeakerKind

LONGEST_CLAIM, LONGEST_TITLE, LONGEST_NAME = 2000, 500, 200
SKEW = timedelta(days=1)
"""How far ahead of us a publisher's clock may run before a date counts as the future."""

MOST_APPEARANCES, MOST_TOPICS = 200, 50

_NO_RATINGS: Mapping[str, Mapping[str, Rating]] = MappingProxyType({})
_NO_PUBLISHERS: Mapping[str, SpeakerKind] = MappingProxyType({})
_NONE: Mapping[str, tuple[Accreditation, ...]] = MappingProxyType({})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A fact-check with the item that it was read from, as RFC 8785 bytes: its version's hash."""

    check: FactCheck
    raw: bytes


def read_claims(text: str, *, where: str, retrieved_at: datetime,
                ratings: Mapping[str, Mapping[str, Rating]] = _NO_RATINGS,
                publishers: Mapping[str, SpeakerKind] = _NO_PUBLISHERS,
                ) -> tuple[tuple[FactCheck, ...], tuple[Problem, ...]]:
    """Every fact-check in a text of JSON-LD, JSON lines or HTML, and every problem of it.

    `where` names the source in problems. `retrieved_at` is aware. `ratings` maps a publisher's
    domain to its own words for our ratings, `publishers` a domain to who speaks there (`unlisted`
    where it does not say); both also hold for subdomains. Raises nothing, whatever the text holds.
    """
    found, problems = read_items(text, where=where, retrieved_at=retrieved_at, ratings=ratings,
                                 publishers=publishers)
    return tuple(read.check for read in found), problems


def read_items(text: str, *, where: str, retrieved_at: datetime,
               ratings: Mapping[str, Mapping[str, Rating]] = _NO_RATINGS,
               publishers: Mapping[str, SpeakerKind] = _NO_PUBLISHERS,
               accreditations: Mapping[str, tuple[Accreditation, ...]] = _NONE,
               ) -> tuple[tuple[Read, ...], tuple[Problem, ...]]:
    """`read_claims`, with the item that each fact-check was read from.

    `accreditations` are those of a domain, and of those below it that have none of their own.
    """
    assert retrieved_at.tzinfo is not None, "instants are aware"
    found, problems = find_reviews(text, where=where)
    told = list(problems)
    kept: dict[str, Read] = {}
    unlisted: set[str] = set()
    for review in found:
        reader = _Reader(review, retrieved_at, ratings, publishers, accreditations)
        read = reader.read()
        if read is not None:
            publisher = read.check.publisher
            if publisher.kind == "unlisted" and publisher.domain not in unlisted:
                unlisted.add(publisher.domain)
                reader.note(f"nobody has said who speaks on `{publisher.domain}`, so what it "
                            "publishes attaches to no post by rule",
                            "list the domain among the publishers in the configuration")
            first = kept.setdefault(read.check.key, read)
            if first.check.version != read.check.version:
                reader.refuse("it says other things of a claim than an earlier item with the "
                              "same address and claim",
                              "keep the one that the page shows today")
        told.extend(reader.problems)
    return tuple(kept.values()), tuple(told)


def key_of(domain: str, url: str, claim: str) -> str:
    """The lasting key of a fact-check: domain, address with its anchor, and claim, as 32 digits.

    The three are joined by line feeds, which none of them can hold, and hashed as UTF-8. The
    address counts as `same_page` reduces it, so that http or a tracking parameter is no new key.
    """
    address = same_page(url, anchor=True) or url
    return hashlib.sha256(f"{domain}\n{address}\n{claim}".encode()).hexdigest()[:32]


class _Reader:
    """Reads one review and collects what was wrong with it."""

    def __init__(self, review: Thing, retrieved_at: datetime,
                 ratings: Mapping[str, Mapping[str, Rating]],
                 publishers: Mapping[str, SpeakerKind],
                 accreditations: Mapping[str, tuple[Accreditation, ...]]) -> None:
        self.review = review
        self.retrieved_at = retrieved_at
        self.ratings = ratings
        self.publishers = publishers
        self.accreditations = accreditations
        self.media = is_media_review(review)
        self.problems: list[Problem] = []

    def refuse(self, what: str, hint: str) -> None:
        self.problems.append(Problem(where=self.review.where, what=what, hint=hint,
                                     level="refused"))

    def note(self, what: str, hint: str) -> None:
        self.problems.append(Problem(where=self.review.where, what=what, hint=hint, level="note"))

    def read(self) -> Read | None:
        """The fact-check, or None where it lacks what no fact-check can be without."""
        raw = self.raw()
        url = self.url()
        claim = self.claim()
        if raw is None or url is None or claim is None:
            return None
        domain = host_of(url)
        rating, rating_words = self.category(domain) if self.media else self.rating(domain)
        return Read(raw=raw, check=FactCheck(
            key=key_of(domain, url, claim), version=hashlib.sha256(raw).hexdigest()[:16],
            publisher=Publisher(name=self.publisher_name() or domain, domain=domain,
                                kind=_of_domain(self.publishers, domain) or "unlisted",
                                accreditations=_of_domain(self.accreditations, domain) or ()),
            url=url, title=self.line("title", self.review.get("headline")
                                     or self.review.get("name"), LONGEST_TITLE),
            claim=claim, claim_by=self.claim_by(), rating=rating, rating_words=rating_words,
            topics=self.topics(), language=self.language(),
            appearances=self.appearances(url), files=self.files(),
            published_at=self.published_at(),
            retrieved_at=self.retrieved_at, reviews="media" if self.media else "claim"))

    def raw(self) -> bytes | None:
        try:
            # With what it refers to elsewhere in the document: a rating may stand there.
            return rfc8785.dumps(self.review.whole())
        except (ValueError, RecursionError):  # its own errors, UnicodeError too, are ValueErrors
            self.refuse("it holds a number or a character that JSON between machines cannot "
                        "carry", "look for half a surrogate pair (`\\ud83d` alone) or a number "
                        "like 1e999 or NaN")
            return None

    def url(self) -> str | None:
        given = [a for name in ("url", "mainEntityOfPage", "@id")
                 for a in addresses_of(self.review.get(name))]
        if not given:
            self.refuse("it has no `url`",
                        "a fact-check needs the address of its page: it is what a notice links to")
            return None
        taken = next((a for a in map(web_address, given) if a is not None), None)
        if taken is None:
            self.refuse(f"its `url` `{plain_text(given[0], longest=80)[0]}` is not an address "
                        "that people can follow",
                        "give the whole http or https address of the page")
        return taken

    def claim(self) -> str | None:
        given = text_of(self.review.get("claimReviewed"))
        if not given:
            given = next((text_of(i.get("text")) for i in self.review.things("itemReviewed")
                          if text_of(i.get("text"))), "")
        if self.media:
            given = claim_of(self.review)
        claim = self.line("claim", given, LONGEST_CLAIM)
        if not claim:
            self.refuse("it does not say which claim it reviews",
                        "the text of the claim stands in `claimReviewed`"
                        + (", or the media are described in `originalMediaContextDescription`"
                           if self.media else ""))
        return claim or None

    def line(self, name: str, value: object, longest: int) -> str:
        text, cut = plain_text(text_of(value), longest=longest)
        if cut:
            self.note(f"its {name} was cut at {longest} characters",
                      "nothing to do, unless the text is not what it should be")
        return text

    def publisher_name(self) -> str:
        for name in ("publisher", "author"):
            given = self.line("publisher's name", self.review.get(name), LONGEST_NAME)
            if given:
                return given
        return ""

    def claim_by(self) -> str | None:
        for item in self.review.things("itemReviewed"):
            for author in as_list(item.get("author")):
                given = self.line("claimant's name", author, LONGEST_NAME)
                if given:
                    return given
        return None

    def category(self, domain: str) -> tuple[Rating, str]:
        """What was done to the media; a rating only where the operator says what that means."""
        words = self.line("category", category_of(self.review), LONGEST_NAME)
        own = _of_domain(self.ratings, domain) or {}
        folded = {fold_words(key): rating for key, rating in own.items()}
        rating = folded.get(fold_words(words))
        if rating is None:
            self.note(f"a category of media is no rating of a claim, so `{words}` is unrated and "
                      "attaches to no post by rule", f"map it, if it should: `{words}` of "
                      f"`{domain}` to one of our ratings in the configuration")
        return rating or "unrated", words

    def rating(self, domain: str) -> tuple[Rating, str]:
        """Our rating and the publisher's words for it; disagreeing ratings are `unrated`."""
        own = _of_domain(self.ratings, domain) or {}
        read: list[tuple[Rating | None, str]] = []
        for given in as_list(self.review.get("reviewRating")):
            thing = self.review.at(given) if isinstance(given, dict) else None
            words = self.rating_words(thing, given)
            number = None if thing is None else _number_rating(thing)
            if words:
                rating = rating_of_words(words, own)
                if {rating, number} == {"true", "false"}:
                    self.note(f"its rating says `{words}`, and its number says {number}: the "
                              "words were taken", "the scale probably runs the other way: ask "
                              "the publisher to state `bestRating` and `worstRating`")
                read.append((rating, words))
            elif thing is not None and thing.get("ratingValue") is not None:
                read.append((number, text_of(thing.get("ratingValue"))))
        words = "; ".join(dict.fromkeys(w for _, w in read))[:LONGEST_NAME].rstrip()
        known = {r for r, _ in read}
        rating = next(iter(known), None)
        if len(known) == 1 and rating is not None:
            return rating, words
        if len(known) > 1:
            self.note(f"its ratings `{words}` do not say the same, so it is unrated",
                      "state one rating for one claim")
        elif read and all(_number(w) is not None for _, w in read):
            self.note(f"its rating is the number `{words}`, on no scale that holds it, so it is "
                      "unrated and attaches to no post by rule", "ask the publisher to state the "
                      "rating in words, or `bestRating` and `worstRating` around it")
        elif read:
            self.note(f"nobody has said what the rating `{words}` of `{domain}` means, so it is "
                      "unrated and attaches to no post by rule",
                      f"map it: `{words}` of `{domain}` to one of our ratings in the "
                      "configuration")
        else:
            self.note("it has no rating, so it is unrated and attaches to no post by rule",
                      "the rating stands in `reviewRating.alternateName`")
        return "unrated", words

    def rating_words(self, thing: Thing | None, given: object) -> str:
        candidates = [given] if thing is None else [
            thing.get("alternateName"), thing.get("name"), thing.get("ratingValue")]
        for candidate in candidates:
            words = self.line("rating", candidate, LONGEST_NAME)
            # Numbers are read on their scale; "Rating" is the type's name, not a rating.
            if words and _number(words) is None and words.casefold() != "rating":
                return words
        return ""

    def topics(self) -> tuple[str, ...]:
        found: list[str] = []
        for entry in as_list(self.review.get("keywords")):
            parts = re.split(r"[,;،؛、，；]", entry) if isinstance(entry, str) else [entry]
            found += [self.line("topic", part, LONGEST_NAME).casefold() for part in parts]
        topics = tuple(dict.fromkeys(topic for topic in found if topic))
        return self.at_most(topics, MOST_TOPICS, "topics")

    def language(self) -> str | None:
        value = self.review.get("inLanguage")
        # A Language object has its tag in `alternateName` and its name in words.
        if isinstance(value, dict):
            value = value.get("alternateName") or value.get("name")
        # JSON-LD marks texts too: `{"@value": "...", "@language": "fr"}`.
        given = text_of(value).strip() or next(
            (text_of(said.get("@language")) for said in as_list(self.review.get("claimReviewed"))
             if isinstance(said, dict)), "").strip()
        if not given:
            return None
        tag = given.replace("_", "-")
        if _LANGUAGE.fullmatch(tag) and len(tag) <= 35:
            return tag.lower()
        if (named := primary(given)) is not None and _LANGUAGE.fullmatch(named):
            return named
        self.note(f"its language `{plain_text(given, longest=40)[0]}` is not a language tag, so "
                  "it is unknown", "write `en` or `pt-BR`")
        return None

    def appearances(self, url: str) -> tuple[str, ...]:
        """Normal addresses of the works in which the claim occurs; never the page itself."""
        given: list[str] = []
        for item in self.review.things("itemReviewed"):
            for name in ("appearance", "firstAppearance"):
                given += addresses_of(item.get(name))
            if self.media:
                given += appearances_of(item)
            # In old markup the thing reviewed is the work itself. A Claim is no work.
            elif "Claim" not in item.types():
                given += addresses_of([{k: item.get(k) for k in ("url", "sameAs")}])
        kept: dict[str, None] = {}
        for address in given:
            normal = same_page(address)
            if normal is None or not names_a_page(normal):
                self.note(f"the appearance `{plain_text(address, longest=80)[0]}` was left out: "
                          "it is not the address of one page", "give the whole http or https "
                          "address of the post or page in which the claim occurs")
            elif normal != same_page(url):
                kept[normal] = None
        return self.at_most(tuple(kept), MOST_APPEARANCES, "appearances")

    def files(self) -> tuple[str, ...]:
        """Digests of the files in which the claim occurs."""
        found = [one for item in self.review.things("itemReviewed") for one in files_of(item)]
        return self.at_most(tuple(dict.fromkeys(found)), MOST_APPEARANCES, "files")

    def published_at(self) -> datetime | None:
        given = text_of(self.review.get("datePublished"))
        if not given.strip():
            return None
        when = parse_date(given)
        if when is None:
            self.note(f"its date `{plain_text(given, longest=60)[0]}` cannot be read, so it is "
                      "unknown", "write it as 2020-05-26")
        elif when > self.retrieved_at + SKEW:
            self.note(f"its date {when:%Y-%m-%d} lies after the day it was retrieved, so it is "
                      "unknown", "ask the publisher; a clock may run a day ahead, not more")
            return None
        return when

    def at_most(self, values: tuple[T, ...], most: int, name: str) -> tuple[T, ...]:
        if len(values) > most:
            self.note(f"{len(values) - most} of its {len(values)} {name} were left out",
                      f"at most {most} are kept")
        return values[:most]


def _of_domain(table: Mapping[str, T], domain: str) -> T | None:
    """The entry of the domain or of the nearest domain above it."""
    folded = {key.casefold().removeprefix("www."): value for key, value in table.items()}
    labels = domain.split(".")
    for start in range(len(labels)):
        entry = folded.get(".".join(labels[start:]))
        if entry is not None:
            return entry
    return None


def _number(words: str) -> float | None:
    try:
        return float(words.replace(",", "."))
    except ValueError:
        return None


def _number_rating(thing: Thing) -> Rating | None:
    value = _number(text_of(thing.get("ratingValue")))
    if value is None:
        return None
    scale = {"best": thing.get("bestRating"), "worst": thing.get("worstRating")}
    stated = {name: _number(text_of(v)) for name, v in scale.items() if v is not None}
    if any(v is None for v in stated.values()):
        return None
    return rating_of_number(value, **{name: v for name, v in stated.items() if v is not None})
