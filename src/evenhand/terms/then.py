"""What the `then` block of a clause may say: the effects of moderation, one on a line.

    label get-the-facts "Get the facts about voting by mail" linking claim.fact_check
    limit reach for 72 hours
    category civic discourse or elections: misinformation
    objection otherwise objectionable
    if undetermined, ask a reviewer within 24 hours
    at most 200 an hour, then ask a reviewer

The whole list is in spec/terms.md. A line that says something else does not compile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from evenhand.errors import EvenhandError
from evenhand.model.action import LIMITS, ActionKind
from evenhand.model.factcheck import SpeakerKind
from evenhand.model.period import Period
from evenhand.rulebook.document import Block, Document, Line, Provision
from evenhand.rulebook.drafting import DraftingError, suggest
from evenhand.terms.categories import OBJECTIONS, Code, category, keyword
from evenhand.terms.promises import NONE, Promises, amiss, read_kinds
from evenhand.terms.territory import read_territory

Force = Literal["commitment", "policy", "aspiration"]
FORCES: tuple[Force, ...] = ("commitment", "policy", "aspiration")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedAction:
    """An action as a clause writes it. `link` is a fact's name (`claim.fact_check`) or an address.

    An address is written with whoever made its page, `page_by` and their name (None: the platform
    itself, or the crowd); of a fact's page the fact-check tells. `redacts` names the word list or
    pattern whose hits a `redact` takes out; None for an edit that is the reviewer's to make.
    """

    kind: ActionKind
    name: str
    words: str | None = None
    link: str | None = None
    page_by: SpeakerKind | None = None
    page_by_name: str | None = None
    limits: str | None = None
    lasts: Period | None = None
    territory: tuple[str, ...] = ()
    redacts: str | None = None
    line: int

    @property
    def says(self) -> str:
        """How a case names it: `label get-the-facts`, `limit reach`, `remove`."""
        if self.kind is ActionKind.LIMIT:
            own = "" if self.name == f"limit-{self.limits}" else f" {self.name}"
            return f"limit {self.limits}{own}"
        return self.kind.value if self.name == self.kind.value else f"{self.kind.value} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """`at most COUNT a PER, then` ask a reviewer, or stop.

    `ask_within` is the period in which the cap's question wants its answer; None where the line
    names none, and then the clause's own `ask_within` counts.
    """

    count: int
    per: Period
    then_ask: bool
    ask_within: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """What a clause does when it holds, and what it says of itself.

    A clause that does nothing by itself, and says its force, needs no condition: a promise that
    people keep ("we do not remove a post because of the party it supports").
    """

    actions: tuple[PromisedAction, ...] = ()
    leave_alone: bool = False
    ask_within: Period | None = None
    cap: Cap | None = None
    exception_to: str | None = None
    category: Code | None = None
    keyword: Code | None = None
    objection: str | None = None
    illegal_under: str | None = None
    force: Force = "policy"
    promises: Promises = NONE
    needs_condition: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """What a `case` may expect of the clause."""
        said = tuple(a.says for a in self.actions)
        return (*said, "leave alone") if self.leave_alone else said

    @property
    def lists(self) -> tuple[str, ...]:
        """The word lists and patterns that the actions use, by name."""
        return tuple(a.redacts for a in self.actions if a.redacts is not None)


class _Refused(Exception):
    """A line that cannot be read: what, hint, and the words that are wrong."""

    def __init__(self, what: str, hint: str, at: str = "") -> None:
        super().__init__(what)
        self.what, self.hint, self.at = what, hint, at


class ModerationEffects:
    """The vocabulary of effects that the rulebook is given for terms."""

    def read(self, block: Block, provision: Provision,
             document: Document) -> tuple[Then, tuple[DraftingError, ...]]:
        """The block's lines as one `Then`, and every mistake in them."""
        then, problems = Then(), list[DraftingError]()
        if not any(line.text.strip() for line in block.lines):
            return then, (document.source.mistake("this `then` block is empty", line=block.line,
                                                  hint="write an action: " + _USAGE["label"]),)
        seen: dict[str, int] = {}
        for line in block.lines:
            if not line.text.strip():
                continue
            try:
                kind, then = _read_line(line, then)
                if kind in _ONCE and kind in seen:
                    raise _Refused(f"`{kind}` stands twice, first in line {seen[kind]}",
                                   "keep one of the two")
                seen.setdefault(kind, line.number)
            except _Refused as refused:
                problems.append(_drafting(document, line, refused))
            except EvenhandError as wrong:
                problems.append(_drafting(document, line,
                                          _Refused(wrong.what, wrong.hint or "")))
        # A line that cannot be read may have been what seems to be lacking.
        wrong_of_all = None if problems else amiss(then.promises, then.force, provision)
        if wrong_of_all is not None:
            line = next(n for n in block.lines if n.text.strip().startswith("promise"))
            problems.append(_drafting(document, line, _Refused(*wrong_of_all)))
        if not problems:
            alone = not any(b.kind == "when" for b in provision.blocks)
            if alone and "force" in seen and seen.keys() <= _OF_ITSELF:
                return replace(then, needs_condition=False), ()
            first = next(line for line in block.lines if line.text.strip())
            wrongs = _contradictions(then) if not alone or then.actions else [_Refused(
                "this cannot be said without a condition", "add a `when` block, or say the "
                "clause's `force`, and besides that only its category or objection")]
            problems.extend(_drafting(document, first, wrong) for wrong in wrongs)
        return then, tuple(problems)


