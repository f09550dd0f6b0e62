"""What was wrong in the material that a publisher gave, told so that a person can mend it.

A reader never stops at the first fault: it keeps what is sound and tells the rest as values of
this kind, so that one bad fact-check does not cost the other ten thousand of a feed.

>>> str(Problem(where="feed.json: item 3", what="it has no `url`", level="refused",
...             hint="give the address of the page"))
'feed.json: item 3: it has no `url`\\n  give the address of the page'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault of a source: where it stands, what it is, and what to do.

    `level` is "refused" where something was set aside, and "note" where it was kept with less
    than the publisher wrote (an unreadable date, a rating nobody has mapped, a text cut short).
    """

    where: str
    what: str
    hint: str
    level: Literal["refused", "note"]

    def __str__(self) -> str:
        """Lay it out as our errors are: where, what, and the hint on its own line."""
        return f"{self.where}: {self.what}\n  {self.hint}"
