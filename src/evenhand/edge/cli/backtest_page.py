"""What a backtest came to, as one page that needs nothing else: no script, no network.

Its figures are those that the terminal shows; each picture says in words what it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from evenhand import __version__
from evenhand.audit.backtest import Backtest
from evenhand.audit.backtested import (
    ActionChange,
    ClauseChange,
    FactKnown,
    Sample,
    actions_changed,
    facts_known,
    remarks,
)
from evenhand.audit.changes import MOVED, Count, Moves
from evenhand.decide.columns import ANY, ASKED
from evenhand.edge.cli.backtest_told import COLUMNS, coverage, figures, shown_of, value_shown
from evenhand.edge.cli.markup import Markup, element, joined, page
from evenhand.edge.cli.pictures import (
    PATTERNS,
    Band,
    Shift,
    flow,
    known_bar,
    pair_bar,
    scale_of,
    shift_bar,
)
from evenhand.edge.cli.screen import count
from evenhand.rulebook.finding import Answer


def backtest_page(result: Backtest, clauses: Sequence[ClauseChange]) -> str:
    """The page."""
    front = result.terms.front
    title = f"What would change under version {front.version}"
    body = joined((
        PATTERNS,
        element("header", element("p", front.title, class_="over"), element("h1", title),
                _lead(result), _figures(result)),
        element("main", _refused(result), _acted(result), _clauses(result, clauses),
                _actions(result), _facts(facts_known(result)), _posts(clauses), _read(result)),
        element("footer", element("p", f"Evenhand {__version__}. New terms: ",
                                  element("code", result.terms.digest), ". This page names posts "
                                  "and their authors."))))
    return page("backtest.html", title=f"{title} of {front.title}", body=body)


def _lead(result: Backtest) -> Markup:
    lines = list(coverage(result))
    return joined((element("p", _sentence(result), class_="lead"),
                   element("p", lines[0][0].upper() + lines[0][1:] + ".", class_="quiet"),
                   element("p", "; ".join(line.strip() for line in lines[1:]) + ".",
                           class_="quiet") if lines[1:] else None))


def _any(result: Backtest) -> Moves:
    return result.changes.actions.get(ANY, Moves())


def _sentence(result: Backtest) -> str:
    """What changes for posts, in a sentence."""
    moves, rows = _any(result), result.changes.covered.rows
    if not result.knows_actions_before:
        return (f"Of {count(rows, 'post')}, {moves.after(Answer.HOLDS).rows:,} would be acted on. "
                "What was done before is not told: the terms then in force are not found.")
    doubt = f" Of {moves.in_doubt.rows:,} more nobody can say." if moves.in_doubt.rows else ""
    return (f"Of {count(rows, 'post')}, {_none(moves.gained)} would newly be acted on and "
            f"{_none(moves.lost)} no longer.{doubt}")


def _none(number: Count) -> str:
    return f"{number.rows:,}" if number.rows else "none"


def _figures(result: Backtest) -> Markup:
    moves, told = _any(result), result.knows_actions_before
    asked = result.changes.actions.get(ASKED, Moves())

    def arrow(moves: Moves) -> str:
        after = f"{moves.after(Answer.HOLDS).rows:,}"
        return f"{moves.before(Answer.HOLDS).rows:,} → {after}" if told else after

    shown = [("acted on", arrow(moves), ""), ("asked a reviewer", arrow(asked), "")]
    if told:
        shown[1:1] = [("newly acted on", f"{moves.gained.rows:,}", "gained"),
                      ("no longer acted on", f"{moves.lost.rows:,}", "lost")]
    return element("dl", *(element("div", element("dt", what), element("dd", number),
                                   class_=kind or None) for what, number, kind in shown),
                   class_="figures")


def _refused(result: Backtest) -> Markup | None:
    if not result.refused:
        return None
    return element("div", element("strong", "Files that could not be read, and are left out"),
                   element("ul", *(element("li", element("code", Path(str(r.where)).name), ": ",
                                           *_coded(r.what)) for r in result.refused)),
                   class_="warn")


def _acted(result: Backtest) -> Markup | None:
    """The flow of posts between acted on and left alone."""
    moves = _any(result)
    if not result.knows_actions_before or not (
            moves.before(Answer.HOLDS).rows or moves.after(Answer.HOLDS).rows):
        return None
    kept = moves.counts.get((Answer.HOLDS, Answer.HOLDS), Count()).rows
    bands = (Band(number=moves.lost.rows, words=f"{moves.lost.rows:,} no longer", kind="lost",
                  left=True, right=False),
             Band(number=moves.in_doubt.rows, words=f"{moves.in_doubt.rows:,} in doubt",
                  kind="doubt", left=True, right=False),
             Band(number=kept, words=f"{kept:,} as before", kind="kept", left=True, right=True),
             Band(number=moves.gained.rows, words=f"{moves.gained.rows:,} newly", kind="gained",
                  left=False, right=True))
    says = (f"Posts acted on: {moves.before(Answer.HOLDS).rows:,} before, "
            f"{moves.after(Answer.HOLDS).rows:,} after; "
            + ", ".join(band.words for band in bands if band.number))
    return element("section", element("h2", "Posts acted on"),
                   element("figure", flow(
                       bands, f"before: {moves.before(Answer.HOLDS).rows:,}",
                       f"after: {moves.after(Answer.HOLDS).rows:,}", says), element(
                       "figcaption", "Posts of which some clause calls for an action. In doubt are "
                       "those that were acted on and of which every clause that could is "
                       "undetermined now.")))


# --- clauses and actions ---

def _clauses(result: Backtest, clauses: Sequence[ClauseChange]) -> Markup:
    scale, estimated = scale_of([_shift(c.moves) for c in clauses]), result.changes.covered.sampled
    same = [c for c in clauses if not c.changes]
    names = ("clause", "← lost · gained →")

    def rows(some: Sequence[ClauseChange]) -> Iterator[Markup]:
        for c in some:
            shift, state = _shift(c.moves), element("span", c.state, class_="tag")
            yield element("tr", element("th", element("span", c.number, class_="label"), c.title,
                                        None if c.state == "kept" else state, scope="row"),
                          element("td", shift_bar(shift, scale, _shift_said(c.number, shift)),
                                  class_="picture"), *_cells(c.moves, estimated))

    return element(
        "section", element("h2", "Clause by clause"),
        element("p", "Posts of which a clause holds, exceptions counted.", class_="quiet"),
        _key((("fill-lost", "lost"), ("hatch-lost", "held, and undetermined now"),
              ("fill-gained", "gained"), ("hatch-gained", "newly undetermined"))),
        _table("Changes by clause", names, rows([c for c in clauses if c.changes])),
        element("details", element("summary", f"{count(len(same), 'clause')} by which nothing "
                                   "changes"),
                _table("Clauses by which nothing changes", names, rows(same))) if same else None)


def _shift(moves: Moves) -> Shift:
    return Shift(lost=moves.lost.rows, may_lose=moves.in_doubt.rows, gained=moves.gained.rows,
                 may_gain=moves.opened.rows - moves.in_doubt.rows)


def _shift_said(number: str, shift: Shift) -> str:
    return (f"Clause {number}: {shift.lost:,} lost, {shift.gained:,} gained, "
            f"{shift.may_lose + shift.may_gain:,} newly undetermined")


def _actions(result: Backtest) -> Markup:
    changed, told = actions_changed(result), result.knows_actions_before
    scale = max((max(a.moves.before(Answer.HOLDS).rows, a.moves.after(Answer.HOLDS).rows)
                 for a in changed), default=1) or 1
    estimated = result.changes.covered.sampled

    def bar(change: ActionChange) -> Markup:
        before, after = (change.moves.before(Answer.HOLDS).rows,
                         change.moves.after(Answer.HOLDS).rows)
        open_ = change.moves.after(Answer.UNDETERMINED).rows
        said = f"{before:,} before, " if told else ""
        return pair_bar(before if told else None, after, open_, scale,
                        f"{change.action}: {said}{after:,} after, {open_:,} undetermined")

    rows = (element("tr", element("th", a.action, scope="row"),
                    element("td", bar(a), class_="picture"),
                    *_cells(a.moves, estimated, told=told)) for a in changed)
    return element(
        "section", element("h2", "What would be done"),
        element("p", "Posts to which an action is done, of each kind the strongest. Undetermined "
                "are those to which a clause would do it if what it lacks were known.",
                class_="quiet"),
        None if told else element("p", "What was done before is not told: the terms then in force "
                                  "are not found.", class_="warn"),
        _key(((("fill-before", "before"),) if told else ())
             + (("fill-after", "after"), ("hatch-after", "undetermined"))),
        _table("Changes by action", ("action", "before, after"), rows))


def _table(caption: str, names: Sequence[str], rows: Iterator[Markup]) -> Markup:
    heads = (*(element("th", name, scope="col", class_="middle" if "←" in name else None)
               for name in names),
             *(element("th", name, scope="col", class_="number") for name in COLUMNS))
    return element("table", element("caption", caption), element("thead", element("tr", *heads)),
                   element("tbody", *rows))


def _cells(moves: Moves, estimated: bool, *, told: bool = True) -> Iterator[Markup]:
    for name, number in zip(COLUMNS, figures(moves, told=told), strict=True):
        some = number is not None and number.rows
        about = element("span", f"≈ {number.posts:,.0f}", class_="about") \
            if estimated and number is not None and number.rows else None
        yield element("td", element("span", "?" if number is None else f"{number.rows:,}",
                                    class_="some" if some else "none"), about,
                      class_=f"number {name.replace(' ', '-')}", data_label=name)


def _key(entries: Sequence[tuple[str, str]]) -> Markup:
    """What the fillings of bars mean."""
    return element("ul", *(element("li", element("svg", element(
        "rect", width="100%", height="100%", class_=kind), aria_hidden="true"), words)
        for kind, words in entries), class_="key")


# --- facts ---

def _facts(facts: Sequence[FactKnown]) -> Markup | None:
    if not facts:
        return None
    lacking = [fact for fact in facts if fact.known.lacking]
    told = None if not lacking else element(
        "div", element("strong", "What history lacks is missing, and never guessed"),
        element("ul", *(element("li", element("code", f.fact), f" of {count(rows, 'post')}: ",
                                *_coded(why), f" (clause {', '.join(f.clauses)})")
                        for f in lacking for why, rows in f.known.lacking.most_common())),
        class_="warn")
    heads = (*(element("th", n, scope="col") for n in ("fact", "known, missing, lacking")),
             *(element("th", n, scope="col", class_="number")
               for n in ("known", "missing", "lacking")),
             element("th", "clauses", scope="col", class_="number"))
    return element(
        "section", element("h2", "What the new clauses need to know"),
        element("p", "Missing is what nobody reported of a post. Lacking is what was not measured "
                "then, or was measured as an answer to another question.", class_="quiet"),
        told, _key((("fill-known", "known"), ("fill-missing", "missing"),
                    ("hatch-lost", "lacking"))),
        element("table", element("caption", "Facts that the new terms name"),
                element("thead", element("tr", *heads)),
                element("tbody", *(_fact_row(fact) for fact in facts))))


def _fact_row(fact: FactKnown) -> Markup:
    known, missing, lacking = fact.known.known, fact.known.missing, fact.known.lacking.total()
    says = f"{fact.fact}: known of {known:,} posts, missing of {missing:,}, lacking of {lacking:,}"
    return element(
        "tr", element("th", element("code", fact.fact), scope="row"),
        element("td", known_bar(known, missing, lacking, says), class_="picture"),
        *(element("td", f"{n:,}", class_="number", data_label=name) for name, n in (
            ("known", known), ("missing", missing), ("lacking", lacking))),
        element("td", ", ".join(fact.clauses), class_="number wide", data_label="clauses"))


# --- posts, and how to read all of it ---

def _posts(clauses: Sequence[ClauseChange]) -> Markup | None:
    told = [clause for clause in clauses if clause.samples]
    if not told:
        return None
    return element("section", element("h2", "Some of the posts"), element(
        "p", "Drawn evenly from all that moved, and the same ones every time.", class_="quiet"),
        *(_posts_of(clause) for clause in told))


def _posts_of(clause: ClauseChange) -> Markup:
    moves = clause.moves
    counts = ", ".join(f"{number.rows:,} {how}" for how, number in zip(
        MOVED, (moves.gained, moves.lost, moves.opened), strict=True) if number.rows)
    parts: list[Markup] = []
    for how in MOVED:
        if found := clause.samples.get(how):
            some = shown_of(moves, how, len(found))
            parts.append(element("h3", how[0].upper() + how[1:],
                                 element("span", f" ({some})", class_="quiet") if some else None))
            parts.append(element("ul", *map(_post, found), class_="posts"))
    return element("details", element("summary", f"{clause.number} {clause.title} ",
                                      element("span", counts, class_="counts")), *parts)


def _post(sample: Sample) -> Markup:
    facts = [element("span", element("code", f"{name} = {value_shown(value)}"))
             for name, value in sample.facts.items()]
    facts += [element("span", element("code", name), f" is {what}", class_="gap")
              for what, names in (("missing", sample.missing), ("lacking", sample.lacking))
              for name in names]
    return element("li", element("p", element("code", sample.post), f" by {sample.author}, ",
                                 f"{sample.made_at:%Y-%m-%d %H:%M} UTC"),
                   element("p", *facts, class_="facts") if facts else None)


def _read(result: Backtest) -> Markup:
    return element("section", element("h2", "How to read this"), element("ul", *(
        element("li", *_coded(line)) for line in remarks(result))), class_="read")


def _coded(words: str) -> Iterator[str]:
    """Words in which names stand in backticks, as they are on a page."""
    for n, part in enumerate(words.split("`")):
        yield element("code", part) if n % 2 else part