_ONCE = ("leave alone", "if undetermined", "at most", "exception to", "category", "objection",
         "illegal under", "force", "promise to", "promise not to")

_OF_ITSELF = {"force", "objection", "category", "promise to", "promise not to"}
"""What a clause may say of itself where it has no condition: its force, and besides that these."""

_TAIL = r"(?P<tail>(?:\s+(?:for|in|linking)\s.*)?)"
_NAME = r"(?!(?:for|in|linking|by|redact)(?:\s|$))[a-z0-9]+(?:-[a-z0-9]+)*"


def _read_line(line: Line, then: Then) -> tuple[str, Then]:
    """One line's kind and what it adds to the block."""
    text = line.text.strip()
    for pattern, take in _LINES:
        found = re.fullmatch(pattern, text)
        if found:
            return take(found, then, line.number)
    head = text.split()[0].rstrip(",")
    if head in _USAGE:
        raise _Refused(f"this `{head}` line cannot be read", f"write it like: {_USAGE[head]}")
    raise _Refused(f"a clause cannot `{head}`", suggest(head, _USAGE) or
                   "a then line begins with one of: " + ", ".join(f"`{u}`" for u in _USAGE), head)


def _tail(text: str, *, linking: bool = False) -> dict[str, object]:
    """`linking X`, `for PERIOD`, `in DE, FR` after an action, each at most once, in any order."""
    result: dict[str, object] = {}
    # Only where no quotation is open: an even number of quotation marks follows.
    for part in re.split(r'\s+(?=(?:for|in|linking)\s(?:[^"]*"[^"]*")*[^"]*$)', text.strip()):
        word, _, rest = part.partition(" ")
        if not word:
            continue
        if word in result:
            raise _Refused(f"`{word}` stands twice", "keep one of the two", part)
        result[word] = rest.strip()
    if "linking" in result and not linking:
        raise _Refused("only a label or an interstitial may link", "drop `linking ...`", "linking")
    given: dict[str, object] = {}
    if "for" in result:
        given["lasts"] = _period(str(result["for"]))
    if "in" in result:
        codes = str(result["in"])
        try:
            given["territory"] = read_territory(codes)
        except EvenhandError as wrong:
            raise _Refused(wrong.what, wrong.hint or "", codes) from None
    if "linking" in result:
        given |= _link(str(result["linking"]))
    return given


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except EvenhandError as wrong:
        raise _Refused(wrong.what, wrong.hint or "", text) from None


_MADE_BY = r'\s+by\s+(?:the\s+(?P<us>platform|crowd)|fact-checker\s+"(?P<name>[^"]*[^"\s][^"]*)")'


def _link(text: str) -> dict[str, object]:
    """The link, and who made its page: the law treats the three kinds of speakers differently."""
    if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", text):
        return {"link": text}
    quoted = re.fullmatch(rf'"(?P<link>https?://[^\s"/][^\s"]*)"(?:{_MADE_BY})?', text)
    if quoted is None:
        raise _Refused(f"`{text}` is not a link",
                       'write a fact that holds an address, `linking claim.fact_check`, or an '
                       'address in quotes and whoever made its page, `linking "https://..." by '
                       'the platform`', text)
    if quoted["us"] is None and quoted["name"] is None:
        raise _Refused("the link does not say who made its page",
                       "write after it `by the platform`, `by the crowd` or "
                       '`by fact-checker "NAME"`', text)
    return {"link": quoted["link"], "page_by": quoted["us"] or "fact-checker",
            "page_by_name": quoted["name"]}


