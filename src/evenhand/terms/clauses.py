"""A version of a platform's terms: its documents in every language, read into clauses.

A version is named by one digest over its documents and the vocabulary frozen beside them, so that
replay and audit read old terms without today's code (DESIGN 4). One document is authentic and
carries the conditions; its siblings carry the same clauses' words in other languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from evenhand.errors import EvenhandError
from evenhand.model.period import Period
from evenhand.rulebook.check import Checked, Effects, Rule, check
from evenhand.rulebook.document import Citation, Document
from evenhand.rulebook.drafting import DraftingError, DraftingErrors, suggest
from evenhand.rulebook.lists import Pattern, WordList, read_lists
from evenhand.rulebook.vocabulary import Vocabulary
from evenhand.terms.siblings import language_problems, part_siblings, text_of, translated
from evenhand.terms.then import ModerationEffects, PromisedAction, Then

FRONT_KEYS = ("terms", "version", "published", "in force", "time zone", "language", "authentic",
              "notice before change", "appeal within", "appeals to", "appeals at", "out-of-court",
              "courts")
REQUIRED_KEYS = ("terms", "version", "published", "in force", "time zone", "language",
                 "appeal within", "appeals to")

NO_APPEAL = "nobody"
"""`appeals to: nobody`: terms may say that the service hears no independent appeal, and then
every notice says so (DESIGN 4). Other terms say under `appeals at` where an appeal is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A numbered rule: what people read, and the same as the machine runs it.

    `rule` is None for a clause that only people read; it may say its force all the same.
    """

    citation: Citation
    title: str
    words: str
    rule: Rule | None
    then: Then


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What the front matter of terms says."""

    title: str
    version: str
    published: date
    in_force: date
    zone: ZoneInfo
    language: str
    change_notice: Period | None
    appeal_within: Period
    appeals_to: str
    appeals_at: str | None
    out_of_court: str | None
    courts: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One version. `published_at` and `in_force_from` are instants in UTC, the start of the dates
    in the terms' time zone until a publication says otherwise. `languages` begins with the
    authentic one. `frozen` is the vocabulary it was published with,
    `vocabulary` the same with the facts of its own word lists. `translations` maps
    clause number and action to (language, words)."""

    digest: str
    front: Front
    documents: tuple[Document, ...]
    languages: tuple[str, ...]
    clauses: tuple[Clause, ...]
    lists: tuple[WordList | Pattern, ...]
    frozen: Vocabulary
    vocabulary: Vocabulary
    published_at: datetime
    in_force_from: datetime
    translations: Mapping[tuple[str, str], tuple[tuple[str, str], ...]]

    def clause(self, number: str) -> Clause | None:
        """The clause of this number, or None."""
        return next((c for c in self.clauses if c.citation.number == number), None)

    def words_of(self, number: str, says: str) -> tuple[tuple[str, str], ...]:
        """The words of an action in the other languages: (language, words)."""
        return self.translations.get((number, says), ())


EARLIEST, LATEST = date(1970, 1, 1), date(2200, 12, 31)
"""The dates that terms may name: a slip of the pen is told, and no deadline leaves the calendar."""


def check_terms(document: Document, vocabulary: Vocabulary) -> Checked:
    """Check a document of terms: its form, its conditions, its effects, its cases."""
    return check(document, vocabulary=vocabulary, effects=ModerationEffects(),
                 front_keys=FRONT_KEYS, extra=(_front_problems, _clause_problems))


def read_terms(documents: Sequence[Document], *, vocabulary: Vocabulary, digest: str) -> Terms:
    """Read the sibling documents of one version; `digest` is their version digest.

    Raises `DraftingErrors` with every mistake, and an error where siblings do not belong together.
    """
    authentic, siblings = part_siblings(documents)
    checked = check_terms(authentic, vocabulary)
    if checked.problems:
        raise DraftingErrors(checked.problems)
    front = _read_front(authentic)
    rules = {rule.provision.number: rule for rule in checked.rules}
    effects = {number: rule.effects for number, rule in rules.items()} | dict(checked.said)
    clauses = tuple(Clause(
        citation=replace(authentic.cite(p.number, version=front.version),
                         document=front.title, digest=digest),
        title=p.title, words=p.prose, rule=rules.get(p.number),
        then=_then_of(effects.get(p.number))) for p in authentic.provisions)
    promised = {(c.citation.number, a.says): a for c in clauses for a in c.then.actions}
    translations: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
    for sibling in siblings:
        for number, says, words in translated(sibling, authentic, promised, FRONT_KEYS):
            known = translations.get((number, says), ())
            translations[number, says] = (*known, (sibling.front["language"].text, words))
    return Terms(
        digest=digest, front=front, documents=(authentic, *siblings),
        languages=(front.language, *(s.front["language"].text for s in siblings)),
        clauses=clauses, lists=checked.lists, frozen=vocabulary, vocabulary=checked.vocabulary,
        published_at=_midnight(front.published, front.zone),
        in_force_from=_midnight(front.in_force, front.zone), translations=translations)


def _then_of(effects: Effects | None) -> Then:
    if effects is None:
        return Then()
    assert isinstance(effects, Then), "the effects of a clause are those of moderation"
    return effects


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(ZoneInfo("UTC"))


def _read_front(document: Document) -> Front:
    zone = ZoneInfo(text_of(document, "time zone"))
    notice = text_of(document, "notice before change")
    return Front(
        title=text_of(document, "terms"), version=text_of(document, "version"),
        published=date.fromisoformat(text_of(document, "published")),
        in_force=date.fromisoformat(text_of(document, "in force")), zone=zone,
        language=text_of(document, "language"),
        change_notice=Period.parse(notice) if notice else None,
        appeal_within=Period.parse(text_of(document, "appeal within")),
        appeals_to=text_of(document, "appeals to"),
        appeals_at=text_of(document, "appeals at") or None,
        out_of_court=text_of(document, "out-of-court") or None,
        courts=text_of(document, "courts") or None)


def _front_problems(document: Document, rules: Iterable[Rule]) -> Iterator[DraftingError]:
    """What the front matter of terms must hold, and the order of its dates."""
    source = document.source
    if not document.front:
        return  # the rulebook has said so already
    for key in REQUIRED_KEYS:
        if key not in document.front:
            yield source.mistake(f"the front matter does not say `{key}`", line=1,
                                 hint=f"add a line `{key}: ...`")
    dates: dict[str, date] = {}
    for key in ("published", "in force"):
        value = document.front.get(key)
        if value is None:
            continue
        found = _date(value.text)
        if found is None:
            yield source.mistake(f"`{value.text}` is not a date", line=value.line,
                                 hint=f"write `{key}: 2020-05-11`")
        elif not EARLIEST <= found <= LATEST:
            yield source.mistake(f"`{value.text}` is not a date of our time", line=value.line,
                                 hint=f"dates of terms lie from {EARLIEST} to {LATEST}")
        else:
            dates[key] = found
    if len(dates) == 2 and dates["in force"] < dates["published"]:
        yield source.mistake("the terms would be in force before they are published",
                             line=document.front["in force"].line,
                             hint="nobody can follow rules that are not published: let `in force` "
                             "lie at or after `published`")
    for key in ("appeal within", "notice before change"):
        value = document.front.get(key)
        if value is not None:
            try:
                Period.parse(value.text)
            except EvenhandError as wrong:
                yield source.mistake(wrong.what, line=value.line, hint=wrong.hint)
    yield from _address_problems(document)
    yield from language_problems(document)


_ADDRESS = re.compile(r"https?://[^\s/@]+\.[^\s/@]+(/\S*)?|[^\s@:/]+@[^\s@/]+\.[^\s@/]+")
"""An address of the web, or of e-mail."""


def _address_problems(document: Document) -> Iterator[DraftingError]:
    """Who hears appeals says where they are sent (Regulation 2022/2065 Art. 17(3)(f), 20(3))."""
    heard, at = document.front.get("appeals to"), document.front.get("appeals at")
    if heard is not None and heard.text != NO_APPEAL and at is None:
        yield document.source.mistake(
            "the front matter does not say `appeals at`", line=heard.line,
            hint="add a line `appeals at: https://...`, or an e-mail address: nobody can appeal "
            "without knowing where")
    if at is None:
        return
    if heard is not None and heard.text == NO_APPEAL:
        yield document.source.mistake(
            "there is an address for appeals that nobody hears", line=at.line,
            hint="take the line out, or say in `appeals to` who answers")
    elif not _ADDRESS.fullmatch(at.text):
        yield document.source.mistake(
            f"`{at.text}` is not an address", line=at.line,
            hint="write `https://...` or an e-mail address")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def _clause_problems(document: Document, rules: Iterable[Rule]) -> Iterator[DraftingError]:
    """What one clause must know of the others."""
    rules = tuple(rules)
    # A clause whose condition is wrong is still a rule, so that one mistake is told once.
    numbers = {p.number for p in document.provisions if any(b.kind == "when" for b in p.blocks)}
    collections = {rule.provision.number for rule in rules if rule.condition.binds is not None}
    lists = {entry.name for entry in read_lists(document, [])}
    for rule in rules:
        then, number = _then_of(rule.effects), rule.provision.number
        target = then.exception_to
        if target is not None and (target not in numbers or target == number):
            yield document.source.mistake(
                f"clause {number} is an exception to {target}, which is no rule of these terms",
                line=_line_of(rule, "exception to"),
                hint="name the number of another clause with a `when`")
        for action in then.actions:
            yield from _action_problems(document, action, lists, bound=number in collections)
    yield from _circles(document, rules)


def _line_of(rule: Rule, beginning: str) -> int:
    """The line of a rule's `then` block that begins so; its heading's where none does."""
    return next((line.number for block in rule.provision.blocks if block.kind == "then"
                 for line in block.lines if line.text.strip().startswith(beginning)),
                rule.provision.line)


def _circles(document: Document, rules: Sequence[Rule]) -> Iterator[DraftingError]:
    """Clauses that are exceptions to one another: neither could be answered first."""
    targets = {r.provision.number: target for r in rules
               if (target := _then_of(r.effects).exception_to) is not None}
    told: set[str] = set()
    for rule in rules:
        path = [rule.provision.number]
        while (following := targets.get(path[-1])) is not None and following not in path:
            path.append(following)
        if following == path[0] and len(path) > 1 and not told & set(path):
            told.update(path)
            yield document.source.mistake(
                "these clauses are exceptions to one another: " + ", ".join((*path, path[0])),
                line=_line_of(rule, "exception to"),
                hint="say of one of them that it is no exception")


def _action_problems(document: Document, action: PromisedAction, lists: set[str], *,
                     bound: bool) -> Iterator[DraftingError]:
    if action.link is not None and not action.link.startswith("http"):
        if action.link != "claim.fact_check":
            yield document.source.mistake(
                f"`{action.link}` is not a fact that holds an address", line=action.line,
                hint="link to `claim.fact_check`, or write an address in quotes")
        elif not bound:
            yield document.source.mistake(
                "the label links to a claim, but the condition matches none", line=action.line,
                hint="put the condition under `for a matched claim:`")
    if action.redacts is not None and action.redacts not in lists:
        yield document.source.mistake(
            f"there is no word list or pattern `{action.redacts}` in these terms",
            line=action.line, hint=suggest(action.redacts, lists)
            or "name a `words` or `pattern` block")
