"""What was brought with the posts of a batch, fact by fact; of one post it is made when asked for.

>>> brought = BroughtColumns(values={"account.followers": [3, None], "account.tier": [None, None]},
...                          whys={"account.tier": {1: "a list is not text"}})
>>> [(one.name, one.value, one.why) for one in brought[0]]
[('account.followers', 3, '')]
>>> [(one.name, one.value, one.why) for one in brought[1]]
[('account.tier', None, 'a list is not text')]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import overload

from evenhand.model.post import Brought
from evenhand.rulebook.vocabulary import Value


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BroughtColumns(Sequence[tuple[Brought, ...]]):
    """A column of `edge.posts.Posts`: what was brought with each, in the order of names.

    `values` has a column for each declared fact, one at least, None where nothing of it was
    brought; `whys` say of which places it was no value of its type, and why.
    """

    values: Mapping[str, Sequence[Value | None]]
    whys: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many posts there are."""
        return len(next(iter(self.values.values())))

    @overload
    def __getitem__(self, place: int) -> tuple[Brought, ...]: ...
    @overload
    def __getitem__(self, place: slice) -> BroughtColumns: ...
    def __getitem__(self, place: int | slice) -> tuple[Brought, ...] | BroughtColumns:
        """What was brought with the post at a place; or the columns of some posts."""
        if isinstance(place, slice):
            return self.take(range(len(self))[place])
        return tuple(Brought(name=name, value=value, why=why)
                     for name, value, why in self.said(range(len(self))[place]))

    def said(self, at: int) -> list[tuple[str, Value | None, str]]:
        """What was brought with the post at a place from 0, as (name, value, why it is none)."""
        if not any(self.whys.values()):
            return [(name, value, "") for name, values in self.values.items()
                    if (value := values[at]) is not None]
        return [(name, value, why or "") for name, values in self.values.items()
                for value, why in ((values[at], self.whys.get(name, {}).get(at)),)
                if value is not None or why is not None]

    def take(self, places: Sequence[int]) -> BroughtColumns:
        """Of the posts at some places, in this order."""
        return BroughtColumns(
            values={name: [values[i] for i in places] for name, values in self.values.items()},
            whys={name: {n: whys[i] for n, i in enumerate(places) if i in whys}
                  for name, whys in self.whys.items()})

    def replaced(self, others: Mapping[int, Sequence[Brought]]) -> BroughtColumns:
        """The same, save that other things were brought with the posts at some places."""
        values = {name: list(column) for name, column in self.values.items()}
        whys = {name: dict(self.whys.get(name, {})) for name in values}
        for i, brought in others.items():
            for name, column in values.items():
                column[i] = None
                whys[name].pop(i, None)
            for one in brought:
                values[one.name][i] = one.value
                if one.value is None:
                    whys[one.name][i] = one.why
        return BroughtColumns(values=values, whys=whys)

    @classmethod
    def of(cls, brought: Sequence[Sequence[Brought]], names: Iterable[str]) -> BroughtColumns:
        """The columns of what was brought with some posts; of the facts that are named alone."""
        nothing = cls(values={name: [None] * len(brought) for name in names})
        return nothing.replaced({i: [one for one in some if one.name in nothing.values]
                                 for i, some in enumerate(brought) if some})

    @classmethod
    def joined(cls, some: Sequence[BroughtColumns]) -> BroughtColumns:
        """Of the posts of several batches, in which the same facts are declared."""
        starts = [0]
        for one in some:
            starts.append(starts[-1] + len(one))
        names = some[0].values
        return cls(
            values={name: list(chain.from_iterable(one.values[name] for one in some))
                    for name in names},
            whys={name: dict(_moved(name, some, starts)) for name in names})


def _moved(name: str, some: Sequence[BroughtColumns],
           starts: Sequence[int]) -> Iterator[tuple[int, str]]:
    for one, start in zip(some, starts, strict=False):
        for i, why in one.whys.get(name, {}).items():
            yield start + i, why
