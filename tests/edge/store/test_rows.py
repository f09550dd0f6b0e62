"""What is stored of a measurement is its dossier, whatever of it was kept from those before."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from evenhand.edge.store.rows import _facts
from evenhand.model.signal import Dossier, Reported, Span
from evenhand.record.codec import from_plain, to_plain

AT = datetime(2020, 5, 26, tzinfo=UTC)


@pytest.mark.parametrize("value", [
    True, 1, 1.0, "1", 0, False, (), (True,), (1,), ("a", "b"), AT, "\U0001f600"], ids=repr)
def test_the_bytes_of_a_dossier_are_those_of_all_its_parts(value):
    dossier = Dossier(
        reported=(Reported(name="a.b", value=value, observer="s@1"),
                  Reported(name="a.b", value=value, observer="person:ada", at=AT)),
        matches=(), spans=(Span(start=0, end=3, fact="hits.a"),))
    for _ in range(2):
        data = _facts(dossier)
        assert data == msgspec.json.encode(to_plain(dossier))
        [first, _] = from_plain(Dossier, msgspec.json.decode(data)).reported
        assert first.value == value and type(first.value) is type(value)
