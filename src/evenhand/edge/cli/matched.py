"""The fact-checks that may speak to a text, on the screen: each with its rating, and why found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evenhand.edge.cli.screen import heading, one_line, percent, safe, say
from evenhand.model.factcheck import Compared, FactCheck, Match
from evenhand.reasons.statement import day_and_time, day_as_known

SURE, MAYBE = 0.8, 0.5
"""Probabilities that are told in another colour."""


def tell_matches(matches: Sequence[Match]) -> None:
    """The fact-checks that a decision knew of, who said that they speak to the post, and why they
    were found."""
    heading("Fact-checks", "that speak, or may speak, to the post")
    for n, match in enumerate(matches, 1):
        tell_check(n, match.fact_check)
        say(f"     {_standing(match)}")
        if match.compared is not None:
            how = match.compared
            say(f"     [quiet]{_share(how)}{likenesses_told(dict(how.likenesses))}; score "
                f"{how.score:.2f}[/quiet]")
            tell_probability(how.probability)


def tell_check(n: int, check: FactCheck, *, name: str | None = None) -> None:
    """A fact-check under its number: the claim, who rates it how and since when, and where; `name`
    stands for all but the claim, of a research pool."""
    say(f"  [number]{n}[/number]  [what]{safe(one_line(check.claim))}[/what]")
    if name is not None:
        say(f"     {safe(name)}")
        return
    rated = f"{check.rating}" + (f" (“{check.rating_words}”)" if check.rating_words else "")
    day = f", {day_as_known(check.published_at)}" if check.published_at else ""
    say(f"     {safe(one_line(f'{check.publisher.name}, {rated}{day}: {check.url}'))}")


def tell_probability(probability: float | None) -> None:
    """How likely a fact-check speaks to the text, where the matcher was calibrated."""
    if probability is not None:
        style = "good" if probability >= SURE else "ask" if probability >= MAYBE else "quiet"
        say(f"     [{style}]that it speaks to this text: {percent(probability)}[/{style}]")


def likenesses_told(likenesses: Mapping[str, float]) -> str:
    """The likenesses, in words: BM25 of words and letters, the cosine of meaning."""
    said = [f"words {likenesses['words']:.1f} "
            f"(of the claim {likenesses['words of the claim']:.1f}, of the title "
            f"{likenesses['words of the title']:.1f})",
            f"letters {likenesses['letters']:.1f}"]
    if "meaning" in likenesses:
        said.append(f"meaning {likenesses['meaning']:.2f} (of the claim "
                    f"{likenesses['meaning of the claim']:.2f})")
    return ", ".join(said)


def _share(how: Compared) -> str:
    return "" if how.share is None else f"{percent(how.share)} of the claim's weight in words; "


def _standing(match: Match) -> str:
    """Whether it speaks to the post, and by whose word."""
    by = {"appearance": "the post is one in which the claim was seen",
          "exact text": "the post says the claim, word for word"}
    if match.confirmed is None:
        found = by.get(match.by, "it was found alike")
        return f"[ask]proposed[/ask]: {found}; nobody has said whether it speaks to the post"
    person = (match.confirmed_by or "").removeprefix("person:")
    who = by.get(match.by) or f"as {safe(person)} says"
    if match.confirmed_of is not None:
        who += f" of the same words in {safe(match.confirmed_of)}"
    when = f", {day_and_time(match.confirmed_at)}" if match.confirmed_at else ""
    return (f"[good]speaks to it[/good]: {who}{when}" if match.confirmed else
            f"[bad]does not speak to it[/bad]: {who}{when}")
