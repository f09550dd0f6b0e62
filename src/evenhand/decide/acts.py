"""A promised action as it is done to one post: its words, who speaks, what an edit takes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from evenhand.decide.question import Question
from evenhand.model.action import Action, ActionKind, Edit, Ground, Speech
from evenhand.rulebook.finding import Finding
from evenhand.terms.clauses import Clause
from evenhand.terms.then import PromisedAction

REDACTED = "[…]"
"""What stands in a post where a rule took words out."""

CROWD = "its readers"
"""Who made a page of the crowd, where the terms name nobody."""

Edits = Mapping[tuple[str, str], Edit]
"""(clause number, name of the action) -> what it changes."""


def act(clause: Clause, finding: Finding, promised: PromisedAction, asked: Question,
        edits: Edits) -> Action:
    """A promised action as it is done to this post now, on the ground of its clause."""
    return Action(
        kind=promised.kind, name=promised.name, ground=Ground(citation=clause.citation),
        speech=_speech(clause, finding, promised, asked), since=asked.now, limits=promised.limits,
        lasts=promised.lasts,
        ends_at=asked.ends(asked.now, promised.lasts) if promised.lasts else None,
        territory=promised.territory,
        edit=edits.get((clause.citation.number, promised.name))
        if promised.kind is ActionKind.EDIT else None)


def _speech(clause: Clause, finding: Finding, promised: PromisedAction,
            asked: Question) -> Speech | None:
    """The words and who wrote them: the terms' words are always the platform's own."""
    if promised.words is None:
        return None
    language, *_ = asked.terms.languages
    link, page_by, page_by_name = promised.link, promised.page_by, promised.page_by_name
    if page_by == "platform":
        page_by_name = asked.platform
    elif page_by == "crowd":
        page_by_name = CROWD
    elif link is not None and page_by is None:
        matches = asked.dossier.matches or ()
        assert finding.bound is not None, "a label that links to a claim stands under its `for`"
        fact_check = matches[finding.bound].fact_check
        link, page_by = fact_check.url, fact_check.publisher.kind
        page_by_name = fact_check.publisher.name
    return Speech(words=promised.words, language=language, words_by="platform",
                  words_by_name=asked.platform, link=link, page_by=page_by,
                  page_by_name=page_by_name,
                  also=tuple(asked.terms.words_of(clause.citation.number, promised.says)))


def edits_of(asked: Question,
             promised: Iterable[tuple[Clause, Finding, PromisedAction]]) -> Edits:
    """What each redaction takes out of the text, and nothing else; the last edit's text is shown.

    A redaction that finds nothing more to take out changes nothing: the clause may call for it
    (it holds on other facts), but then the edit is a reviewer's to make, in a reviewer's words.
    Those go on in later decisions, and no edit shows again what another takes out.
    """
    text = before = asked.post.text
    edits: dict[tuple[str, str], Edit] = {}
    spans: list[tuple[int, int]] = []
    in_their_words = False
    for clause, _, action in promised:
        if action.kind is not ActionKind.EDIT:
            continue
        number = clause.citation.number
        own = [(s.start, s.end) for s in asked.dossier.spans
               if action.redacts is not None and s.fact == f"hits.{action.redacts}"]
        written = _written(clause, action, asked)
        if own:
            spans.extend(own)
            out = before if in_their_words else None
        elif written is not None:
            in_their_words, out = True, written
        else:
            continue
        after = _without(text, spans) if out is None else _without_words(
            out, {text[start:end] for start, end in spans})
        edits[number, action.name] = Edit(before=before, after=after)
        before = after
    return edits


def _written(clause: Clause, action: PromisedAction, asked: Question) -> str | None:
    """The text after an edit in a reviewer's words: now, or in the decision that stands."""
    number = clause.citation.number
    if number in asked.review.edits:
        return asked.review.edits[number]
    before = asked.standing.actions if asked.standing else ()
    return next((a.edit.after for a in before if a.edit is not None
                 and a.ground.citation == clause.citation and a.name == action.name), None)


def _without_words(text: str, words: Iterable[str]) -> str:
    """A reviewer's text without the words that a rule takes out of the post, wherever they stand:
    nobody knows any more which place they had."""
    found = sorted((word for word in words if word), key=len, reverse=True)
    return re.sub("|".join(map(re.escape, found)), REDACTED, text) if found else text


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    after, last = "", 0
    for start, end in _merged(spans):
        after += text[last:start] + REDACTED
        last = end
    return after + text[last:]


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    current: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if current is not None and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current
