"""What a channel is: it takes a letter, and says what became of it; and when to try again.

>>> [str(next_try(after)) for after in (1, 2, 11)]
['0:01:00', '0:05:00', 'None']
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from evenhand.edge.courier.letters import Letter

FOLDER, E_MAIL, WEBHOOK = "folder", "e-mail", "webhook"

Kind = Literal["delivered", "contact unknown", "refused", "try again"]

WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2),
         timedelta(hours=6), *(timedelta(hours=12),) * 5)
"""How long to wait after each attempt that came to nothing; three days, nearly, in all."""

LONGEST_WAIT = max(WAITS)


def next_try(attempts: int, asked: timedelta | None = None) -> timedelta | None:
    """How long to wait after so many attempts (at least 1); None once there were enough.

    `asked` is how long the other side asks us to wait, which is heeded up to the longest wait.
    """
    if attempts > len(WAITS):
        return None
    return max(WAITS[attempts - 1], min(asked or timedelta(), LONGEST_WAIT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one letter on one channel.

    `to` is whom or what it went to; `why` the class of the reason where it was not delivered, in
    words of our own: what a server says may hold anything. `nobody_answers` says that the reason
    is no matter of this letter, so that the others need not be tried now. `after` is how long the
    other side asks us to wait.
    """

    kind: Kind
    to: str
    why: str | None = None
    nobody_answers: bool = False
    after: timedelta | None = None


class Channel(Protocol):
    """A way by which letters go out. Each may raise `EvenhandError` where it is set up wrongly."""

    name: str
    at_once: int
    """How many letters go out before it is recorded what became of them."""
    claims: bool
    """Whether a letter that goes out twice is a second letter, so that one process alone may."""

    def prepare(self) -> None:
        """Read what it needs: secrets, contacts. Called before the first letter."""

    def deliver(self, letter: Letter, at: datetime) -> Outcome:
        """Hand one letter over, at an instant (UTC)."""

    def close(self) -> None:
        """Let go of connections; the next letter opens them again."""
