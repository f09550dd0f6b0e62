"""By what posts were matched, in an export: every version of every fact-check, and the weights.

No entry seals them by themselves; a decision names their digests, and `audit.rematch` looks them
up by these. Here each line is held to be what it says, and each file of weights to be of its name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evenhand.audit import tables as at
from evenhand.audit.export_files import KEEP, ExportFiles, ExportRefused, Reading, lines_of
from evenhand.errors import EvenhandError
from evenhand.factcheck.ranking import digests_of_file
from evenhand.model.factcheck import FactCheck
from evenhand.record.codec import from_plain, instant_text, read_instant, to_plain


@dataclass(frozen=True, slots=True)
class KnownCheck:
    """A version of a fact-check, when it became known, and its place `n` among all that was told.

    Material of the past becomes known on its own day, whenever it is told; so the order of the one
    is not that of the other.
    """

    n: int
    known_at: datetime
    check: FactCheck


def known_checks(files: ExportFiles) -> Iterator[KnownCheck]:
    """Every version of a fact-check, in the order in which they became known, of an export that
    was verified."""
    for plain in lines_of(files, at.FACT_CHECKS):
        yield _read(plain)


def hold_checks(reading: Reading) -> int:
    """Every line is a version of a fact-check, in the order in which they became known; how many.
    """
    before, told = None, set[int]()
    for where, line, plain in reading.lines(at.FACT_CHECKS):
        try:
            known = _read(plain)
        except (EvenhandError, KeyError, TypeError, ValueError):
            raise ExportRefused("this line is no version of a fact-check", where=where,
                                hint=KEEP) from None
        if line != at.fact_check_line(known.n, instant_text(known.known_at),
                                      to_plain(known.check)):
            raise ExportRefused("this line is not that of a fact-check", where=where, hint=KEEP)
        if before is not None and (known.known_at, known.n) < before:
            raise ExportRefused("this fact-check became known before the one above it",
                                where=where, hint=KEEP)
        if known.n in told:
            raise ExportRefused("another line has this number", where=where, hint=KEEP)
        before = (known.known_at, known.n)
        told.add(known.n)
    return len(told)


def hold_weights(files: ExportFiles, names: Collection[str]) -> set[str]:
    """The files of weights, each of which has the digest in its name."""
    found = {name for name in names if name.startswith(f"{at.WEIGHTS}/")}
    for name in sorted(found):
        data = files.read(name)
        if data is None or {at.weights_file(d or "") for d in digests_of_file(data)} != {name}:
            raise ExportRefused("these are not the weights of this name", where=name, hint=KEEP)
    return found


def _read(plain: dict[str, Any]) -> KnownCheck:
    n = plain["n"]
    if type(n) is not int:
        raise TypeError
    return KnownCheck(n, read_instant(plain["known_at"]),
                      from_plain(FactCheck, plain["fact_check"]))
