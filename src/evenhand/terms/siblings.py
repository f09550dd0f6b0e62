"""The documents of one version in several languages: one is authentic, the others translate it.

A translation repeats the clauses, and the worded lines of their `then` blocks, in its language;
it carries no condition, no list and no case, and says nothing of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from evenhand.rulebook.document import Document
from evenhand.rulebook.drafting import DraftingError, suggest
from evenhand.terms.front import FRONT_KEYS, language_problems, text_of
from evenhand.terms.then import ModerationEffects, PromisedAction, Then

Promised = Mapping[tuple[str, str], PromisedAction]
"""(clause number, how a case names the action) -> the action as the authentic document has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """The documents of a version by what they do: one is `authentic`, others are `translating`.

    `carrying` are those whose rules are to be checked: the authentic one, and where nothing says
    which that is, each that carries conditions. `others` neither carry nor have what they would
    translate.
    """

    authentic: Document | None
    translating: tuple[Document, ...]
    carrying: tuple[Document, ...]
    others: tuple[Document, ...]
    problems: tuple[DraftingError, ...]


def part_siblings(documents: Sequence[Document], *, whole: bool = True) -> Parted:
    """Part the documents of a version, and tell which do not fit beside each other.

    `whole` is False where another document of it may be there that cannot be read: it may be the
    authentic one.
    """
    assert documents, "a version has at least one document"
    problems: list[DraftingError] = []
    first: dict[str, Document] = {}
    for document in documents:
        language = text_of(document, "language")
        if language and language in first:
            problems.append(document.source.mistake(
                f"version {text_of(document, 'version')} has a document in `{language}` already",
                line=document.front["language"].line,
                hint=f"{first[language].name} is that document: give this one another `version`, "
                "or its own `language`"))
        first.setdefault(language, document)
    distinct = [d for d in documents
                if not text_of(d, "language") or first[text_of(d, "language")] is d]
    marked = [d for d in distinct if text_of(d, "authentic") == "yes"]
    problems.extend(second.source.mistake(
        f"version {text_of(second, 'version')} has an authentic document already",
        line=second.front["authentic"].line,
        hint=f"{marked[0].name} is marked `authentic: yes` too: mark exactly one, whose conditions "
        "are run and whose words govern") for second in marked[1:])
    authentic = marked[0] if len(marked) == 1 else None
    if not marked and len(distinct) == 1:
        authentic = _alone(distinct[0], problems, whole=whole)
    elif not marked and whole and all(text_of(d, "authentic") != "yes" for d in documents):
        problems.append(distinct[0].source.mistake(
            f"no document of version {text_of(distinct[0], 'version')} is marked "
            "`authentic: yes`", line=_line(distinct[0], "authentic", "version"),
            hint="mark exactly one of " + ", ".join(d.name for d in distinct)
            + ": its conditions are run, and its words govern"))
    translating = () if authentic is None else tuple(sorted(
        (d for d in distinct if d is not authentic), key=lambda d: text_of(d, "language")))
    left = [d for d in documents if not any(d is t for t in translating)]
    carrying = tuple(d for d in left if d is authentic or _carries(d))
    return Parted(authentic=authentic, translating=translating, carrying=carrying,
                  others=tuple(d for d in left if d is not authentic and not _carries(d)),
                  problems=tuple(problems))


def _alone(document: Document, problems: list[DraftingError], *, whole: bool) -> Document | None:
    """A document that has no sibling, if it can be the authentic one."""
    if text_of(document, "authentic") == "no":
        if whole:
            problems.append(document.source.mistake(
                f"no document of version {text_of(document, 'version')} is authentic",
                line=document.front["authentic"].line, hint="name the folder that holds all "
                "documents of the version, or take the line out"))
        return None
    return document if whole or _carries(document) else None


def _carries(document: Document) -> bool:
    """Whether a document carries what no translation does."""
    return any(block.kind != "then" for p in document.provisions for block in p.blocks)


def _line(document: Document, *keys: str) -> int:
    """The line of the first of these keys that the front matter has."""
    return next((document.front[key].line for key in keys if key in document.front), 1)


_SHARED = ("terms", "version", "published", "in force", "time zone")
"""What all documents of a version say alike; what else a translation says is in its own words."""


def translated(sibling: Document, authentic: Document, promised: Promised | None,
               ) -> tuple[tuple[tuple[str, str, str], ...], tuple[DraftingError, ...]]:
    """(number, action, words) of a sibling, and where it says something else.

    `promised` is None where it is not known; then the actions are not compared.
    """
    source = sibling.source
    problems = list(translation_front(sibling))
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
            return (), tuple(problems)
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
                if promised is None:
                    break
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
        for (number, says), action in (promised or {}).items()
        if action.words is not None and (number, says) not in found and sound
        and (here := sibling.provision(number)) is not None)
    return (tuple((number, says, words) for (number, says), words in found.items()),
            tuple(problems))


def translation_front(sibling: Document) -> Iterator[DraftingError]:
    """What the front matter of a translation must hold for itself."""
    for key, value in sibling.front.items():
        if key not in FRONT_KEYS:
            yield sibling.source.mistake(f"`{key}` is not a key of the front matter",
                                         line=value.line, length=len(key),
                                         hint=suggest(key, FRONT_KEYS) or "the keys are "
                                         + ", ".join(f"`{k}`" for k in FRONT_KEYS))
    if "language" not in sibling.front:
        yield sibling.source.mistake("the front matter does not say `language`", line=1,
                                     hint="add a line `language: ...`")
    yield from language_problems(sibling)
