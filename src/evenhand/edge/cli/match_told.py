"""What is found for a text, for people and for programs: each fact-check with why it was found.

Where it is a platform's that was asked, each is told with what would be done with it: attached by a
clause, proposed to a person, or neither; and what decided that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evenhand.edge.cli.matched import likenesses_told, tell_check, tell_probability
from evenhand.edge.cli.screen import count, out, safe, say
from evenhand.edge.cli.telling import plain_cues, tell_cues
from evenhand.edge.comparing import Comparing
from evenhand.edge.trying import Tried, Trying
from evenhand.factcheck.languages import language_of
from evenhand.factcheck.stance import Cues, suggest
from evenhand.rulebook.finding import Answer, Finding
from evenhand.terms.clauses import Clause


def tell_answer(comparing: Comparing, trying: Trying | None, text: str,
                found: Sequence[Tried]) -> None:
    """The answer for people."""
    out.print()
    say(f"[head]{count(len(comparing.checks), 'fact-check')} compared[/head] "
        f"[quiet]{_how(comparing)}[/quiet]")
    if not found:
        say("  none has a word or a run of letters in common with it")
    for n, one in enumerate(found, 1):
        out.print()
        tell_check(n, one.check, name=None if one.check.url.startswith("http") or
                   one.ranked is None else comparing.name(one.ranked.place))
        if trying is not None:
            _tell_done(one)
        # Where a probability decided, it was told with what decides.
        _tell_likeness(one, probable=trying is None or (
            one.match is not None and one.match.confirmed is not None))
    out.print()
    if trying is not None and not trying.clauses:
        say("[ask]no clause in force is about matched claims: whatever is found, nothing is "
            "attached and nobody is asked[/ask]")
    tell_cues(_cues(text), "")
    say("[quiet]Likeness does not see stance: a text that rebuts a claim is as like it as one that "
        "makes it. A person confirms.[/quiet]")


def _tell_done(one: Tried) -> None:
    """What the platform would do with it."""
    if one.match is None:
        say(f"     [quiet]not proposed: {safe(one.why)}[/quiet]")
        return
    if one.match.confirmed is None:
        say(f"     [ask]proposed[/ask]: {safe(one.why)}")
    elif one.match.confirmed:
        say(f"     [good]speaks to it[/good]: {safe(one.why)}")
    else:
        say(f"     [bad]does not speak to it[/bad]: {safe(one.why)}")
    for clause, finding in one.findings:
        style = "good" if finding.answer is Answer.HOLDS else "quiet"
        say(f"     [{style}]clause {safe(clause.citation.number)}[/{style}]: "
            f"{safe(_done(clause, finding))}")


def _done(clause: Clause, finding: Finding) -> str:
    """What a clause does by this fact-check."""
    does = ", ".join(clause.then.names) or "nothing"
    if finding.answer is Answer.HOLDS:
        return f"holds, and does this: {does}"
    if finding.answer is Answer.DOES_NOT_HOLD:
        return "does not hold"
    asks = "a person is asked" if clause.then.ask_within is not None else "nobody is asked"
    return f"undetermined without {', '.join(finding.missing)}: {asks}"


def _tell_likeness(one: Tried, *, probable: bool) -> None:
    how = one.ranked if one.match is None or one.match.compared is None else one.match.compared
    if how is not None:
        say(f"     [quiet]{likenesses_told(dict(how.likenesses))}; score {how.score:.2f}[/quiet]")
        if probable:
            tell_probability(how.probability)


def plain_answer(comparing: Comparing, trying: Trying | None, text: str,
                 found: Sequence[Tried]) -> dict[str, Any]:
    """The same for programs."""
    return {"text": text, "claims": len(comparing.checks), "model": comparing.model,
            "learned": comparing.learned.digest if comparing.learned else None,
            "found": [_plain(comparing, trying, one) for one in found],
            "suggested": [plain_cues(_cues(text))]}


def _plain(comparing: Comparing, trying: Trying | None, one: Tried) -> dict[str, Any]:
    check, how = one.check, None if one.match is None else one.match.compared
    told = how or one.ranked
    name = check.key if one.ranked is None else comparing.name(one.ranked.place)
    plain = {"id": name, "claim": check.claim, "url": check.url, "rating": check.rating,
             "publisher": check.publisher.name, "score": told.score if told else None,
             "probability": told.probability if told else None,
             "likenesses": dict(told.likenesses) if told else {}}
    if trying is None:
        return plain
    return {**plain, "proposed": one.match is not None and one.match.confirmed is None,
            "confirmed": one.match.confirmed if one.match else None,
            "attached": one.attached, "why": one.why,
            "clauses": [{"clause": clause.citation.number, "answer": finding.answer.value,
                         "does": list(clause.then.names), "missing": list(finding.missing),
                         "asks": clause.then.ask_within is not None}
                        for clause, finding in one.findings]}


def _cues(text: str) -> Cues:
    return suggest(text, language_of(text, stated=None, assumed="en"))


def _how(comparing: Comparing) -> str:
    by = "by words, letters and meaning" if comparing.model else "by words and letters, no model"
    weighed = (f"weighed as {comparing.learned.pairs:,} confirmed pairs taught"
               if comparing.learned else "summed: nothing was learned yet")
    return f"{by}, {weighed}"
