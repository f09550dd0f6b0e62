"""What a page says for a code of the record: plain words, marked so that they are translated.

A code has one meaning, whatever noun holds it, so one table serves all of them: a test looks for
every member of those that pages show.

>>> WORDS["remove"], WORDS["left alone"]
('the post is removed', 'the post was left alone')
"""

from __future__ import annotations

from evenhand.edge.store.figures import UNKNOWN
from evenhand.edge.web.author.points import plainly
from evenhand.edge.web.languages import Language
from evenhand.model.action import ActionKind
from evenhand.model.appeal import AppealOutcome, DisputeKind
from evenhand.model.decision import CauseKind, Outcome
from evenhand.rulebook.vocabulary import Value


def N_(message: str) -> str:  # noqa: N802 (its name is what extractors of messages look for)
    """Mark a message for translation, and leave it as it is: it is translated where it is shown."""
    return message


WORDS: dict[str, str] = {
    # what is done
    ActionKind.LABEL: N_("a notice stands beside the post"),
    ActionKind.WARN: N_("the author is warned"),
    ActionKind.INTERSTITIAL: N_("a warning stands before the post"),
    ActionKind.LIMIT: N_("the post is limited"),
    ActionKind.HOLD: N_("the post is held back"),
    ActionKind.EDIT: N_("words of the post are changed"),
    ActionKind.DEMONETISE: N_("the post earns nothing"),
    ActionKind.REMOVE: N_("the post is removed"),
    ActionKind.SUSPEND: N_("the account is suspended"),
    ActionKind.TERMINATE: N_("the account is ended"),
    # what a decision comes to
    Outcome.ACTED: N_("something was done"),
    Outcome.ASKED: N_("a reviewer was asked"),
    Outcome.LEFT_ALONE: N_("the post was left alone"),
    # who decided
    "rule": N_("the clause's own rule"),
    "reviewer": N_("a reviewer"),
    # what asked for a decision
    CauseKind.ARRIVAL: N_("the post arrived"),
    CauseKind.SIGNAL: N_("a detector reported a fact later"),
    CauseKind.REPORT: N_("somebody reported the post"),
    CauseKind.REVIEW: N_("a reviewer looked at it"),
    CauseKind.APPEAL: N_("somebody appealed"),
    CauseKind.ORDER: N_("an order or a request came in"),
    CauseKind.FACT_CHECK_CHANGE: N_("a fact-check is new or has changed"),
    CauseKind.ACCOUNT_CHANGE: N_("the account has changed"),
    CauseKind.REVERSAL: N_("what a clause did was taken back"),
    # how a fact-check rates its claim
    "true": N_("true"),
    "mostly true": N_("mostly true"),
    "mixed": N_("mixed"),
    "misleading": N_("misleading"),
    "unsupported": N_("unsupported"),
    "false": N_("false"),
    "satire": N_("satire"),
    "unrated": N_("unrated"),
    # where a poster stands towards a claim
    "asserts": N_("asserts it"),
    "predicts": N_("predicts it"),
    "opines": N_("says it as an opinion"),
    "asks": N_("asks about it"),
    "reports": N_("reports that somebody says it"),
    "rebuts": N_("rebuts it"),
    "mocks": N_("mocks it"),
    # whether a fact-check stands
    "stands": N_("stands"),
    "withdrawn": N_("withdrawn"),
    "superseded": N_("superseded"),
    # why a clause that was considered does nothing
    "does not hold": N_("does not hold of this post"),
    "undetermined": N_("undetermined: a fact is missing"),
    "set aside": N_("set aside for this post"),
    "suspended": N_("this clause is suspended"),
    # what an appeal disputes
    DisputeKind.FACT: N_("A fact is wrong"),
    DisputeKind.READING: N_("The clause does not mean it"),
    DisputeKind.TREATMENT: N_("Like posts were treated otherwise"),
    DisputeKind.ASKS_BACK: N_("What was taken is asked back"),
    # how an appeal ends
    AppealOutcome.UPHELD: N_("the decision stands"),
    AppealOutcome.OVERTURNED: N_("the decision fell"),
    AppealOutcome.REINSTATED: N_("given back"),
    # a truth, and what nobody stated
    "yes": N_("yes"),
    "no": N_("no"),
    UNKNOWN: N_("unknown"),
}
"""Code -> its words in English."""

OURS = frozenset({"post.stance", "claim.rating"})
"""The facts whose values are codes of ours. Those of a platform's own facts are its own words, and
stay as they are, even where they are spelt as one of ours."""


def words(code: str, speaks: Language) -> str:
    """The words for a code in a reader's language; what is no code stands as it is."""
    found = WORDS.get(code)
    return code if found is None else speaks.gettext(found)


def told(value: Value, fact: str, speaks: Language) -> str:
    """A fact's value as a reader says it: a truth, or a code of ours, in the reader's language."""
    plain = plainly(value)
    return words(plain, speaks) if isinstance(value, bool) or fact in OURS else plain
