"""Tells whoever brought a matter what was decided of it: one answer, sealed, one letter.

An answer is kept in the transaction of the decision that gives it, with an outbox row and an errand
of its own, so that nobody is told of a decision that is not there, and nobody is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from evenhand.case import Settled
from evenhand.clocks import deadline, last_day
from evenhand.edge.platform import Platform
from evenhand.edge.store.matters import Matter, keep_answer
from evenhand.model.appeal import Answer
from evenhand.model.statement import Notice
from evenhand.reasons.statement import a_person_spoke
from evenhand.record.kinds import AnswerRecord, DecisionRecord, OrderRecord, ReportRecord
from evenhand.terms.applies import in_force


def keep_answers(platform: Platform, connection: Connection, settled: Sequence[Settled],
                 matters: Sequence[Matter], now: datetime) -> None:
    raise NotImplementedError
