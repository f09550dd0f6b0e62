"""Tells what a person is asked about a post, and the command that answers it, to be copied."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from shlex import quote as as_word

from evenhand.edge.cli.screen import one_line, out, percent, safe, say
from evenhand.edge.contested import Contested
from evenhand.edge.desk.asking import match_in_question
from evenhand.edge.desk.suggesting import STANCE
from evenhand.edge.signals.stated import CONFIRMED
from evenhand.model.decision import Ask, AskedBecause, Decision
from evenhand.model.factcheck import FactCheck, Match
from evenhand.model.post import PostId
from evenhand.reasons.plain import cut, shown
from evenhand.reasons.statement import day_and_time
from evenhand.rulebook.vocabulary import Fact

FIRST_WORDS = 90
"""Characters of a post or a claim that a list shows."""

MOST_ASKED = 3
"""Fact-checks of which the commands are told: a post may be like many."""

FOUND = {"appearance": "the post is one in which the claim was seen",
         "exact text": "the post says the claim, word for word"}
"""By what exact key a fact-check was found."""


def first_words(text: str) -> str:
    """The beginning of a text, on one line.

    >>> first_words("one\\ntwo" * 40)[:12], len(first_words("one\\ntwo" * 40))
    ('one twoone t', 90)
    """
    return cut(shown(" ".join(text[:4 * FIRST_WORDS].split())), FIRST_WORDS)


def rated(check: FactCheck) -> str:
    """Who rates it how: on our scale, and in the words of whoever published it."""
    words = f" (“{check.rating_words}”)" if check.rating_words else ""
    listed = "" if check.publisher.kind != "unlisted" else ", who is on nobody's list,"
    return f"{check.publisher.name}{listed} rates it {check.rating}{words}"


def tell_claim(check: FactCheck, indent: str, *, match: Match | None = None, more: int = 0,
               against: Collection[FactCheck] = ()) -> None:
    """A fact-check in a list: its claim, who rates it how, how likely it speaks to the post, and
    who contradicts it."""
    say(f"{indent}claim “{safe(first_words(check.claim))}”")
    how = "" if match is None else _how_likely(match)
    others = f"; {more:,} more may speak to the post" if more else ""
    say(f"{indent}  {safe(one_line(rated(check)))}{how}{others}  [number]{check.key[:12]}[/number]")
    for other in against:
        say(f"{indent}  [ask]contradicted[/ask]: {safe(one_line(rated(other)))}  "
            f"[number]{other.key[:12]}[/number]")


def _how_likely(match: Match) -> str:
    if match.by in FOUND:
        return f"; {FOUND[match.by]}"
    if match.confirmed:
        return "; a person says that it speaks to the post"
    if match.compared is None or match.compared.probability is None:
        return ""
    return f"; {percent(match.compared.probability)} likely that it speaks to the post"


def tell_answers(decision: Decision, facts: Mapping[str, Fact], single: Collection[str],
                 config: Path) -> None:
    """The commands that answer what a decision asks. `single` are the addresses of pages that hold
    one fact-check alone: it can be named by its page."""
    start = _start(decision.post, config)
    for ask in decision.asks:
        number = ask.ground.citation.number
        if ask.because is AskedBecause.CAP:
            _commands(f"to let clause {number} act beyond its cap, or not",
                      f"{start} --beyond-cap {number}", start)
        elif ask.because is AskedBecause.EDIT:
            _commands(f"to edit by clause {number}: FILE holds the post as it shall read",
                      f"{start} --edit {number}=FILE")
        else:
            _tell_undetermined(decision, ask, facts, single, start)


def _tell_undetermined(decision: Decision, ask: Ask, facts: Mapping[str, Fact],
                       single: Collection[str], start: str) -> None:
    number, said, told = ask.ground.citation.number, "", []
    for name in ask.missing:
        if not name.startswith("claim"):
            value = "STANCE" if name == STANCE else "VALUE"
            said += f" --fact {name}={value}"
            told.append(f"{value if name == STANCE else name}: {_values(facts.get(name))}")
    asked = _to_confirm(decision, number) if _unconfirmed(ask) else ()
    for match in asked[:MOST_ASKED]:
        named = _named(match.fact_check, single)
        which = "" if len(asked) == 1 else f" of {safe(one_line(match.fact_check.publisher.name))}"
        _commands(f"to answer for clause {number}: the fact-check{which} is about the post, or "
                  "it is not", f"{start} --confirm {named}{said}", f"{start} --deny {named}")
    if len(asked) > MOST_ASKED:
        say(f"  and so on for {len(asked) - MOST_ASKED:,} more")
    if asked:
        told.append("with --all-copies it is said of all copies of the post too")
    elif said:
        _commands(f"to answer for clause {number}", f"{start}{said}")
    else:
        _commands(f"clause {number} lacks what only the fact-check's publisher can say; to let it "
                  "do nothing to the post", f"{start} --set-aside {number} --because WORDS")
    for line in told:
        say(f"    [quiet]{safe(line)}[/quiet]")


def tell_contested(post: PostId, one: Contested, single: Collection[str], config: Path) -> None:
    """That another publisher contradicts what stands beside a post, and how to settle it: for this
    post alone, or for all that rests on the fact-check."""
    named, start = _named(one.check, single), _start(post, config)
    say(f"  [ask]a person must look[/ask]: since {day_and_time(one.since)} "
        f"{safe(one_line(one.against.publisher.name))} contradicts what this rests on")
    _commands("to let it stand beside this post, or not", f"{start} --confirm {named}",
              f"{start} --deny {named}")
    _commands("to let all that rests on it stand, or nothing",
              _verb("claims keep", named, config), _verb("claims withdraw", named, config))


def _commands(told: str, *commands: str) -> None:
    """Commands, each whole on a line of its own, and never wrapped: they are copied."""
    say(f"  [head]{told}[/head]")
    for command in commands:
        out.print(f"    {command}", soft_wrap=True)


def _verb(verb: str, named: str, config: Path) -> str:
    return f"evenhand {verb} {named}{_where(config)} --as YOU --because WORDS"


def _start(post: PostId, config: Path) -> str:
    return safe(f"evenhand decide {as_word(str(post))}") + f"{_where(config)} --as YOU"


def _where(config: Path) -> str:
    return "" if config == Path() else safe(f" -c {as_word(str(config))}")


def _unconfirmed(ask: Ask) -> bool:
    return any(name in ("claim", CONFIRMED) for name in ask.missing)


def _to_confirm(decision: Decision, number: str) -> Sequence[Match]:
    """The fact-checks of which nobody has said whether they speak to the post, the one first on
    which the clause hangs. An exact key is nobody's word."""
    first = match_in_question(decision, number)
    open_ = [m for m in decision.dossier.matches or () if m is not first
             and (m.confirmed is None or m.by in FOUND)]
    return ([first] if first is not None else []) + open_


def _named(check: FactCheck, single: Collection[str]) -> str:
    """A fact-check on a command line: by its page, where that is one and can be copied."""
    plain = check.url in single and shown(check.url) == check.url
    return safe(as_word(check.url if plain else check.key))


def _values(fact: Fact | None) -> str:
    if fact is None:
        return "a value of your own"
    return "one of " + ", ".join(fact.type.choices) if fact.type.choices else fact.type.describe()
