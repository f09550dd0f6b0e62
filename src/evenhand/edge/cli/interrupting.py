"""Lets long work be interrupted between its steps, and told of it once.

The columnar engine looks for signals itself, and Python does so again after it: one Ctrl-C would
come twice, the second time while somebody is cleaning up after the first.
"""

from __future__ import annotations

import signal
import time
from types import FrameType, TracebackType


class Interruptible:
    """While it is entered the first Ctrl-C is noted, and raised where `check` is called next."""

    def __init__(self) -> None:
        """Nobody has interrupted yet."""
        self.noted = False

    def __enter__(self) -> Interruptible:
        """Note what comes from now on."""
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        """Whatever was done with a Ctrl-C before is done again."""
        signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.noted:  # somebody does not want to wait for the step to end
            raise KeyboardInterrupt
        self.noted = True

    def sleep(self, seconds: float) -> None:
        """Let seconds pass, and raise `KeyboardInterrupt` as soon as somebody interrupts."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, 0.1))
        self.check()

    def check(self) -> None:
        """Raise `KeyboardInterrupt` where somebody has interrupted."""
        if self.noted:
            raise KeyboardInterrupt
