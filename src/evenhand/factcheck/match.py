"""Which published fact-checks speak to a post: exact keys and people confirm, likeness proposes.

A match is looked for in this order, and each fact-check appears once, by the first that finds it:

1. appearance: the post's own address is one in which the claim was seen;
2. exact text: the post says the claim, word for word, and nothing else;
3. confirmed pair: a person said yes or no for this version of this post. A person's word also
   stands above the two exact keys;
4. proposal: the post links to an appearance, or holds enough of the claim's weight in words.

Only 1 to 3 confirm. Whether the post asserts the claim is another question (`post.stance`).

>>> from datetime import UTC, datetime
>>> from evenhand.factcheck.claims import read_claims
>>> from evenhand.model.post import Account, Post
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
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785

from evenhand.errors import EvenhandError
from evenhand.factcheck.address import same_page
from evenhand.factcheck.proposing import (
    DEPTH,
    LEAST_POOL,
    MOST,
    PASSAGE,
    PROPOSE_ABOVE,
    RARE_WORDS,
    STEP,
    Candidate,
    Index,
    Text,
)
from evenhand.factcheck.words import bare_text, length_in_words
from evenhand.model.factcheck import FactCheck, Match, MatchedBy
from evenhand.model.post import Post, PostId

VERSION = "2"
"""Counted up whenever a post may be matched otherwise than before."""

LEAST_EXACT_WORDS = 4
"""Shorter texts are the same by accident: equality only proposes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A person's word on one pair: does this fact-check speak to this version of this post?

    `fact_check` is a FactCheck's key, `by` a person's id, `at` aware.
    """

    post: PostId
    fact_check: str
    confirmed: bool
    by: str
    at: datetime


class Matcher:
    """Matches posts to one set of fact-checks. Built once, never changed; no clock, no chance.

    `proposes` is False where the extra `[match]` is not installed: exact keys, confirmed pairs
    and links still match, likeness does not. `digest` names all that an answer depends on:
    version and parameters of the matcher, its libraries, fact-checks and confirmations.
    `unknown` holds the confirmations of fact-checks that are not in the set.
    """

    __slots__ = ("_above", "_appearances", "_checks", "_index", "_language", "_pairs", "_texts",
                 "digest", "proposes", "unknown")

    def __init__(self, checks: tuple[FactCheck, ...], pairs: Mapping[tuple[PostId, str],
                 Confirmation], index: Index | None, only: frozenset[str] | None, above: float,
                 language: str) -> None:
        """Lay the exact keys out; use `build`, which orders and checks what it is given."""
        self._checks = checks
        self._index = index
        self._above = above
        self._language = language
        self.proposes = index is not None
        wanted = [c for c in checks if only is None or c.key in only]
        by_key = {c.key: c for c in wanted}
        self._appearances: dict[str, list[FactCheck]] = defaultdict(list)
        self._texts: dict[str, list[FactCheck]] = defaultdict(list)
        for check in wanted:
            for address in dict.fromkeys(map(same_page, check.appearances)):
                if address is not None:
                    self._appearances[address].append(check)
            if bare := bare_text(check.claim):
                self._texts[bare].append(check)
        self._pairs: dict[PostId, list[tuple[FactCheck, Confirmation]]] = defaultdict(list)
        for (post, key), said in sorted(pairs.items()):
            if key in by_key:
                self._pairs[post].append((by_key[key], said))
        known = {c.key for c in checks}
        self.unknown = tuple(said for (_, key), said in sorted(pairs.items()) if key not in known)
        self.digest = _digest(checks, pairs, index, only, above, language)

    @classmethod
    def build(cls, fact_checks: Iterable[FactCheck],
              confirmations: Iterable[Confirmation] = (), *,
              only: Collection[str] | None = None, propose_above: float = PROPOSE_ABOVE,
              language: str = "en") -> Matcher:
        """Build a matcher; the order of what it is given hardly matters.

        Of several versions of one key the one retrieved last counts, and of those retrieved at
        one instant the one given last; of several confirmations of one pair the last. `only`
        names the keys that may match, the rest lend their word counts.
        `propose_above` is the least share of a claim's weight, above 0 and at most 1. `language`
        is assumed where a post or a fact-check states none. Raises EvenhandError.
        """
        if not 0 < propose_above <= 1:
            raise EvenhandError(f"`propose_above` is {propose_above}, which is no share",
                                hint=f"give a number above 0 and at most 1; {PROPOSE_ABOVE} was "
                                "measured")
        latest: dict[str, FactCheck] = {}
        for check in sorted(fact_checks, key=lambda c: c.retrieved_at):
            latest[check.key] = check
        checks = tuple(latest[key] for key in sorted(latest))
        pairs: dict[tuple[PostId, str], Confirmation] = {}
        # At one instant "no" comes last: what two people dispute is not confirmed.
        for said in sorted(confirmations, key=lambda c: (c.at, not c.confirmed, c.by)):
            pairs[said.post, said.fact_check] = said
        wanted = None if only is None else frozenset(only)
        index = Index.build(
            (Text(f"{c.claim} {c.title}", _primary(c.language) or language) for c in checks),
            only=None if wanted is None else [n for n, c in enumerate(checks) if c.key in wanted])
        return cls(checks, pairs, index, wanted, propose_above, language)

    def match(self, post: Post) -> tuple[Match, ...]:
        """The fact-checks that speak or may speak to the post; empty where none was found."""
        return self._match(post, self._propose(post.text, post.language))

    def match_all(self, posts: Iterable[Post]) -> tuple[tuple[Match, ...], ...]:
        """`match` of each post, in their order; equal texts are searched for once."""
        searched: dict[tuple[str, str | None], tuple[Candidate, ...]] = {}
        matches = []
        for post in posts:
            asked = (post.text, post.language)
            if asked not in searched:
                searched[asked] = self._propose(*asked)
            matches.append(self._match(post, searched[asked]))
        return tuple(matches)

    def _propose(self, text: str, language: str | None) -> tuple[Candidate, ...]:
        if self._index is None:
            return ()
        return self._index.propose(Text(text, _primary(language) or self._language),
                                   above=self._above)

    def _match(self, post: Post, candidates: tuple[Candidate, ...]) -> tuple[Match, ...]:
        said = {check.key: Match(fact_check=check, by="confirmed pair", confirmed=word.confirmed,
                                 confirmed_by=word.by, confirmed_at=word.at)
                for check, word in self._pairs.get(post.id, ())}
        exact: dict[str, Match] = {}
        own = None if post.url is None else same_page(post.url)
        if own is not None:
            for check in self._appearances.get(own, ()):
                exact.setdefault(check.key, _by_rule(check, "appearance"))
        bare = bare_text(post.text)
        enough = length_in_words(bare) >= LEAST_EXACT_WORDS
        for check in self._texts.get(bare, ()):
            exact.setdefault(check.key, _by_rule(check, "exact text", enough=enough))
        confirmed = [m for key, m in exact.items() if key not in said]
        confirmed += said.values()
        proposed: dict[str, Match] = {}
        # Whoever links to an appearance may share it, report it or rebut it: that is for a person.
        for address in sorted({a for a in map(same_page, post.links) if a is not None}):
            for check in self._appearances.get(address, ()):
                proposed.setdefault(check.key, Match(fact_check=check, by="proposal",
                                                     confirmed=None))
        for candidate in candidates:
            check = self._checks[candidate.place]
            proposed.setdefault(check.key, Match(fact_check=check, by="proposal", confirmed=None,
                                                 score=candidate.score))
        others = [m for key, m in proposed.items() if key not in exact and key not in said]
        return (*confirmed, *others[:MOST])


def _by_rule(check: FactCheck, by: MatchedBy, *, enough: bool = True) -> Match:
    # An unrated fact-check never attaches by rule (reference: factcheck, section 12), and who
    # publishes what acts on posts is the operator's to say.
    if check.rating == "unrated" or check.publisher.kind == "unlisted" or not enough:
        return Match(fact_check=check, by=by, confirmed=None)
    return Match(fact_check=check, by=by, confirmed=True, confirmed_by=by)


def _primary(language: str | None) -> str | None:
    return language.replace("_", "-").split("-")[0].lower() if language else None


def _digest(checks: tuple[FactCheck, ...], pairs: Mapping[tuple[PostId, str], Confirmation],
            index: Index | None, only: frozenset[str] | None, above: float,
            language: str) -> str:
    names: dict[str, Any] = {
        "matcher": VERSION, "propose above": above, "language": language,
        "parameters": [RARE_WORDS, LEAST_POOL, MOST, DEPTH, PASSAGE, STEP, LEAST_EXACT_WORDS],
        "libraries": None if index is None else [list(pair) for pair in index.libraries],
        "fact-checks": [[c.key, c.version, c.rating, c.publisher.kind] for c in checks],
        "only": None if only is None else sorted(only),
        "confirmations": [[str(post), key, said.confirmed, said.by, said.at.isoformat()]
                          for (post, key), said in sorted(pairs.items())],
    }
    return "sha256:" + hashlib.sha256(rfc8785.dumps(names)).hexdigest()
