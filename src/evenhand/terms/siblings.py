"""The documents of one version in several languages: one is authentic, the others translate it.

A translation repeats the clauses, and the worded lines of their `then` blocks, in its language;
it carries no condition, no list and no case, and says nothing of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

from evenhand.errors import EvenhandError
from evenhand.rulebook.document import Document
from evenhand.rulebook.drafting import DraftingError, DraftingErrors, suggest
from evenhand.terms.then import ModerationEffects, PromisedAction, Then

Promised = Mapping[tuple[str, str], PromisedAction]
"""(clause number, how a case names the action) -> the action as the authentic document has it."""


def part_siblings(documents: Sequence[Document]) -> tuple[Document, tuple[Document, ...]]:
    """The authentic document of a version, and the others by language."""
    assert documents, "a version has at least one document"
    if len(documents) == 1:
        return documents[0], ()
    marked = [d for d in documents if text_of(d, "authentic") == "yes"]
    if len(marked) != 1:
        raise EvenhandError(f"{len(marked)} of {len(documents)} documents of this version are "
                            "marked `authentic: yes`", where=documents[0].name,
                            hint="mark exactly one: its conditions are run, and its words govern")
    languages = [text_of(d, "language") for d in documents]
    if len(set(languages)) < len(languages):
        raise EvenhandError("two documents of this version have the same `language`",
                            where=documents[0].name, hint="give each language one document")
    return marked[0], tuple(sorted((d for d in documents if d is not marked[0]),
                                   key=lambda d: text_of(d, "language")))


def text_of(document: Document, key: str) -> str:
    """The value of a key of the front matter; empty where it is not given."""
    value = document.front.get(key)
    return value.text if value is not None else ""


def language_problems(document: Document) -> Iterator[DraftingError]:
    """What `language` and `authentic` of any document of a version must hold."""
    language, authentic = document.front.get("language"), document.front.get("authentic")
    if language is not None and not _LANGUAGE.fullmatch(language.text):
        yield document.source.mistake(f"`{language.text}` is not a language", line=language.line,
                                      hint="write its tag: `en`, `fr` or `pt-BR`")
    if authentic is not None and authentic.text not in ("yes", "no"):
        yield document.source.mistake(f"`authentic` is yes or no, not `{authentic.text}`",
                                      line=authentic.line, hint="write `authentic: yes` in one "
                                      "document of a version")


_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")


_SHARED = ("terms", "version", "published", "in force", "time zone")
"""What all documents of a version say alike; what else a translation says is in its own words."""


def translated(sibling: Document, authentic: Document, promised: Promised,
               front_keys: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """(number, action, words) of a sibling; a sibling that says something else is refused."""
    source = sibling.source
    problems = list(_front_problems(sibling, tuple(front_keys)))
    for key in _SHARED:
        if text_of(sibling, key) != text_of(authentic, key):
            line = sibling.front[key].line if key in sibling.front else 1
            problems.append(source.mistake(
                f"`{key}` differs from the authentic document's", line=line,
                hint=f"write `{key}: {text_of(authentic, key)}`"))
    for theirs, ours in zip_longest((p.number for p in authentic.provisions), sibling.provisions):
        if ours is None or ours.number != theirs:
            what = "no more clause" if theirs is None else f"clause {theirs}"
            problems.append(source.mistake(
                f"the authentic document has {what} here", line=ours.line if ours else
                len(source.lines), hint="give the translation the same numbers in the same order"))
            raise DraftingErrors(problems)
    found: dict[tuple[str, str], str] = {}
    for provision in sibling.provisions:
        if not provision.prose and (authentic.provision(provision.number) or provision).prose:
            problems.append(source.mistake(f"clause {provision.number} has no words",
                                           line=provision.line, hint="translate the clause"))
        for block in provision.blocks:
            if block.kind != "then":
                problems.append(source.mistake(f"a translation has no `{block.kind}` block",
                                               line=block.line, hint="only the authentic document "
                                               "carries conditions, lists and cases"))
                continue
            then, wrong = ModerationEffects().read(block, provision, sibling)
            problems.extend(wrong)
            if then != Then(actions=then.actions) and not wrong:
                problems.append(source.mistake(
                    "a translation says nothing of its own", line=block.line,
                    hint="keep only the lines of actions with words"))
            for action in then.actions:
                said = (provision.number, action.says)
                original = promised.get(said)
                if original is None or original.words is None or replace(
                        original, words=action.words, line=action.line) != action:
                    problems.append(source.mistake(
                        f"`{action.says}` is no worded action of this clause", line=action.line,
                        hint="repeat the line of the authentic document with its words translated"))
                else:
                    found[said] = action.words or ""
    sound = not problems  # a line told as wrong may be the one that seems to be lacking
    problems.extend(source.mistake(
        f"the words of `{says}` are not translated", line=here.line,
        hint="repeat the line of the authentic document in a `then` block, in this language")
        for (number, says), action in promised.items()
        if action.words is not None and (number, says) not in found and sound
        and (here := sibling.provision(number)) is not None)
    if problems:
        raise DraftingErrors(problems)
    yield from ((number, says, words) for (number, says), words in found.items())


def _front_problems(sibling: Document, front_keys: tuple[str, ...]) -> Iterator[DraftingError]:
    """What the front matter of a translation must hold for itself."""
    for key, value in sibling.front.items():
        if key not in front_keys:
            yield sibling.source.mistake(f"`{key}` is not a key of the front matter",
                                         line=value.line, length=len(key),
                                         hint=suggest(key, front_keys) or "the keys are "
                                         + ", ".join(f"`{k}`" for k in front_keys))
    if "language" not in sibling.front:
        yield sibling.source.mistake("the front matter does not say `language`", line=1,
                                     hint="add a line `language: ...`")
    yield from language_problems(sibling)
