"""The law: every regime with its provisions and readings, read from its documents.

`read_law` reads all of them together, since a reading may be of a provision in another document
(an executive order reads a statute), and names the readings that it conflicts with.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from evenhand.errors import EvenhandError
from evenhand.law.conclusion import MAY_SAY
from evenhand.law.dates import read_date
from evenhand.law.entries import mistake, names_of, sorted_problems
from evenhand.law.facts import LawFacts
from evenhand.law.forums import Forums
from evenhand.law.held import Held, Presumption, entries_of, names_in, read_held
from evenhand.law.provisions import LawProvision, block_of, excepts_problems, read_provision
from evenhand.law.then import LawEffects, Then
from evenhand.rulebook.check import Checked, Rule, check
from evenhand.rulebook.document import KINDS, Citation, Document, Provision
from evenhand.rulebook.drafting import DraftingError, DraftingErrors, suggest
from evenhand.rulebook.vocabulary import Vocabulary

LAW_KINDS = (*KINDS, "applies", "held", "provision")
"""The blocks of a document of law."""

FRONT_KEYS = ("regime", "numbers", "version", "forum", "last checked", "checked by", "sources",
              "time zone")
REQUIRED = ("regime", "numbers", "version", "forum", "last checked", "checked by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One interpretation of one provision or more, by those who hold it.

    `provisions` are numbers, wherever they stand; `checked` is when, and by whom.
    """

    id: str
    title: str
    regime: str
    words: str
    citation: Citation
    provisions: tuple[str, ...]
    held: Held
    then: Then
    rule: Rule
    checked: tuple[date, str]

    @property
    def presumptions(self) -> tuple[Presumption, ...]:
        """What it presumes, each with the reason."""
        return self.held.presumptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """A body of law as one document has it. `forum` is where it is law, if nobody says where."""

    id: str
    title: str
    version: str
    forum: str
    checked: tuple[date, str]
    document: Document
    provisions: tuple[LawProvision, ...]
    readings: tuple[Reading, ...]
    untested: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """All of it. `digest` names the documents, facts and forums included, that were read."""

    regimes: tuple[Regime, ...]
    facts: LawFacts
    forums: Forums
    digest: str

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Every reading of every regime, in the order of the documents."""
        return tuple(r for regime in self.regimes for r in regime.readings)

    def regime(self, id_: str) -> Regime:
        """The regime of this id; raises `EvenhandError` with the nearest where there is none."""
        for regime in self.regimes:
            if regime.id.casefold() == id_.casefold():
                return regime
        ids = [r.id for r in self.regimes]
        raise EvenhandError(f"`{id_}` is not a regime", hint=suggest(id_, ids)
                            or "it is one of: " + ", ".join(ids))

    def reading(self, id_: str) -> Reading:
        """The reading of this id; raises `EvenhandError` with the nearest where there is none."""
        for reading in self.readings:
            if reading.id == id_:
                return reading
        raise EvenhandError(f"`{id_}` is not a reading",
                            hint=suggest(id_, [r.id for r in self.readings])
                            or "`evenhand law` lists them")

    def readings_of(self, provision: str) -> tuple[Reading, ...]:
        """The readings of a provision, those of other documents included."""
        return tuple(r for r in self.readings if provision in r.provisions)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drafted:
    """One document as far as it could be read; `held` is what each reading says of itself."""

    document: Document
    regime: str
    checked: Checked
    provisions: Mapping[str, LawProvision]
    held: Mapping[str, Held]
    problems: tuple[DraftingError, ...]


def digest_of(documents: Sequence[Document]) -> str:
    """The digest of several documents: their names and digests, sorted."""
    lines = sorted(f"{d.name} {d.digest}\n" for d in documents)
    return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()


def read_law(documents: Sequence[Document], *, facts: LawFacts, forums: Forums) -> Law:
    """Read the documents of all regimes. Raises `DraftingErrors` with every mistake in any.

    Each was read by `read_document(..., kinds=LAW_KINDS)`.
    """
    drafted = tuple(_draft(document, facts.vocabulary, forums) for document in documents)
    problems = [p for one in drafted for p in one.problems]
    problems.extend(_across(drafted))
    if problems:
        raise DraftingErrors(sorted_problems(problems))
    return Law(regimes=tuple(_regime(one, forums) for one in drafted), facts=facts, forums=forums,
               digest=digest_of([*documents, facts.document, forums.document]))


def _draft(document: Document, vocabulary: Vocabulary, forums: Forums) -> _Drafted:
    """Check one document by itself."""
    problems: list[DraftingError] = list(_front_problems(document, forums))
    prefix = _front(document, "numbers")
    provisions = {p.number: p for raw in document.provisions
                  if (p := read_provision(document, raw, prefix, problems)) is not None}
    held: dict[str, Held] = {}
    for raw in document.provisions:
        found = read_held(document, raw, vocabulary=vocabulary, forums=forums, problems=problems)
        if found is not None:
            held[raw.number] = found
        problems.extend(_form_problems(document, raw))
    for provision in provisions.values():
        problems.extend(excepts_problems(document, provision, provisions))
    checked = check(document, vocabulary=vocabulary, effects=LawEffects(vocabulary=vocabulary),
                    front_keys=FRONT_KEYS)
    problems.extend(checked.problems)
    for rule in checked.rules:
        problems.extend(_idle_presumptions(document, rule, held.get(rule.provision.number)))
    return _Drafted(document=document, regime=_front(document, "regime"), checked=checked,
                    provisions=provisions, held=held, problems=tuple(problems))


def _front(document: Document, key: str) -> str:
    value = document.front.get(key)
    return value.text if value is not None else ""


def _front_problems(document: Document, forums: Forums) -> Iterator[DraftingError]:
    source = document.source
    for key in REQUIRED:
        if document.front and key not in document.front:
            yield source.mistake(f"the front matter does not say `{key}`", line=1,
                                 hint=f"add a line `{key}: ...`")
    for key in ("version", "last checked"):
        value = document.front.get(key)
        if value is not None:
            try:
                read_date(value.text)
            except EvenhandError as wrong:
                yield source.mistake(wrong.what, line=value.line, hint=wrong.hint)
    forum = document.front.get("forum")
    if forum is not None and forums.find(forum.text) is None:
        yield source.mistake(f"`{forum.text}` is not a forum", line=forum.line,
                             hint=forums.suggest(forum.text) or "law/forums.md lists them")


def _form_problems(document: Document, raw: Provision) -> Iterator[DraftingError]:
    """Which blocks belong together: a reading has `held`, `when` and `then`."""
    kinds = [b.kind for b in raw.blocks]
    for kind in ("held", "provision"):
        if kinds.count(kind) > 1:
            yield document.source.mistake(f"`{raw.number}` has two `{kind}` blocks",
                                          line=raw.line, hint="keep one")
    held = block_of(raw, "held")
    if held is not None and "then" not in kinds:
        yield document.source.mistake(f"the reading `{raw.number}` concludes nothing",
                                      line=held.line, hint="add a `when` and a `then` block")
    if held is None and "then" in kinds:
        yield document.source.mistake(
            f"nobody holds `{raw.number}`", line=raw.line,
            hint="add a `held` block: who holds it, by what authority, since when")
    if held is not None and "provision" in kinds:
        yield document.source.mistake(
            f"`{raw.number}` is both a provision and a reading", line=held.line,
            hint="give the reading a heading of its own")


def _idle_presumptions(document: Document, rule: Rule,
                       held: Held | None) -> Iterator[DraftingError]:
    """A presumption about a fact that the reading never asks for misleads whoever reads it."""
    asked = {*rule.condition.names, *(rule.applies.names if rule.applies else ())}
    for entry in entries_of(document, rule.provision, []).get("presume", ()):
        name = entry.text.split(" ", 1)[0]
        if held is not None and name not in asked:
            yield mistake(document.source, entry, f"`{name}` is presumed, and never asked for",
                          "take the presumption out, or ask for the fact", name)


def _across(drafted: Sequence[_Drafted]) -> Iterator[DraftingError]:
    """What one document must know of the others."""
    provisions = {number: (one, p) for one in drafted for number, p in one.provisions.items()}
    readings = {number: held for one in drafted for number, held in one.held.items()}
    # A reading that is wrong in itself is a reading still: whoever names it is not blamed.
    known = {p.number for one in drafted for p in one.document.provisions
             if block_of(p, "held") is not None}
    first: dict[str, _Drafted] = {}
    for one in drafted:
        if first.setdefault(one.regime, one) is not one:
            yield one.document.source.mistake(
                f"the regime `{one.regime}` has two documents",
                line=one.document.front["regime"].line,
                hint=f"the other is {first[one.regime].document.name}: of several versions of a "
                "document one is current")
        for number, held in one.held.items():
            yield from _provision_problems(one, number, held, provisions)
            yield from _name_problems(one, number, held, known)
            yield from _successor_problems(one, number, held, readings)


def _entry_at(one: _Drafted, number: str, key: str, name: str, what: str,
              hint: str | None) -> DraftingError:
    raw = one.document.provision(number)
    assert raw is not None, "what was read of a document stands in it"
    entries = entries_of(one.document, raw, [])
    entry = next(e for n, e in names_of(entries, key) if n.split(" of ")[0].strip() == name)
    return mistake(one.document.source, entry, what, hint, name)


def _provision_problems(one: _Drafted, number: str, held: Held,
                        provisions: Mapping[str, tuple[_Drafted, LawProvision]],
                        ) -> Iterator[DraftingError]:
    then = next((r.effects for r in one.checked.rules if r.provision.number == number), None)
    raw_numbers = {p.number for p in one.document.provisions if block_of(p, "provision")}
    for cited, regime in held.provisions:
        where, found = provisions.get(cited, (one, None))
        if regime is None and cited not in one.provisions:
            if cited in raw_numbers:
                continue  # it is there, and what is wrong with it has been told
            elsewhere = f"write `{cited} of {where.regime}`, where it stands" if found else None
            yield _entry_at(one, number, "provision", cited,
                            f"this document does not hold the provision `{cited}`",
                            elsewhere or suggest(cited, one.provisions)
                            or "quote the provision under a heading of its own")
        elif regime is not None and (found is None or where.regime != regime):
            yield _entry_at(one, number, "provision", cited,
                            f"the document of `{regime}` does not hold the provision `{cited}`",
                            suggest(cited, [n for n, (w, _) in provisions.items()
                                            if w.regime == regime])
                            or "name a regime and a provision of its document")
        elif found is not None and isinstance(then, Then) \
                and then.holds not in MAY_SAY[found.gives]:
            words = MAY_SAY[found.gives]
            yield _entry_at(one, number, "provision", cited,
                            f"`{cited}` gives {found.gives.value}, and this reading concludes "
                            f"`{then.holds}`", "conclude " + " or ".join(f"`{w}`" for w in words)
                            if words else "a reading is of a provision that gives more than words")


def _name_problems(one: _Drafted, number: str, held: Held,
                   known: set[str]) -> Iterator[DraftingError]:
    for key, names in names_in(held).items():
        for name in names:
            if name not in known or name == number:
                yield _entry_at(one, number, key, name, f"`{name}` is not another reading",
                                suggest(name, known - {number}) or "name a reading by its number")


def _successor_problems(one: _Drafted, number: str, held: Held,
                        readings: Mapping[str, Held]) -> Iterator[DraftingError]:
    after = held.succeeded_by
    if after is None or after not in readings or after == number:
        return
    following = readings[after].in_force
    if held.in_force.meets(following) or following.start < held.in_force.start:
        yield _entry_at(one, number, "succeeded by", after,
                        f"this reading is in force {held.in_force}, and its successor {following}",
                        "a reading ends where its successor begins: let `in force` end on "
                        f"{following.start}, or say no successor")


def _regime(one: _Drafted, forums: Forums) -> Regime:
    document = one.document
    version, id_ = _front(document, "version"), one.regime
    checked = read_date(_front(document, "last checked")), _front(document, "checked by")
    readings = []
    for rule in one.checked.rules:
        number, held = rule.provision.number, one.held[rule.provision.number]
        assert isinstance(rule.effects, Then), "the effects of a reading are those of law"
        readings.append(Reading(
            id=number, title=rule.provision.title, regime=id_, words=rule.provision.prose,
            citation=document.cite(number, version=version),
            provisions=tuple(n for n, _ in held.provisions), held=held, then=rule.effects,
            rule=rule, checked=held.checked or checked))
    return Regime(id=id_, title=document.title, version=version,
                  forum=forums.named(_front(document, "forum")).id, checked=checked,
                  document=document, provisions=tuple(one.provisions.values()),
                  readings=tuple(readings),
                  untested=tuple(f"{u.provision}, line {u.line}: {u.message}"
                                 for u in one.checked.untested))
