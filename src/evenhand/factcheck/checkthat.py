"""The layout of the CheckThat! fact-check data, read for measuring the matcher, never to act.

The pool is JSON lines of claims with neither address nor rating, so its fact-checks are `unrated`
and their `url` is a name (`urn:checkthat:...`): none of them can be confirmed by rule or linked.
Queries are `id TAB text`; relevance judgements are TREC qrels, `query 0 claim 1`.

>>> read_queries("t1\\tA text\\n", where="q.tsv")
(mappingproxy({'t1': 'A text'}), ())
>>> read_qrels("t1\\t0\\tc1\\t1\\n", where="r.tsv")
(mappingproxy({'t1': ('c1',)}), ())
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from evenhand.factcheck.claims import LONGEST_CLAIM, LONGEST_TITLE, key_of
from evenhand.factcheck.problem import Problem
from evenhand.factcheck.untrusted import parse_date, plain_text
from evenhand.model.factcheck import FactCheck, Publisher

NAME = "urn:checkthat:"
"""What stands before the pool's own id in the `url` of its fact-checks."""


LONGEST_ID = 200


def read_pool(text: str, *, where: str, retrieved_at: datetime, publisher: Publisher,
              ) -> tuple[tuple[FactCheck, ...], Mapping[str, str], tuple[Problem, ...]]:
    """The claims of a pool, one JSON object a line with `id`, `claim`, `title`, `date`.

    Beside them, by the `url` of a fact-check, its `subtitle`, which a ClaimReview has no place for.
    """
    kept: dict[str, FactCheck] = {}
    subtitles: dict[str, str] = {}
    problems: list[Problem] = []
    for place, line in _lines(text, where):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            entry = None
        name, claim = (entry.get("id"), entry.get("claim")) if isinstance(entry, dict) \
            else (None, None)
        if not (isinstance(name, str) and isinstance(claim, str) and name and claim.strip()):
            problems.append(_refused(place, "it is not a claim of the pool",
                                     "each line is an object with the texts `id` and `claim`"))
            continue
        if (refused := _not_an_id(name, place)) is not None:
            problems.append(refused)
            continue
        words = plain_text(claim, longest=LONGEST_CLAIM)[0]
        url = NAME + name
        if url in kept:
            problems.append(_refused(place, f"the id `{name}` stands twice", "remove one"))
            continue
        title, subtitle, date = (value if isinstance(value := entry.get(key), str) else ""
                                 for key in ("title", "subtitle", "date"))
        published = parse_date(date)
        if date.strip() and published is None:
            problems.append(Problem(where=place, what="its date cannot be read, so it is unknown",
                                    hint="write it as 26 May 2015", level="note"))
        kept[url] = FactCheck(
            key=key_of(publisher.domain, url, words),
            version=hashlib.sha256(line.encode("utf-8", "surrogatepass")).hexdigest()[:16],
            publisher=publisher, url=url,
            title=plain_text(title, longest=LONGEST_TITLE)[0], claim=words, claim_by=None,
            rating="unrated", rating_words="", topics=(), language=None, appearances=(),
            published_at=published, retrieved_at=retrieved_at)
        subtitles[url] = plain_text(subtitle, longest=LONGEST_TITLE)[0]
    return tuple(kept.values()), MappingProxyType(subtitles), tuple(problems)


def read_queries(text: str, *, where: str) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
    """Query id -> text, of lines `id TAB text`."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for place, line in _lines(text, where):
        name, tab, words = line.partition("\t")
        if not (tab and name and words.strip()):
            problems.append(_refused(place, "it is not `id`, a tab and a text",
                                     "each line is one query"))
        elif (refused := _not_an_id(name, place)) is not None:
            problems.append(refused)
        elif name in found:
            problems.append(_refused(place, f"the id `{name}` stands twice", "remove one"))
        else:
            found[name] = words
    return MappingProxyType(found), tuple(problems)


def read_qrels(text: str, *, where: str,
               ) -> tuple[Mapping[str, tuple[str, ...]], tuple[Problem, ...]]:
    """Query id -> the ids of the claims that are right for it, in the order of the file."""
    found: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for place, line in _lines(text, where):
        fields = line.split()
        if len(fields) != 4 or fields[3] not in ("0", "1"):
            problems.append(_refused(place, "it is not a line of TREC qrels",
                                     "write query, 0, claim and 1 (or 0), parted by tabs"))
        elif fields[3] == "1" and fields[2] not in found.get(fields[0], ()):
            found[fields[0]] = (*found.get(fields[0], ()), fields[2])
    return MappingProxyType(found), tuple(problems)


def _lines(text: str, where: str) -> Iterator[tuple[str, str]]:
    # Only a line feed ends a line: texts hold other separators that `splitlines` would cut at.
    for number, line in enumerate(text.lstrip("\ufeff").split("\n"), 1):
        if line.strip():
            yield f"{where}:{number}", line.rstrip("\r")


def _not_an_id(name: str, where: str) -> Problem | None:
    """What is wrong with an id, which judgements and runs part from its neighbours by white space,
    and name as it stands."""
    if len(name.split()) != 1 or name != name.strip():
        what = "holds white space, by which TREC files part their columns"
    elif len(name) > LONGEST_ID or plain_text(name, longest=LONGEST_ID)[0] != name:
        what = f"is no plain word of at most {LONGEST_ID} characters"
    else:
        return None
    return _refused(where, f"the id `{name[:80]}` {what}", "give it an id of one plain word")


def _refused(where: str, what: str, hint: str) -> Problem:
    return Problem(where=where, what=what, hint=hint, level="refused")
