"""What a report must contain (Regulation 2022/2065 Art. 16(2)), and what of it is missing.

A report says why (a), where exactly (b), and either the clause of the terms that it is about or
the law under which its sender holds the post to be illegal. One that says *illegal* says besides
who its sender is (c), unless it is about an offence against children, and that its sender believes
in good faith that it is accurate and complete (d).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from evenhand.model.matter import Report
from evenhand.model.person import TrustedFlagger
from evenhand.model.post import PostId
from evenhand.report.lacks import (
    LEAST_WORDS,
    LONGEST_LINE,
    LONGEST_NAME,
    LONGEST_PLACE,
    LONGEST_REPORT,
    Incomplete,
    Lack,
    address_lacks,
    cited,
    distinct_words,
    text_lacks,
)
from evenhand.rulebook.drafting import suggest
from evenhand.terms.clauses import Terms


def check_report(report: Report, *, terms: Terms | None,
                 flaggers: Mapping[str, TrustedFlagger]) -> None:
    """Refuse a report that lacks something, with all that it lacks (`Incomplete`).

    `terms` are those that govern the post, None where none do; `flaggers` are the registered
    trusted flaggers by id.
    """
    lacks = tuple(report_lacks(report, terms=terms, flaggers=flaggers))
    if lacks:
        raise Incomplete("report", lacks)


def report_lacks(report: Report, *, terms: Terms | None,
                 flaggers: Mapping[str, TrustedFlagger]) -> Iterator[Lack]:
    """Everything that a report lacks, in the order of Art. 16(2)."""
    yield from _reasons(report)  # (a)
    yield from _place(report)  # (b)
    yield from _about(report, terms)
    yield from _sender(report, flaggers)  # (c)
    if report.illegal_under is not None and not report.good_faith:  # (d)
        yield Lack(field="good_faith", what="it does not say that it is made in good faith",
                   add="whoever says that a post is illegal confirms to believe in good faith "
                   "that the report is accurate and complete (Art. 16(2)(d))")


def _reasons(report: Report) -> Iterator[Lack]:
    said = distinct_words(report.words)
    if said == 0:
        yield Lack(field="words", what="it gives no reasons",
                   add="say in a sentence or more why the post should be acted on "
                   "(Art. 16(2)(a))")
    elif said < LEAST_WORDS:
        yield Lack(field="words", what=f"its reasons are one word: `{cited(report.words.strip())}`",
                   add="say in a sentence what in the post is wrong, and why (Art. 16(2)(a))")
    yield from text_lacks("words", "the text of the reasons", report.words, LONGEST_REPORT,
                          lines=True)


def _place(report: Report) -> Iterator[Lack]:
    where = report.where.strip()
    wrong = list(text_lacks("where", "the location", where, LONGEST_PLACE))
    yield from wrong
    if not where:
        yield Lack(field="where", what="it does not say where the post is",
                   add=f"give the post's exact address, or its name: `{report.post}` "
                   "(Art. 16(2)(b))")
    elif not wrong and not _is_exact(where, report.post):
        yield Lack(field="where", what=f"`{cited(where)}` is not the exact location of a post",
                   add="give the address of the post itself, not of the site or the account, or "
                   f"its name: `{report.post}` (Art. 16(2)(b))")


def _is_exact(where: str, post: PostId) -> bool:
    """Whether it leads to one post: its name, or an address that goes on below its host."""
    if where in (str(post), f"{post.platform}:{post.native}", post.native):
        return True
    try:
        parts = urlsplit(where)
    except ValueError:
        return False
    below = parts.path.strip("/") or parts.query or parts.fragment
    return bool(parts.scheme and parts.netloc and below) and not where.split()[1:]


def _about(report: Report, terms: Terms | None) -> Iterator[Lack]:
    if report.illegal_under is not None:
        if not report.illegal_under.strip():
            yield Lack(field="illegal_under", what="it names no law",
                       add="say under which law the post is illegal, or name the clause of the "
                       "terms that it is about instead")
        yield from text_lacks("illegal_under", "the name of the law", report.illegal_under,
                              LONGEST_LINE)
    elif report.clause is None:
        yield Lack(field="clause", what="it names neither a clause of the terms nor a law",
                   add="name the clause that the post falls under, or the law under which you "
                   "hold it to be illegal")
    if report.clause is None:
        return
    if terms is None:
        yield Lack(field="clause", what="no terms governed the post when it was made",
                   add="such a post can be reported as illegal only: name the law")
    elif terms.clause(report.clause) is None:
        named = f"{terms.front.title}, version {terms.front.version}"
        numbers = [c.citation.number for c in terms.clauses]
        yield Lack(field="clause",
                   what=f"`{cited(report.clause)}` is no clause of the terms that govern the post",
                   add=f"those are {named}; " + (suggest(report.clause[:40], numbers) or
                                                 "name one of its clauses by its number"))


def _sender(report: Report, flaggers: Mapping[str, TrustedFlagger]) -> Iterator[Lack]:
    by = report.by
    asked = report.illegal_under is not None and not report.offence_against_children
    why = ("whoever says that a post is illegal gives {} (Art. 16(2)(c)); "
           "only of offences against children none is asked for")
    for field, name, value, most in (("by.name", "name", by.name, LONGEST_NAME),
                                     ("by.account", "account", by.account, LONGEST_NAME)):
        if value is not None:
            yield from text_lacks(field, f"the sender's {name}", value, most)
    if asked and not (by.name and by.name.strip()):
        yield Lack(field="by.name", what="it does not say who sends it", add=why.format("a name"))
    if by.address is not None and by.address.strip():
        yield from address_lacks(by.address)
    elif asked:
        yield Lack(field="by.address", what="it gives no address of e-mail",
                   add=why.format("an address of e-mail"))
    if by.flagger is not None and by.flagger not in flaggers:
        yield Lack(field="by.flagger",
                   what=f"`{cited(by.flagger)}` is no registered trusted flagger",
                   add=suggest(by.flagger[:40], flaggers) or
                   "register who was awarded the status under `[trusted-flaggers.ID]` in "
                   "evenhand.toml, or send it as any report")