def _add(then: Then, action: PromisedAction) -> Then:
    if any(a.says == action.says for a in then.actions):
        raise _Refused(f"`{action.says}` stands twice", "give one of the two another name")
    return replace(then, actions=(*then.actions, action))


def _action(found: re.Match[str], then: Then, number: int) -> tuple[str, Then]:
    parts = found.groupdict()
    kind = ActionKind(parts["kind"])
    limits = parts.get("limits")
    if limits and limits not in LIMITS:
        raise _Refused(f"a limit cannot limit `{limits}`", suggest(limits, LIMITS) or
                       "it limits one of: " + ", ".join(LIMITS), limits)
    name = parts.get("name") or (f"limit-{limits}" if limits else kind.value)
    if parts.get("words") is not None and not parts["words"].strip():
        raise _Refused("the words are blank", f"write it like: {_USAGE[kind.value]}")
    may_link = kind in (ActionKind.LABEL, ActionKind.INTERSTITIAL)
    tail = _tail(parts.get("tail") or "", linking=may_link)
    action = PromisedAction(kind=kind, name=name, words=parts.get("words"), limits=limits,
                            line=number, **tail)  # type: ignore[arg-type]
    if kind is ActionKind.HOLD and action.lasts is None:
        raise _Refused("a hold must end or become a decision", "write `hold for 24 hours`")
    if kind is ActionKind.SUSPEND and action.lasts is None:
        raise _Refused("a suspension must say for how long",
                       "write `suspend for 7 days`, or `terminate` to end the account")
    if kind is ActionKind.TERMINATE and action.lasts is not None:
        raise _Refused("a termination has no end",
                       f"write `terminate`, or `suspend for {action.lasts}`")
    return kind.value, _add(then, action)


def _edit(found: re.Match[str], then: Then, number: int) -> tuple[str, Then]:
    redacts = found["redacts"]
    name = found["name"] or ("redact-" + redacts.replace("_", "-") if redacts else "edit")
    return "edit", _add(then, PromisedAction(kind=ActionKind.EDIT, name=name, redacts=redacts,
                                             line=number))


def _cap(found: re.Match[str], then: Then, number: int) -> tuple[str, Then]:
    cap = Cap(count=int(found["count"].replace(",", "")), per=_period(f"1 {found['unit']}"),
              then_ask=found["then"] != "stop",
              ask_within=_period(found["within"]) if found["within"] else None)
    if cap.count < 1:
        raise _Refused("a cap of nothing stops the clause", "suspend the clause instead",
                       found["count"])
    return "at most", replace(then, cap=cap)


def _category(found: re.Match[str], then: Then, number: int) -> tuple[str, Then]:
    said = found["category"]
    try:
        under = category(said)
        said = found["keyword"]
        word = keyword(under, said) if said else None
    except EvenhandError as wrong:
        raise _Refused(wrong.what, wrong.hint or "", said) from None
    return "category", replace(then, category=under, keyword=word)


def _objection(found: re.Match[str], then: Then, number: int) -> tuple[str, Then]:
    words = found["words"].strip()
    if words not in OBJECTIONS:
        raise _Refused(f"`{words}` is not one of the statute's words",
                       suggest(words, OBJECTIONS) or
                       "47 U.S.C. 230(c)(2)(A) knows: " + ", ".join(OBJECTIONS), words)
    return "objection", replace(then, objection=words)


def _force(found: re.Match[str], then: Then, number: int) -> tuple[str, Then]:
    word = found["word"]
    if word not in FORCES:
        raise _Refused(f"`{word}` is not a force", suggest(word, FORCES) or
                       "a clause is a commitment, a policy or an aspiration", word)
    return "force", replace(then, force=word)


Take = Callable[[re.Match[str], Then, int], tuple[str, Then]]

