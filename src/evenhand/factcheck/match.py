"""Which published fact-checks speak to a post: exact keys and people confirm, likeness proposes.

A match is looked for in this order, and each fact-check appears once, by the first that finds it:

1. appearance: the post's own address is one in which the claim was seen;
2. exact text: the post says the claim, word for word. Only where it adds nothing, no link, file
   or handle, and answers no other post, is it confirmed so;
3. confirmed pair, confirmed copy: a person said yes or no for this version of this post, or for
   all copies of one of which it is a copy. A person's word also stands above the two exact keys;
4. proposal: the post holds a file in which the claim was seen, links to an appearance, or is like
   the claim (`factcheck.proposer`).

Only 1 to 3 confirm. Whether the post asserts the claim is another question (`post.stance`).

>>> from datetime import UTC, datetime
>>> from evenhand.factcheck.claims import read_claims
>>> from evenhand.model.post import Account, Post, PostId
>>> at = datetime(2020, 5, 27, tzinfo=UTC)
>>> checks, _ = read_claims('''{"@type": "ClaimReview", "url": "https://facts.example/ballots",
...     "claimReviewed": "Every voter is sent two ballots",
...     "reviewRating": {"alternateName": "False"}}''', where="ballots.json", retrieved_at=at,
...     publishers={"facts.example": "fact-checker"})
>>> post = Post(id=PostId.parse("agora:1"), author=Account(platform="agora", id="7"),
...             text="Every voter is sent TWO ballots!", made_at=at)
>>> [(m.by, m.confirmed) for m in Matcher.build(checks).match(post)]
[('exact text', True)]

A sweep over older posts, when fact-checks came later: build with all of them, name the new ones,
and match the posts that were measured before. The words keep the weights of the whole pool.

>>> Matcher.build(checks, only={checks[0].key}).match_all([post])[0][0].by
'exact text'
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC
from typing import Any

import msgspec
import rfc8785

from evenhand.factcheck.address import same_page
from evenhand.factcheck.confirming import Confirmation, Said
from evenhand.factcheck.languages import language_of
from evenhand.factcheck.likeness import Claim, Vectors
from evenhand.factcheck.proposer import Candidate, Means, Proposer
from evenhand.factcheck.proposing import MOST
from evenhand.factcheck.words import adds, bare_text, length_in_words
from evenhand.model.factcheck import Compared, ExactKey, FactCheck, Match, Search
from evenhand.model.post import Post

VERSION = "8"
"""Counted up whenever a post may be matched otherwise than before."""

USUAL = Means()
"""What is compared by where nothing was learned and there is no model."""

LEAST_EXACT_WORDS = 4
"""Shorter texts are the same by accident: equality only proposes them."""


class Laid:
    """One set of fact-checks, laid out for matching. Built once, never changed.

    `digest` names the fact-checks (`digest_of`).
    """

    __slots__ = ("appearances", "checks", "digest", "files", "keys", "language", "means",
                 "proposer", "texts")

    def __init__(self, fact_checks: Iterable[FactCheck], means: Means | None = USUAL, *,
                 language: str = "en", vectors: Vectors | None = None) -> None:
        """Lay out the latest version of each; the order of what is given hardly matters.

        Of several versions of one key the one retrieved last counts, and of those retrieved at
        one instant the one given last. Without `means` exact keys, people and links alone match.
        `language` is assumed where a fact-check states none; `vectors` gives the vectors of claims
        instead of the model, from where they are kept.
        """
        latest: dict[str, FactCheck] = {}
        for check in sorted(fact_checks, key=lambda c: c.retrieved_at):
            latest[check.key] = check
        self.checks = tuple(latest[key] for key in sorted(latest))
        self.keys = {check.key: n for n, check in enumerate(self.checks)}
        self.language, self.means = language, means or USUAL
        self.proposer = None if means is None else Proposer.build(
            [Claim(c.claim, c.title, language=language_of(
                f"{c.claim} {c.title}", stated=c.language, assumed=language))
             for c in self.checks], means, vectors=vectors)
        self.appearances: dict[str, list[FactCheck]] = defaultdict(list)
        self.texts: dict[str, list[FactCheck]] = defaultdict(list)
        self.files: dict[str, list[FactCheck]] = defaultdict(list)
        for check in self.checks:
            for address in dict.fromkeys(map(same_page, check.appearances)):
                if address is not None:
                    self.appearances[address].append(check)
            for file in dict.fromkeys(check.files):
                self.files[file].append(check)
            if bare := bare_text(check.claim):
                self.texts[bare].append(check)
        self.digest = digest_of(self.checks)


class Matcher:
    """Matches posts to one set of fact-checks. Built once, never changed; no clock, no chance.

    `proposes` is False where the extra `[match]` is not installed: exact keys, confirmed pairs
    and links still match, likeness does not. `search` says how it looks; `digest` names all that
    an answer depends on: version and parameters of the matcher, its libraries, fact-checks and
    confirmations.
    `unknown` holds the confirmations of fact-checks that are not in the set.
    """

    __slots__ = ("_laid", "_only", "_said", "_wanted", "digest", "proposes", "search", "unknown")

    def __init__(self, laid: Laid, confirmations: Iterable[Confirmation] = (), *,
                 in_order: bool = False, only: Collection[str] | None = None) -> None:
        """Match with what was laid out; of the confirmations `Said` tells which one counts.

        `only` names the keys that may match; the rest lend their word counts, and every answer is
        as it would be among all.
        """
        self._laid = laid
        self._only = None if only is None else frozenset(only)
        self.proposes = laid.proposer is not None
        self._said = Said(confirmations, in_order=in_order)
        self._wanted = {check.key: check for check in laid.checks
                        if self._only is None or check.key in self._only}
        self.unknown = self._said.unknown(laid.keys)
        self.search = _search(laid)
        means = laid.means
        self.digest = _digest({
            "matcher": self.search.matcher, "claims": laid.digest, "model": self.search.model,
            "learned": self.search.learned, "above": means.above, "likely": means.likely,
            "only": None if self._only is None else sorted(self._only),
            "confirmations": self._said.named})

    @classmethod
    def build(cls, fact_checks: Iterable[FactCheck],
              confirmations: Iterable[Confirmation] = (), *,
              only: Collection[str] | None = None, means: Means = USUAL,
              language: str = "en") -> Matcher:
        """Lay fact-checks out and match with them: `Laid`, then `Matcher`."""
        return cls(Laid(fact_checks, means, language=language), confirmations, only=only)

    def match(self, post: Post) -> tuple[Match, ...]:
        """The fact-checks that speak or may speak to the post; empty where none was found."""
        return self.match_all([post])[0]

    def match_all(self, posts: Iterable[Post]) -> tuple[tuple[Match, ...], ...]:
        """`match` of each post, in their order; equal texts are searched for once."""
        posts = tuple(posts)
        asked = [post.text for post in posts]
        proposed: dict[str, tuple[Candidate, ...]] = {}
        if self._laid.proposer is not None:
            apart = tuple(dict.fromkeys(asked))
            only = None if self._only is None else frozenset(
                self._laid.keys[key] for key in self._only if key in self._laid.keys)
            proposed = dict(zip(apart, self._laid.proposer.propose(apart, only=only), strict=True))
        return tuple(self._match(post, proposed.get(text, ()))
                     for post, text in zip(posts, asked, strict=True))

    def _match(self, post: Post, candidates: tuple[Candidate, ...]) -> tuple[Match, ...]:
        laid = self._laid
        compared = {laid.checks[one.place].key: Compared(
            likenesses=one.likenesses, share=one.share, score=one.score,
            probability=one.probability) for one in candidates}
        exact: dict[str, Match] = {}
        own = None if post.url is None else same_page(post.url)
        for check in laid.appearances.get(own, ()) if own is not None else ():
            exact.setdefault(check.key, _by_rule(check, "appearance"))
        if same := laid.texts.get(bare_text(post.text), ()):
            enough = _says_no_more(post)
            for check in same:
                exact.setdefault(check.key, _by_rule(check, "exact text", enough=enough))
        if denied := self._denied(post):
            exact = {key: _asked_for(match, denied) for key, match in exact.items()}
        said = {key: _besides(match, exact.get(key))
                for key, match in self._said.matches(post, self._wanted).items()}
        proposed: dict[str, Match] = {}
        # Whoever shows the very picture, or links to an appearance, may share it, report it or
        # rebut it: that is for a person.
        for file in sorted({one.digest for one in post.media}):
            for check in laid.files.get(file, ()):
                proposed.setdefault(check.key, Match(fact_check=check, by="proposal",
                                                     confirmed=None))
        for address in sorted({a for a in map(same_page, post.links) if a is not None}):
            for check in laid.appearances.get(address, ()):
                proposed.setdefault(check.key, Match(fact_check=check, by="proposal",
                                                     confirmed=None))
        for one in candidates:
            check = laid.checks[one.place]
            proposed.setdefault(check.key, Match(fact_check=check, by="proposal", confirmed=None))
        found = [m for key, m in exact.items() if key not in said and key in self._wanted]
        found += said.values()
        found += [m for key, m in proposed.items()
                  if key not in exact and key not in said and key in self._wanted][:MOST]
        return tuple(match if match.fact_check.key not in compared
                     else replace(match, compared=compared[match.fact_check.key])
                     for match in found)

    def _denied(self, post: Post) -> frozenset[Page]:
        """The pages of which a person said that a fact-check there does not speak to the post."""
        laid = self._laid
        return frozenset(page_of(laid.checks[laid.keys[key]])
                         for key, said in self._said.of(post).items()
                         if not said.confirmed and key in laid.keys)


Page = tuple[str, str]
"""A page of fact-checks: whose it is, and where. One fact-check stands there under several keys
when its publisher words the claim anew."""


def page_of(check: FactCheck) -> Page:
    """The page of a fact-check."""
    return check.publisher.domain, same_page(check.url, anchor=True) or check.url


def reworded(told: Iterable[FactCheck]) -> frozenset[str]:
    """The keys of those that stand on a page of which a person took one back: the publisher may
    have worded the claim anew, so a person is asked. What took its place is none of them."""
    last = {check.key: check for check in told}
    gone: dict[Page, set[str | None]] = defaultdict(set)
    for check in last.values():
        if check.withdrawn is not None:
            gone[page_of(check)].add(check.withdrawn.superseded_by)
    return frozenset(key for key, check in last.items() if check.withdrawn is None
                     and key not in gone.get(page_of(check), {key}))


def _asked_for(match: Match, denied: Collection[Page]) -> Match:
    # Another wording of the claim is another key, and no new ground: the person's no stands.
    if page_of(match.fact_check) not in denied:
        return match
    return replace(match, confirmed=None, confirmed_by=None)


def _says_no_more(post: Post) -> bool:
    """Whether a post that says a claim word for word does nothing else.

    Whoever adds the page that refutes it, the name of who said it or a picture, or answers another
    post with it, may say something else with the same words: that is for a person.
    """
    return (length_in_words(bare_text(post.text)) >= LEAST_EXACT_WORDS and not post.links
            and not post.media and post.reply_to is None and not adds(post.text))


def _besides(said: Match, exact: Match | None) -> Match:
    # A repetition stays one whoever confirms it; whoever denies it stands above it.
    if not said.confirmed or exact is None or not exact.confirmed:
        return said
    return replace(said, besides="appearance" if exact.by == "appearance" else "exact text")


def _by_rule(check: FactCheck, by: ExactKey, *, enough: bool = True) -> Match:
    # An unrated fact-check never attaches by rule (reference: factcheck, section 12), and who
    # publishes what acts on posts is the operator's to say.
    if check.rating == "unrated" or check.publisher.kind == "unlisted" or not enough:
        return Match(fact_check=check, by=by, confirmed=None)
    return Match(fact_check=check, by=by, confirmed=True, confirmed_by=by)


def standing(told: Iterable[FactCheck]) -> list[FactCheck]:
    """Of each key what was told last, whatever day it gives for its own retrieval, where it still
    stands."""
    return [check for check in {check.key: check for check in told}.values()
            if check.withdrawn is None]


def digest_of(checks: Iterable[FactCheck]) -> str:
    """The digest of a set of fact-checks, one version of each: SHA-256 of `seen_of` each, in the
    order of their keys."""
    in_order = sorted(checks, key=lambda c: c.key)
    return "sha256:" + hashlib.sha256(b"".join(map(seen_of, in_order))).hexdigest()


def seen_of(check: FactCheck) -> bytes:
    """The SHA-256 of all of a fact-check that matching or a condition can see.

    Its version names the bytes of its source alone: how the operator reads them, whom they list,
    and when it was read make another fact-check of them.
    """
    published, publisher = check.published_at, check.publisher
    # Texts, lists and null are written by msgspec as RFC 8785 writes them.
    return hashlib.sha256(msgspec.json.encode([
        check.key, check.version, check.url, check.title, check.claim, check.rating, check.topics,
        check.language, check.appearances, check.files,
        publisher.name, publisher.domain, publisher.kind,
        None if published is None else
        published.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"])).digest()


def _search(laid: Laid) -> Search:
    means, proposer = laid.means, laid.proposer
    return Search(
        matcher=_digest({
            "matcher": VERSION, "parameters": [LEAST_EXACT_WORDS, MOST], "language": laid.language,
            "proposer": None if proposer is None else proposer.digest}),
        claims=laid.digest, threshold=None if proposer is None else means.threshold,
        model=means.embedder.digest if proposer and means.embedder else None,
        learned=means.learned.digest if proposer and means.learned else None)


def _digest(names: Any) -> str:
    return "sha256:" + hashlib.sha256(rfc8785.dumps(names)).hexdigest()
