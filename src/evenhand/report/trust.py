"""Whether a report counts as one from a trusted flagger (Regulation 2022/2065 Art. 22(1)).

Trusted flaggers are so within their field of expertise and nowhere else: outside it they report as
anybody does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from evenhand.model.matter import Report
from evenhand.model.person import TrustedFlagger
from evenhand.terms.clauses import Clause


def category_of(clause: Clause | None) -> str | None:
    """The code of the category that a clause files its actions under, if it names one."""
    return clause.then.category.code if clause and clause.then.category else None


def is_trusted(report: Report, category: str | None,
               flaggers: Mapping[str, TrustedFlagger]) -> bool:
    """Whether the report lies in the field of the trusted flagger who sends it.

    `category` is the code of what the report is about: that of the clause it names
    (`category_of`), or the one that its sender chose; None, which is nobody's field, where
    nobody said.
    """
    flagger = flaggers.get(report.by.flagger) if report.by.flagger is not None else None
    return flagger is not None and category in flagger.fields


def as_it_counts(report: Report, category: str | None,
                 flaggers: Mapping[str, TrustedFlagger]) -> Report:
    """The report with its flagger named only where it counts as a trusted one's.

    Record, leaf, counts and letter then all say the same of it. Who sent it still stands in it, by
    name and address.
    """
    if report.by.flagger is None or is_trusted(report, category, flaggers):
        return report
    return replace(report, by=replace(report.by, flagger=None))
