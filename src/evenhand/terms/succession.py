"""Versions follow one another: what is published is held against all that was published before it.

Checking a folder and publishing it walk the same way, `examine_versions`. They differ in what is
known: who checks has the documents and their dates alone, who publishes has also the versions
that are published already, and the instant at which it happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from evenhand.model.period import Period
from evenhand.rulebook.document import Document
from evenhand.rulebook.drafting import DraftingError
from evenhand.rulebook.vocabulary import Vocabulary
from evenhand.terms.applies import Version, in_force
from evenhand.terms.clauses import Draft, Examined, Terms, examine
from evenhand.terms.front import text_of

After = Callable[[datetime, Period], datetime]
"""The instant a period after another: the calendar is the caller's."""


def examine_versions(documents: Sequence[Document], *, vocabulary: Vocabulary,
                     digest: Callable[[Sequence[Document], Vocabulary], str], after: After,
                     published: Sequence[Terms] = (),
                     publishing: Callable[[datetime], datetime] | None = None,
                     now: datetime | None = None, whole: bool = True) -> tuple[Examined, ...]:
    """Every version in the documents with every mistake, in the order of their publication.

    `digest` names a version. `published` are the versions that are published already; they are
    read by the vocabulary that they were frozen with, and stay as they are. `publishing` gives
    the instant (UTC) at which a version is published that says it would be at the one given;
    without it, it is the day's first. With `now` (UTC), a version that is still to be published is
    remarked that would have to be at its day's first instant. `whole` is False where there are
    documents that could not be read: then nothing that they may say is told as lacking.
    """
    known = {version.front.version: version for version in published}
    versions: list[Examined] = []
    for group in _by_version(documents):
        earlier = known.get(text_of(group[0], "version"))
        facts = earlier.frozen if earlier is not None else vocabulary
        versions.append(examine(group, vocabulary=facts, digest=digest(group, facts),
                                whole=whole))
    whole = whole and all(version.draft is not None for version in versions)
    versions.sort(key=lambda v: (v.draft is None, v.draft and v.draft.published_at,
                                 v.draft and v.draft.in_force_from))
    standing: list[Version] = list(published)
    result = []
    for version in versions:
        draft, terms = version.draft, version.terms
        old = None if draft is None else next(
            (p for p in published if p.digest == draft.digest), None)
        if draft is None or old is not None:
            result.append(replace(version, terms=old))
            continue
        # What was published so before stays as it is; nothing new is.
        problems = [*version.problems, *version.barred]
        if publishing is not None:
            at = publishing(draft.published_at)
            draft = replace(draft, published_at=at, in_force_from=max(at, draft.in_force_from))
            if draft.front.version not in known:
                problems.extend(_another_day(draft))
        found = tuple(succession_problems(standing, draft, after=after, whole=whole))
        problems.extend(found)
        remarks = version.remarks
        if not found and whole and now is not None:
            remarks += tuple(_at_the_first_instant(standing, draft, after=after, now=now))
        if terms is not None:
            terms = replace(terms, published_at=draft.published_at,
                            in_force_from=draft.in_force_from)
        standing.append(draft)
        result.append(replace(version, draft=draft, terms=None if problems else terms,
                              problems=tuple(problems), remarks=remarks))
    return tuple(result)


def _by_version(documents: Sequence[Document]) -> list[list[Document]]:
    """The documents of each version; one that names none stands alone."""
    groups: dict[str, list[Document]] = {}
    for number, document in enumerate(documents):
        version = text_of(document, "version")
        groups.setdefault(version or f" {number}", []).append(document)
    return list(groups.values())


def succession_problems(versions: Sequence[Version], new: Version, *, after: After,
                        whole: bool = True) -> Iterator[DraftingError]:
    """Why a version cannot follow those published before it: it overlaps, or comes too soon.

    The terms in force promise their notice; the first version owes none. A change in the users'
    favour needs no notice period: that is a suspension of a clause, not a new version. Where
    `versions` are not the `whole` of them, nothing is said of the notice: another may promise it.
    """
    document, version = new.documents[0], new.front.version
    others = [v for v in versions if v.digest != new.digest]
    if any(v.front.version == version for v in others):
        yield document.source.mistake(
            f"version {version} was already published with other words",
            line=document.front["version"].line,
            hint="a published version never changes: give this one a new `version`")
        return
    line = document.front["in force"].line
    clash = next((v for v in others if v.in_force_from == new.in_force_from), None)
    later = max((v for v in others if v.in_force_from > new.in_force_from),
                key=lambda v: v.in_force_from, default=None)
    if clash is not None:
        yield document.source.mistake(
            f"version {version} overlaps version {clash.front.version}: both are in force from "
            f"{clash.front.in_force}", line=line, hint="let it be in force from another day")
    if later is not None:
        yield document.source.mistake(
            f"version {version} would be in force from {new.front.in_force}, before version "
            f"{later.front.version} which is published earlier", line=line,
            hint="versions follow one another: let `in force` lie after "
            f"{later.front.in_force}")
    today, notice = _owed(versions, new)
    if whole and today is not None and notice is not None:
        earliest = after(new.published_at, notice)
        if new.in_force_from < earliest and clash is None and later is None:
            yield document.source.mistake(
                f"version {version} would be in force from {new.front.in_force}, but the terms in "
                f"force promise {notice} of notice", line=line,
                hint=f"version {today.front.version} promises it: let this one be in force from "
                f"{earliest:%Y-%m-%d %H:%M} UTC or later")


def _owed(versions: Sequence[Version], new: Version) -> tuple[Version | None, Period | None]:
    """The version in force when another is published, and the notice that it promises."""
    today = in_force(versions, new.published_at)
    if today is None or today.digest == new.digest:
        return None, None
    return today, today.front.change_notice


def _another_day(draft: Draft) -> Iterator[DraftingError]:
    """Why a version cannot be published now: it says another day."""
    document = draft.documents[0]
    today = draft.published_at.astimezone(draft.front.zone).date()
    if today != draft.front.published:
        yield document.source.mistake(
            f"the terms say that they are published on {draft.front.published}, and it is {today}",
            line=document.front["published"].line, hint="let `published` be the day on which you "
            "publish: nobody could read them before")


def _at_the_first_instant(versions: Sequence[Version], draft: Draft, *, after: After,
                          now: datetime) -> Iterator[DraftingError]:
    """That the notice is kept only by publishing at midnight, which no clock that runs will do."""
    _, notice = _owed(versions, draft)
    tomorrow = datetime.combine(draft.front.published + timedelta(days=1), time(),
                                tzinfo=draft.front.zone)
    if notice is None or tomorrow <= now or draft.in_force_from >= after(tomorrow, notice):
        return
    document = draft.documents[0]
    yield document.source.mistake(
        f"version {draft.front.version} keeps the {notice} of notice only if it is published at "
        f"the first instant of {draft.front.published}", line=document.front["in force"].line,
        hint="a version is published at an hour of its day: let `in force` lie a day later")
