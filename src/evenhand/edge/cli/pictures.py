"""Pictures of changes, as SVG within a page: each says in words what it shows.

Colours come from the page (`templates/backtest.html`), so that they fit light and dark. What is
certain is filled, what nobody can say is hatched. Bars are as wide as their place; only the flow
has a size of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evenhand.edge.cli.markup import Markup, element, joined

LEAST = 0.8
"""Percent of a bar that anything above zero is wide at least: it is seen that it is there."""

CUT = 2
"""A hatched bar is cut when it is so many times as long as the longest that is filled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What one clause loses and gains, and what of either nobody can say."""

    lost: int
    may_lose: int
    gained: int
    may_gain: int


def scale_of(shifts: Sequence[Shift]) -> int:
    """How much the half of a bar stands for: the longest, unless that is hatched and very long."""
    filled = max((max(s.lost, s.gained) for s in shifts), default=0)
    longest = max((max(s.lost + s.may_lose, s.gained + s.may_gain) for s in shifts), default=0)
    return max(1, longest if not filled else min(longest, CUT * filled))


def shift_bar(shift: Shift, scale: int, says: str) -> Markup:
    """Lost to the left of the middle, gained to its right."""
    parts: list[Markup] = [element("line", x1="50%", x2="50%", y1=0, y2=18, class_="axis")]
    for certain, open_, kind, sign in ((shift.lost, shift.may_lose, "lost", -1),
                                       (shift.gained, shift.may_gain, "gained", 1)):
        filled = _share(certain, scale) / 2
        hatched = min(_share(open_, scale) / 2, 50 - filled)
        parts += _half(filled, 0, sign, f"fill-{kind}")
        parts += _half(hatched, filled, sign, f"hatch-{kind}")
        if certain + open_ > scale:
            tip = "M7 2 0 9l7 7" if sign < 0 else "M-7 2 0 9l-7 7"
            parts.append(element("svg", element("path", d=tip, class_="tip"), overflow="visible",
                                 x="0" if sign < 0 else "100%"))
    return _bar(parts, says)


def _half(width: float, beyond: float, sign: int, kind: str) -> Iterator[Markup]:
    if width:
        start = 50 + beyond if sign > 0 else 50 - beyond - width
        yield element("rect", x=_percent(start), width=_percent(width), y=3, height=12,
                      class_=kind)


def pair_bar(before: int | None, after: int, may_be: int, scale: int, says: str) -> Markup:
    """How many before, above how many after and how many it may become."""
    parts = [] if not before else [element(
        "rect", x=0, width=_percent(_share(before, scale)), y=1, height=7, class_="fill-before")]
    wide = _share(after, scale)
    if wide:
        parts.append(element("rect", x=0, width=_percent(wide), y=10, height=7,
                             class_="fill-after"))
    if may_be:
        parts.append(element("rect", x=_percent(wide), y=10, height=7, class_="hatch-after",
                             width=_percent(min(_share(may_be, scale), 100 - wide))))
    return _bar(parts, says)


def known_bar(known: int, missing: int, lacking: int, says: str) -> Markup:
    """How much of a fact is known, missing and lacking."""
    total, parts, start = max(1, known + missing + lacking), [], 0.0
    for number, kind in ((known, "fill-known"), (missing, "fill-missing"),
                         (lacking, "hatch-lost")):
        wide = min(_share(number, total), 100 - start)
        if wide > 0:
            parts.append(element("rect", x=_percent(start), width=_percent(wide), y=3, height=12,
                                 class_=kind))
        start += wide
    return _bar(parts, says)


def _bar(parts: Sequence[Markup], says: str) -> Markup:
    return element("svg", element("title", says), *parts, class_="bar", role="img", width="100%",
                   height=18, aria_label=says)


def _share(number: int, scale: int) -> float:
    return min(100.0, max(LEAST, 100 * number / scale)) if number else 0.0


def _percent(share: float) -> str:
    return f"{round(share, 3):g}%"


# --- the flow ---

WIDTH, LEFT, RIGHT, COLUMN = 420, 16, 222, 15
TALL, GAP, LINE = 150.0, 20.0, 19.0
"""Of the flow: its width, where its columns stand and how wide they are; how tall the bands are
together, how far what comes and goes is off, and the least distance of two lines of words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Posts that go together: `left` and `right` say whether something is done of them before and
    after. `words` say what they are, with their number."""

    number: int
    words: str
    kind: str
    left: bool
    right: bool


def flow(bands: Sequence[Band], before: str, after: str, says: str) -> Markup:
    """What is done before and after as two columns, and bands of posts between them.

    What comes from nowhere, or goes there, fades.
    """
    shown = [band for band in bands if band.number]
    total = sum(band.number for band in shown) or 1
    at, drawn, words = 2 * GAP + 22, list[Markup](), list[tuple[float, str, str]]()
    for band in shown:
        tall = max(2.0, TALL * band.number / total)
        off = 0.0 if band.left and band.right else GAP if band.left else -GAP
        y_left = at if band.left else at + GAP
        y_right = at if band.right else at - GAP
        drawn.append(_ribbon(y_left, y_right, tall, band, off))
        for side, x, y in ((band.left, LEFT - COLUMN, y_left), (band.right, RIGHT, y_right)):
            if side:
                drawn.append(element("rect", x=x, y=round(y, 1), width=COLUMN,
                                     height=round(tall, 1), class_=f"fill-{band.kind}"))
        words.append((y_right + tall / 2, band.words, band.kind))
        at += tall
    height = at + GAP
    told, last = [], 0.0
    for y, text, kind in words:
        last = max(y, last + LINE)
        told.append(element("text", text, x=RIGHT + COLUMN + 10, y=round(last + 5, 1),
                            class_=f"words {kind}"))
    heads = (element("text", before, x=LEFT - COLUMN, y=16, class_="head"),
             element("text", after, x=RIGHT, y=16, class_="head"))
    return element(
        "svg", element("title", says), _FADES, *drawn, *heads, *told, class_="flow", role="img",
        aria_label=says, viewBox=f"0 0 {WIDTH} {round(max(height, last + 16), 1):g}")


def _ribbon(y_left: float, y_right: float, tall: float, band: Band, off: float) -> Markup:
    middle = (LEFT + RIGHT) / 2
    path = (f"M{LEFT} {y_left:.1f}C{middle} {y_left:.1f} {middle} {y_right:.1f} {RIGHT} "
            f"{y_right:.1f}v{tall:.1f}C{middle} {y_right + tall:.1f} {middle} "
            f"{y_left + tall:.1f} {LEFT} {y_left + tall:.1f}z")
    fade = "" if not off else f" fade-{'out' if off > 0 else 'in'}"
    return element("path", d=path, class_=f"ribbon {band.kind}{fade}")


_FADES = element("defs", *(
    element("linearGradient", *(
        element("stop", offset=f"{at}%", class_=f"stop-{kind}", stop_opacity=opacity)
        for at, opacity in stops), id=f"fade-{kind}")
    for kind, stops in (("lost", ((0, 0.55), (100, 0))), ("gained", ((0, 0), (100, 0.55))),
                        ("doubt", ((0, 0.45), (100, 0.1))))))

PATTERNS = element("svg", element("defs", *(
    element("pattern", joined((element("rect", width=6, height=6, class_=f"ground-{kind}"),
                               element("path", d="M0 0v6", class_=f"stripe-{kind}"))),
            id=f"hatch-{kind}", width=6, height=6, patternUnits="userSpaceOnUse",
            patternTransform="rotate(45)")
    for kind in ("lost", "gained", "after"))), width=0, height=0, class_="patterns",
    aria_hidden="true")
"""What hatched bars are filled with: once on a page."""
