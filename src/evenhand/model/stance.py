"""Where a poster stands towards the claim in a post: one list, everywhere (DESIGN 4).

Quoting a falsehood to rebut it, reporting that somebody said it and mocking it are not saying
it; a guess about the future, an opinion and a question are no statements of fact.
"""

from __future__ import annotations

from typing import Literal, get_args

Stance = Literal["asserts", "predicts", "opines", "asks", "reports", "rebuts", "mocks"]

STANCES: tuple[Stance, ...] = get_args(Stance)
"""asserts a fact, predicts what will come, opines, asks, reports that another said it, rebuts
it, mocks it."""
