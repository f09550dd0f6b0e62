"""What repeats a claim word for word is marked by rule, unless more is said or a person denies."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

OFFICE = runpy.run_path(str(Path(__file__).with_name("office.py")))
BALLOTS = "https://checkers.example/ballots"
CLAIM = "Every voter here is sent two ballots"
BY_RULE = """
## 3.2 Claims word for word

We mark a post that repeats a claim word for word which was rated false.

```when
for a matched claim:
    claim.repeats and claim.rating == "false"
```

```then
label repeated "Word for word"
category civic discourse or elections: misinformation
objection otherwise objectionable
```

```case word for word
claim.repeats = yes; claim.rating = "false"
-> label repeated
```

```case in other words
claim.repeats = no; claim.rating = "false"
-> does not hold
```

## 3.3 Claims that may be made

We mark a post that makes a claim rated false, where a person confirms it or it is repeated word for
word.

```when
for a matched claim:
    (claim.confirmed or claim.repeats) and claim.rating == "false"
```

```then
label made "This was checked"
category civic discourse or elections: misinformation
objection otherwise objectionable
if undetermined, ask a reviewer within 24 hours
```

```case word for word
claim.repeats = yes; claim.rating = "false"
-> label made
```

```case another claim
claim.confirmed = no; claim.repeats = no; claim.rating = "false"
-> does not hold
```

```case nobody said
claim.repeats = no; claim.rating = "false"
-> undetermined
```
"""


@pytest.fixture
def office(worlds):
    world = worlds("repeating", terms=False)
    office = OFFICE["Office"](world, more=BY_RULE)
    world.learn(checks=[world.check()])
    return office


def marked(office, native) -> list[str]:
    return sorted(a.ground.citation.number for a in office.standing(native).actions)


def asks(office, native) -> list[str]:
    return [a.ground.citation.number for a in office.standing(native).asks]


@pytest.mark.parametrize("more", [
    {"text": f"{CLAIM} {BALLOTS}"}, {"text": f"{CLAIM} @debunked"},
    {"text": CLAIM, "links": (BALLOTS,)}, {"text": CLAIM, "reply_to": "7"}])
def test_whoever_adds_the_fact_check_to_the_claim_is_not_marked_before_a_person_has_looked(
        office, more):
    office.post(1, **more)
    assert (marked(office, 1), asks(office, 1)) == ([], ["3.3"])
    [match] = office.standing(1).dossier.matches
    assert (match.by, match.confirmed) == ("exact text", None)
    office.decide(1, confirms={BALLOTS: False}, at=5)
    assert (marked(office, 1), asks(office, 1)) == ([], [])
    office.decide(1, "bo", confirms={BALLOTS: True}, at=9)
    assert marked(office, 1) == ["3.1", "3.3"], "confirmed, and still no repetition"


def test_what_repeats_a_claim_stays_marked_when_a_person_confirms_it_and_not_when_one_denies_it(
        office):
    office.post(1, CLAIM)
    office.post(2, CLAIM.upper(), author="di", minute=1)
    assert marked(office, 1) == marked(office, 2) == ["3.1", "3.2", "3.3"]
    office.decide(1, confirms={BALLOTS: True}, scope="all copies", at=5)
    assert marked(office, 1) == marked(office, 2) == ["3.1", "3.2", "3.3"]
    [match] = office.standing(2).dossier.matches
    assert (match.by, match.besides) == ("confirmed copy", "exact text")
    [record] = [office.open().record(office.standing(1).id)]
    told = {(f.name, f.value): f.observer for f in record.statement.facts}
    assert told["claim.repeats", True] == "exact text"
    assert told["claim.confirmed", True] == "person:reviewer"
    office.decide(1, "bo", confirms={BALLOTS: False}, at=9)
    assert (marked(office, 1), marked(office, 2)) == ([], ["3.1", "3.2", "3.3"])
    office.world.verify()
