"""What follows from a reading: its conclusion where the condition holds, and where it does not.

    protected
    otherwise not protected
    failure means exposure to liability like any publisher's
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from evenhand.law.conclusion import OPPOSITE, Conclusion
from evenhand.law.held import presumed_of
from evenhand.rulebook.document import Block, Document, Provision
from evenhand.rulebook.drafting import DraftingError, suggest
from evenhand.rulebook.vocabulary import Scalar, Vocabulary

_SAYABLE = tuple(c.value for c in OPPOSITE)
_DUTIES = (Conclusion.MET, Conclusion.NOT_MET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """A reading's conclusions; `failure` says in words what follows where a duty is not met."""

    holds: Conclusion
    otherwise: Conclusion
    failure: str | None = None
    presumed: Mapping[str, Scalar] = field(default_factory=dict, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """What a case may expect where the condition holds."""
        return (self.holds.value,)

    @property
    def fails(self) -> tuple[str, ...]:
        """What a case may expect where the condition does not hold."""
        return (self.otherwise.value,)


@dataclass(frozen=True, slots=True, kw_only=True)
class LawEffects:
    """The vocabulary of effects that the rulebook is given for law."""

    vocabulary: Vocabulary

    def read(self, block: Block, provision: Provision,
             document: Document) -> tuple[Then, tuple[DraftingError, ...]]:
        """The block's lines as one `Then`, and every mistake in them."""
        source, problems = document.source, list[DraftingError]()
        said: dict[str, tuple[str, int]] = {}
        for line in block.lines:
            text = line.text.strip()
            if not text:
                continue
            head = next((h for h in ("otherwise", "failure means") if text.startswith(h + " ")),
                        "conclusion")
            words = text if head == "conclusion" else text.removeprefix(head).strip()
            place = {"line": line.number, "column": line.column + line.text.find(words),
                     "length": len(words)}
            if head in said:
                problems.append(source.mistake(
                    f"this reading says twice what its {head} is", **place,
                    hint=f"it already says so in line {said[head][1]}: keep one"))
            elif head != "failure means" and words not in _SAYABLE and not (
                    head == "otherwise" and words == Conclusion.NOT_APPLICABLE):
                problems.append(source.mistake(
                    f"a reading does not conclude `{words}`", **place,
                    hint=suggest(words, _SAYABLE) or "write one of: " + ", ".join(_SAYABLE)))
            said.setdefault(head, (words, line.number))
        presumed = presumed_of(document, provision, self.vocabulary)
        if not problems:
            problems.extend(source.mistake(what, line=block.line, hint=hint)
                            for what, hint in _lacks(said, provision))
        if problems:
            return Then(holds=Conclusion.PROTECTED, otherwise=Conclusion.NOT_PROTECTED,
                        presumed=presumed), tuple(problems)
        return Then(holds=Conclusion(said["conclusion"][0]),
                    otherwise=Conclusion(said["otherwise"][0]),
                    failure=re.sub(r"\s+", " ", said["failure means"][0])
                    if "failure means" in said else None, presumed=presumed), ()


def _lacks(said: Mapping[str, tuple[str, int]], provision: Provision) -> list[tuple[str, str]]:
    """What single lines cannot see: (what, hint)."""
    number = provision.number
    if "conclusion" not in said:
        return [(f"`{number}` concludes nothing", "begin with one of: " + ", ".join(_SAYABLE))]
    if "otherwise" not in said:
        return [(f"`{number}` does not say what follows where its condition does not hold",
                 "add a line `otherwise not protected`, or `otherwise not applicable` where the "
                 "reading then says nothing")]
    holds, otherwise = Conclusion(said["conclusion"][0]), Conclusion(said["otherwise"][0])
    if otherwise is Conclusion.NOT_APPLICABLE:
        if any(b.kind == "applies" for b in provision.blocks):
            return [(f"`{number}` says twice where it is not applicable",
                     "let `applies` say it, and `otherwise` the opposite of the conclusion")]
    elif otherwise is not OPPOSITE[holds]:
        return [(f"`{otherwise}` is not the opposite of `{holds}`",
                 f"write `otherwise {OPPOSITE[holds]}` or `otherwise not applicable`")]
    if holds in _DUTIES and "failure means" not in said:
        return [(f"`{number}` is a duty, and does not say what failure means",
                 "add a line `failure means ...` in words")]
    return []
