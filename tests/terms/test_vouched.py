"""A clause that would act on a fact-check for which nobody vouches can be read, not published."""

from __future__ import annotations

import pytest

from evenhand.edge.facts import vocabulary
from evenhand.rulebook.document import read_document
from evenhand.terms.clauses import Examined, examine
from evenhand.terms.succession import examine_versions

ALONE = "this acts on a number alone"
ALIKE = "this acts on whatever fact-check was found alike"


def terms(when: str, then: str = "remove", define: str = "") -> str:
    return f"""---
terms: Terms of Example
version: 1
published: 2020-05-04
in force: 2020-05-11
time zone: UTC
language: en
appeal within: 6 months
appeals to: another reviewer
appeals at: appeals@example.org
---

# Terms of Example

## 1 False claims

You may not spread what was found false.
{define}
```when
{when}
```

```then
{then}
```

```case nothing is known
-> undetermined
```
"""


def examined(text: str, *, calibrated: bool = True) -> Examined:
    return examine([read_document(text, name="terms.md")],
                   vocabulary=vocabulary(calibrated=calibrated), digest="sha256:0")


def under_for(body: str) -> str:
    return f"for a matched claim:\n    {body}"


@pytest.mark.parametrize(("body", "column"), [
    ("claim.match >= 0.9", 5), ('claim.rating == "false" and claim.match > 0.5', 33),
    ("claim.confirmed or claim.match > 0.5", 24), ("not claim.confirmed and claim.match > 0.5", 29),
    ("(claim.confirmed and claim.repeats) or 0.5 < claim.match", 50)])
def test_a_clause_that_can_hold_by_a_number_alone_is_barred_where_it_says_so(
        body: str, column: int) -> None:
    found = examined(terms(under_for(body)))
    assert found.problems == ()
    [remark] = found.barred
    assert ALONE in remark.what and remark.column == column and remark.length == len("claim.match")
    assert remark.hint is not None and "claim.confirmed" in remark.hint


def test_so_is_one_that_can_hold_for_whatever_was_proposed() -> None:
    [remark] = examined(terms(under_for('claim.rating == "false"'))).barred
    assert ALIKE in remark.what and "claim.rating" in remark.source_line


@pytest.mark.parametrize("body", [
    "claim.confirmed", "(claim.confirmed or claim.repeats) and claim.match > 0.2",
    'claim.rating == "false" and claim.repeats', "claim.match > 0.9 and vouched"])
def test_one_that_needs_a_person_or_an_exact_key_is_not(body: str) -> None:
    define = "\n```define vouched\nclaim.confirmed or claim.repeats\n```\n" * ("vouched" in body)
    found = examined(terms(under_for(body), define=define))
    assert (found.problems, found.barred) == ((), ())


def test_one_that_only_asks_and_one_about_no_claim_are_not() -> None:
    asks = "if undetermined, ask a reviewer within 2 days\nleave alone"
    assert examined(terms(under_for("claim.match > 0.5"), asks)).barred == ()
    assert examined(terms('post.stance == "asserts"')).barred == ()


def test_it_cannot_be_published_and_where_it_was_it_stays() -> None:
    text = terms(under_for("claim.match >= 0.9"))
    documents, facts = [read_document(text, name="terms.md")], vocabulary(calibrated=True)
    [found] = examine_versions(documents, vocabulary=facts, digest=lambda *_: "sha256:0",
                               after=lambda at, _: at)
    assert found.terms is None and ALONE in found.problems[0].what
    old = examined(text).terms
    assert old is not None
    [again] = examine_versions(documents, vocabulary=facts, digest=lambda *_: "sha256:0",
                               after=lambda at, _: at, published=[old])
    assert again.terms is old and again.problems == ()


def test_where_nothing_was_calibrated_it_is_told_how() -> None:
    found = examined(terms(under_for("claim.match > 0.5")), calibrated=False)
    [problem] = found.problems
    assert "nobody reports `claim.match`" in problem.what
    assert problem.hint is not None and "`evenhand claims calibrate`" in problem.hint
    assert "`match.learned`" in problem.hint