_LINES: tuple[tuple[str, Take], ...] = (
    (rf'(?P<kind>label|interstitial)\s+(?P<name>{_NAME})\s+"(?P<words>[^"]+)"{_TAIL}', _action),
    (rf'(?P<kind>warn)(?:\s+(?P<name>{_NAME}))?\s+"(?P<words>[^"]+)"{_TAIL}', _action),
    (rf"(?P<kind>limit)\s+(?P<limits>[a-z]+)(?:\s+(?P<name>{_NAME}))?{_TAIL}", _action),
    (rf"(?P<kind>hold|demonetise|remove|suspend|terminate)"
     rf"(?:\s+(?P<name>{_NAME}))?{_TAIL}", _action),
    (rf"edit(?:\s+(?P<name>{_NAME}))?\s+"
     rf"(?:redact\s+(?P<redacts>[a-z_][a-z0-9_]*)|by reviewer)", _edit),
    (r"leave alone", lambda f, then, n: ("leave alone", replace(then, leave_alone=True))),
    (r"if undetermined, ask a reviewer within (?P<period>.+)", lambda f, then, n: (
        "if undetermined", replace(then, ask_within=_period(f["period"])))),
    (r"if undetermined, take no action", lambda f, then, n: ("if undetermined", then)),
    (r"at most (?P<count>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12}) an? "
     r"(?P<unit>minute|hour|day|week), then "
     r"(?P<then>ask a reviewer(?: within (?P<within>.+))?|stop)", _cap),
    (r"exception to (?P<number>[\w.]+)", lambda f, then, n: (
        "exception to", replace(then, exception_to=f["number"]))),
    (r"category (?P<category>[^:]+)(?:: *(?P<keyword>.+))?", _category),
    (r"objection (?P<words>.+)", _objection),
    (r'illegal under "(?P<law>[^"]+)"', lambda f, then, n: (
        "illegal under", replace(then, illegal_under=f["law"]))),
    (r"force (?P<word>\S+)", _force),
    (r"promise to tell the author", lambda f, then, n: (
        "promise to", replace(then, promises=replace(then.promises, tells=True)))),
    (r"promise not to (?P<kinds>.+)", lambda f, then, n: (
        "promise not to", replace(then, promises=replace(
            then.promises, never=read_kinds(f["kinds"]))))),
)

_USAGE = {
    "label": '`label get-the-facts "Get the facts" linking claim.fact_check` (its name in small '
             "letters)",
    "interstitial": '`interstitial look-first "This post shows violence"`',
    "warn": '`warn "Please read clause 4 again"`',
    "limit": "`limit reach for 72 hours` (reach, replies, recommendation or age)",
    "hold": "`hold for 24 hours`",
    "edit": "`edit redact phone_numbers` or `edit by reviewer`",
    "demonetise": "`demonetise for 30 days`",
    "remove": "`remove` or `remove in DE, FR`",
    "suspend": "`suspend for 7 days`",
    "terminate": "`terminate`",
    "leave": "`leave alone` (with `exception to 3.2`)",
    "if": "`if undetermined, ask a reviewer within 24 hours` or "
          "`if undetermined, take no action`",
    "at": "`at most 200 an hour, then ask a reviewer within 24 hours` (or `then stop`; a minute, "
          "an hour, a day or a week)",
    "exception": "`exception to 3.2`",
    "category": "`category violence: incitement`",
    "objection": "`objection otherwise objectionable`",
    "illegal": '`illegal under "StGB s. 241 (DE)"`',
    "force": "`force commitment` (or policy, or aspiration)",
    "promise": "`promise to tell the author` or `promise not to remove, suspend or terminate`",
}


def _contradictions(then: Then) -> Iterator[_Refused]:
    """What single lines cannot see."""
    if then.leave_alone and then.actions:
        yield _Refused("the clause acts and leaves alone", "keep one of the two")
    if then.leave_alone and then.exception_to is None:
        yield _Refused("`leave alone` says nothing by itself",
                       "write which clause it is an exception to: `exception to 3.2`")
    if then.leave_alone and then.cap is not None:
        yield _Refused("leaving alone has no cap", "drop the line `at most ...`")
    if not then.actions and not then.leave_alone:
        yield _Refused("the clause does nothing when it holds",
                       "write an action: " + _USAGE["label"])


def _drafting(document: Document, line: Line, refused: _Refused) -> DraftingError:
    start = line.text.find(refused.at) if refused.at else -1
    length = len(refused.at)
    if start < 0:
        start = len(line.text) - len(line.text.lstrip())
        length = len(line.text.strip())
    return document.source.mistake(refused.what, line=line.number, column=line.column + start,
                                   length=max(1, length), hint=refused.hint or None)
