"""By what posts were matched, in an export: every version of every fact-check, and the weights.

No entry seals them by themselves; a decision names their digests, and `audit.rematch` looks them
up by these. Here each line is held to be what it says, and each file of weights to be of its name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

from evenhand.audit import tables as at
from evenhand.audit.export_files import KEEP, ExportFiles, ExportRefused, Reading, lines_of
from evenhand.errors import EvenhandError
from evenhand.model.factcheck import FactCheck
from evenhand.record.codec import from_plain, instant_text, read_instant, to_plain


def known_checks(files: ExportFiles) -> Iterator[tuple[datetime, FactCheck]]:
    """When each version of a fact-check became known, and the version, of an export that was
    verified."""
    for plain in lines_of(files, at.FACT_CHECKS):
        yield _read(plain)


def hold_checks(reading: Reading) -> int:
    """Every line is a version of a fact-check, in the order in which they became known; how many.
    """
    before, count = None, 0
    for where, line, plain in reading.lines(at.FACT_CHECKS):
        try:
            known_at, check = _read(plain)
        except (EvenhandError, KeyError, TypeError, ValueError):
            raise ExportRefused("this line is no version of a fact-check", where=where,
                                hint=KEEP) from None
        if line != at.fact_check_line(instant_text(known_at), to_plain(check)):
            raise ExportRefused("this line is not that of a fact-check", where=where, hint=KEEP)
        if before is not None and known_at < before:
            raise ExportRefused("this fact-check became known before the one above it",
                                where=where, hint=KEEP)
        before, count = known_at, count + 1
    return count


def hold_weights(files: ExportFiles, names: Collection[str]) -> set[str]:
    """The files of weights, each of which has the digest in its name."""
    found = {name for name in names if name.startswith(f"{at.WEIGHTS}/")}
    for name in sorted(found):
        data = files.read(name)
        if data is None or at.weights_file(sha256(data).hexdigest()) != name:
            raise ExportRefused("these are not the weights of this name", where=name, hint=KEEP)
    return found


def _read(plain: dict[str, Any]) -> tuple[datetime, FactCheck]:
    return read_instant(plain["known_at"]), from_plain(FactCheck, plain["fact_check"])
