"""The letter to the author: the statement of reasons in plain words, sealed with the record.

It says what was done, why in the clause's own words, on which facts, how they were found, and how
to appeal and by when. The receipt from the ledger is attached when the letter is delivered, since
the ledger must hold these words first.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import date

from evenhand.model.action import Speech
from evenhand.model.decision import Decision
from evenhand.model.post import Post
from evenhand.model.statement import Notice, StatementOfReasons
from evenhand.reasons.statement import EFFECT_SAID, day_and_time, done, show
from evenhand.terms.clauses import NO_APPEAL

WIDTH = 88


def letter(statement: StatementOfReasons, decision: Decision, post: Post, *, platform: str,
           appeal_last_day: date | None) -> Notice:
    """The notice to the post's author, in English.

    `appeal_last_day` is the last day on which an appeal is in time, in the terms' time zone.
    """
    lines = [*_what(decision, post), *_why(statement),
             *_how_found(statement), *_redress(statement, platform, appeal_last_day)]
    if statement.clock == "replayed":
        lines += ["", "This notice was made on a replayed clock, from recorded material. "
                  "It was not sent at the time it names."]
    words = "\n".join(line if line.startswith((" ", ">")) else
                      textwrap.fill(line, WIDTH) for line in lines)
    return Notice(decision=decision.id, to=post.author.id, subject=_subject(statement, platform),
                  words=words, language="en")


def _subject(statement: StatementOfReasons, platform: str) -> str:
    kinds = dict.fromkeys(r.kind.value for r in statement.restrictions)
    return f"{platform}: {', '.join(kinds)} · your post of {statement.post.native}"


def _what(decision: Decision, post: Post) -> Iterator[str]:
    yield "WHAT WE DID"
    for action in decision.actions:
        yield done(action)
        if action.speech is not None:
            yield from _who_speaks(action.speech)
        if action.edit is not None:
            yield "Your post now reads:"
            yield from _quoted(action.edit.after)
    for effect in dict.fromkeys(a.effect for a in decision.actions):
        yield EFFECT_SAID[effect]
    made = "made on" if post.made_at_is == "stated" else "which arrived on"
    yield ""
    yield f"YOUR POST, {made} {day_and_time(post.made_at)}" + (f", {post.url}" if post.url else "")
    yield from _quoted(post.text)


def _who_speaks(speech: Speech) -> Iterator[str]:
    said = f"The words of the notice are {speech.words_by_name}'s own."
    if speech.link is not None:
        who = (f"the page it links to is {speech.page_by_name}'s own too"
               if speech.page_by == "platform" else
               f"the page it links to was made by {speech.page_by_name} ({speech.page_by})")
        said = said[:-1] + f"; {who}: {speech.link}"
    yield said


def _why(statement: StatementOfReasons) -> Iterator[str]:
    yield ""
    yield "WHY"
    for ground in statement.grounds:
        cited = ground.citation
        yield (f"Clause {cited.number}, {ground.title}, of the {cited.document}, "
               f"version {cited.version}:")
        yield from _quoted(ground.words)
    yield ""
    yield "THE FACTS WE RELY ON"
    for fact in statement.facts:
        yield f"  - {fact.meaning}: {show(fact.value)} [{fact.name}, {_observed(fact.observer)}]"
    for excerpt in dict.fromkeys(statement.excerpts):
        yield f"  - words found in your post: “{excerpt}”"


def _observed(observer: str) -> str:
    return "a person said so" if observer.startswith("person:") else f"found by {observer}"


def _how_found(statement: StatementOfReasons) -> Iterator[str]:
    yield ""
    yield "HOW WE FOUND IT"
    found = "by automated means" if statement.detection_automated else "without automated means"
    decided = {"fully": "by the clause's own rule, automatically",
               "partially": "by the clause's own rule, on what a person said about the post",
               "not": "by a person"}[statement.decision_automated]
    yield (f"We looked on {statement.source} (cause: {statement.cause.value}). "
           f"It was found {found} and decided {decided}, on {day_and_time(statement.at)}.")


def _redress(statement: StatementOfReasons, platform: str,
             last_day: date | None) -> Iterator[str]:
    redress = statement.redress
    yield ""
    yield "IF YOU DISAGREE"
    if redress.appeals_to == NO_APPEAL or last_day is None:
        yield f"{platform} hears no independent appeal; its terms say so."
    else:
        yield (f"You can appeal, free of charge, until the end of {last_day.day} "
               f"{last_day:%B %Y}. Say what is wrong: a fact, our reading of the clause, or that "
               f"like posts were treated otherwise. {redress.appeals_to[0].upper()}"
               f"{redress.appeals_to[1:]} answers, not whoever decided this.")
    if redress.out_of_court:
        yield f"Out of court: {redress.out_of_court}."
    if redress.courts:
        yield f"In court: {redress.courts}."
    yield f"Name this decision when you write: {statement.decision[:16]}"


def _quoted(text: str) -> Iterator[str]:
    """A text as a quotation, wrapped; control characters never reach the reader's screen."""
    for paragraph in text.splitlines() or [""]:
        shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in paragraph)
        yield from textwrap.wrap(shown, WIDTH, initial_indent="  > ",
                                 subsequent_indent="  > ") or ["  >"]
