"""The letter to the author: the statement of reasons in plain words, sealed with the record.

It says what was done, why in the clause's own words, on which facts, how they were found, and how
to appeal and by when. The receipt from the ledger is attached when the letter is delivered, since
the ledger must hold these words first.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import date

from evenhand.model.action import Action, ActionKind, Effect, Speech
from evenhand.model.decision import Decision
from evenhand.model.post import Post
from evenhand.model.statement import Notice, StatementOfReasons
from evenhand.reasons.statement import day_and_time, show
from evenhand.terms.clauses import NO_APPEAL

WIDTH = 72
"""Columns of a letter: it must be readable as plain text on any screen."""


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
    words = "\n".join(line if line.startswith(" ") else
                      textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)
                      for line in lines)
    return Notice(decision=decision.id, to=post.author.id,
                  subject=_subject(decision, post, platform), words=words, language="en")


_SUBJECTS = {
    ActionKind.TERMINATE: "your account was ended",
    ActionKind.SUSPEND: "your account was suspended",
    ActionKind.REMOVE: "your post was removed",
    ActionKind.HOLD: "your post is held back",
    ActionKind.EDIT: "words were taken out of your post",
    ActionKind.INTERSTITIAL: "a warning stands before your post",
    ActionKind.LIMIT: "your post is limited",
    ActionKind.DEMONETISE: "your post earns nothing",
    ActionKind.LABEL: "a notice stands beside your post",
    ActionKind.WARN: "a warning",
}
"""What a letter is about, the gravest first."""


def _subject(decision: Decision, post: Post, platform: str) -> str:
    kinds = {action.kind for action in decision.actions}
    said = [words for kind, words in _SUBJECTS.items() if kind in kinds]
    made = post.made_at
    return f"{platform}: {' and '.join(said)} ({made.day} {made:%B %Y})"


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
        # A meaning's first half says what the fact is; the rest is for those who write terms.
        yield from _item(f"{fact.meaning.split(';')[0]}: {show(fact.value)} "
                         f"({_observed(fact.observer)})")
    for excerpt in dict.fromkeys(statement.excerpts):
        yield from _item(f"words found in your post: “{_shown(excerpt)}”")


def _item(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="  - ", subsequent_indent="    ",
                         break_long_words=False, break_on_hyphens=False)


def _observed(observer: str) -> str:
    who, colon, name = observer.partition(":")
    if not colon:
        return f"found by our software, {observer}"
    return f"says {name}" if who == "publisher" else "a reviewer said so"


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
        yield from textwrap.wrap(_shown(paragraph), WIDTH, initial_indent="  > ",
                                 subsequent_indent="  > ") or ["  >"]


def _shown(text: str) -> str:
    """A text without control characters: a post may not move its reader's cursor."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def done(action: Action) -> str:
    """What an action does, as a sentence to the post's author says it."""
    where = f" in {', '.join(action.territory)}" if action.territory else ""
    until = f" until {day_and_time(action.ends_at)}" if action.ends_at else ""
    lasts = f" for {action.lasts}," if action.lasts else ""
    words = action.speech.words if action.speech else ""
    return {
        ActionKind.LABEL: f"We put a notice beside your post{where}: “{words}”.",
        ActionKind.WARN: f"We warn you: “{words}”.",
        ActionKind.INTERSTITIAL: f"Readers must click through a warning to see your post{where}: "
                                 f"“{words}”.",
        ActionKind.LIMIT: f"{_LIMITED[action.limits or 'reach']}{where}{lasts}{until}.",
        ActionKind.HOLD: f"We hold your post back{where}{lasts}{until}, unless it is decided "
                         "before.",
        ActionKind.EDIT: "We took words out of your post; the rest stands as you wrote it.",
        ActionKind.DEMONETISE: f"Your post earns nothing{where}{lasts}{until}.",
        ActionKind.REMOVE: f"We removed your post{where}.",
        ActionKind.SUSPEND: f"We suspended your account{where}{lasts}{until}.",
        ActionKind.TERMINATE: f"We ended your account{where}.",
    }[action.kind]


_LIMITED = {"reach": "We show your post to fewer people",
            "replies": "Nobody can reply to your post",
            "recommendation": "We do not recommend your post to others",
            "age": "We show your post only to adults"}

EFFECT_SAID = {
    Effect.ADDS: "This adds to your post; your post stays as you wrote it, where it was.",
    Effect.RESTRICTS: "This restricts who can see or use your post or account.",
    Effect.EDITS: "This changes the words of your post that others see.",
}
