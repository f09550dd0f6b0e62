"""What a platform would do with the fact-checks that are found for a text: nothing is stored.

The fact-checks, the settings of the matcher, its model and its weights are the platform's own, and
so are the terms in force. Of the text nothing else is known: what a clause lacks besides is told.
"""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.edge.comparing import Comparing
from evenhand.edge.config import Config
from evenhand.edge.in_blocks import InBlocks, Show
from evenhand.edge.intake.make import addresses
from evenhand.edge.knowledge import Knowledge
from evenhand.edge.matching import open_matching
from evenhand.edge.platform import open_platform
from evenhand.errors import EvenhandError
from evenhand.factcheck.facts import MATCHED_CLAIM, claim_facts
from evenhand.factcheck.gate import Gate
from evenhand.factcheck.likeness import Pool
from evenhand.factcheck.proposing import MOST
from evenhand.factcheck.ranking import Ranked
from evenhand.model.factcheck import FactCheck, Match
from evenhand.model.post import Account, Post, PostId
from evenhand.rulebook.evaluate import evaluate
from evenhand.rulebook.finding import Answer, Finding
from evenhand.terms.applies import governing
from evenhand.terms.clauses import Clause


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A fact-check that was found for a text. `match` is what the platform would record of it, None
    where it is not even proposed; `why` says what decided that.

    `findings` are those of the clauses about matched claims, of this fact-check alone.
    """

    check: FactCheck
    match: Match | None
    why: str
    ranked: Ranked | None
    findings: tuple[tuple[Clause, Finding], ...] = ()

    @property
    def attached(self) -> bool:
        """Whether a clause that acts holds."""
        return any(found.answer is Answer.HOLDS and clause.then.actions
                   for clause, found in self.findings)


class Trying:
    """A platform as it stands, before which texts may be held."""

    def __init__(self, config: Config, show: Show) -> None:
        """Open it and lay its fact-checks out."""
        platform = open_platform(config)
        matching = open_matching(config).keeping(
            lambda vectors: InBlocks(vectors, show=show))
        self._platform, self._means = config.platform, matching.means
        self._knowledge = Knowledge(platform.engine, matching)
        self._now = platform.clock.at(None)
        show("laying out the fact-checks", 0, 0)
        laid = self._knowledge.laid(self._now)
        if not laid.checks:
            raise EvenhandError("no fact-check is known here", where=str(config.file),
                                hint="`evenhand claims import` takes them in, and `evenhand run` "
                                "those of `fact-checks.files`; or name a file with --claims")
        if laid.proposer is None:
            raise EvenhandError("claims are compared with the extra `[match]`",
                                hint="install `evenhand[match]`")
        means = matching.means
        self.comparing = Comparing(
            checks=laid.checks, pool=laid.proposer.pool, learned=means.learned,
            model=means.embedder.digest if means.embedder else None)
        show("laying out the fact-checks", 1, 1)
        law = governing(platform.versions, made_at=self._now, now=self._now)
        self.clauses = tuple(clause for clause in law.clauses if clause.rule is not None
                             and clause.rule.condition.binds == MATCHED_CLAIM.binds)

    def tried(self, text: str, most: int) -> tuple[Tried, ...]:
        """What the platform would record of a text, and what it is like besides, `most` in all."""
        post = Post(id=PostId(platform=self._platform, native="a text that is tried"), text=text,
                    author=Account(platform=self._platform, id=""), made_at=self._now,
                    links=addresses(text))
        [matches] = self._knowledge.matches([(post, self._now)])
        [ranked] = self.comparing.ranked([text], most=most, signed=False)
        by_key = {self.comparing.checks[one.place].key: one for one in ranked
                  if any(one.likenesses.values())}
        found = [Tried(check=match.fact_check, match=match, why=self._why(match),
                       ranked=by_key.get(match.fact_check.key), findings=self._findings(match))
                 for match in matches]
        known = {match.fact_check.key for match in matches}
        proposed = sum(match.confirmed is None for match in matches)
        passes = self._passes(text)
        found += [Tried(check=self.comparing.checks[one.place], match=None, ranked=one,
                        why=self._why_not(one, passes=passes, proposed=proposed))
                  for key, one in by_key.items() if key not in known]
        return tuple(found[:max(most, len(matches))])

    def _findings(self, match: Match) -> tuple[tuple[Clause, Finding], ...]:
        record = {MATCHED_CLAIM.binds: (claim_facts(match),)}
        return tuple((clause, evaluate(clause.rule.condition, record,
                                       provision=clause.citation.number))
                     for clause in self.clauses if clause.rule is not None)

    def _why(self, match: Match) -> str:
        if match.by == "exact text":
            return "the text says the claim, word for word" + (
                "" if match.confirmed else "; but it is too short, or the fact-check is unrated, "
                "of a publisher that is not listed, contradicted by another, or stands where one "
                "was withdrawn")
        if match.confirmed is not None:
            who = (match.confirmed_by or "").removeprefix("person:")
            return f"{who} said so of all copies of the same words"
        how = match.compared
        if how is None:
            return "it links to a page, or holds a file, in which the claim was seen"
        if how.probability is not None:
            return f"probability {how.probability:.3f}, and {self._means.threshold:g} is enough"
        assert how.share is not None, "what was found alike has a share or a probability"
        return (f"it holds {how.share:.0%} of the claim's weight in words, and "
                f"{self._means.threshold:.0%} is enough")

    def _why_not(self, one: Ranked, *, passes: bool, proposed: int) -> str:
        means = self._means
        if one.probability is not None and one.probability < means.likely:
            return f"probability {one.probability:.3f}, and {means.likely:g} is asked for"
        if not passes:
            return "words and letters promise too little for a comparison"
        if proposed >= MOST:
            return f"{MOST} are proposed at most"
        if one.probability is not None:
            return "no passage of the text is likely enough by itself"
        return f"it holds less than {means.above:.0%} of the claim's weight in words"

    def _passes(self, text: str) -> bool:
        pool, learned = self.comparing.pool, self._means.learned
        return learned is None or not isinstance(pool, Pool) or Gate(pool, learned.gate).passes(
            [text])[0]
