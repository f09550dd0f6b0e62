"""Has witnesses cosign the newest head, and learns from them how far they have seen the log.

Nothing that is done to a post waits for it. Each witness is asked on its own and at the same time;
what comes is stored, and published with the head that it belongs to. A witness that has seen more
than the database holds stops everything that would sign: the database was brought back from an
older copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock, Thread

from evenhand.edge.ledger.sequencer import LedgerSequencer
from evenhand.edge.ledger.tiles_on_disk import SUCCEED
from evenhand.edge.ledger.witness_client import (
    Answer,
    Cosigned,
    Refused,
    SeenSoFar,
    Silent,
    ask,
)
from evenhand.edge.store.database import reading, shown, transaction
from evenhand.edge.store.heads import newest_head
from evenhand.edge.store.logs import (
    WitnessState,
    keep_cosignatures,
    keep_state,
    states_of,
)
from evenhand.errors import EvenhandError
from evenhand.ledger.errors import FileMissing, HistoryRewritten
from evenhand.ledger.keys import format_vkey
from evenhand.ledger.merkle import prove_consistency
from evenhand.ledger.note import add_signatures, open_note
from evenhand.ledger.policy import Witness
from evenhand.ledger.tiles import hashes_in_tiles
from evenhand.ledger.witness import Request

Ask = Callable[[Witness, Request], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands with one witness: what it said now, if it was asked, and since when it lags."""

    witness: Witness
    state: WitnessState
    answer: Answer | None = None

    def is_alarm(self, now: datetime, within: timedelta) -> bool:
        """Whether it has been silent for longer than the policy allows, or says that we forked."""
        if isinstance(self.answer, Refused) and self.answer.forked:
            return True
        return self.state.behind_since is not None and now - self.state.behind_since > within


class Witnessing:
    """Asks the witnesses of one log."""

    def __init__(self, sequencer: LedgerSequencer, *, ask: Ask = ask,
                 now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`now` is the machine's own time, also where the platform's clock is replayed: only the
        witness's time is attested, and this one says how long it has been silent."""
        self.sequencer, self.witnesses = sequencer, sequencer.witnesses
        self.ask_one, self.now = ask, now

    def standing(self) -> tuple[Standing, ...]:
        """How it stands with each witness, nobody asked."""
        states = states_of(self.sequencer.engine, self.sequencer.key.name)
        return tuple(Standing(witness=one, state=states.get(format_vkey(one.key), WitnessState()))
                     for one in self.witnesses.all)

    def ask(self) -> tuple[Standing, ...]:
        """Ask every witness about the newest head, keep what came, and publish it.

        Raises `HistoryRewritten` where a witness has seen more of the log than the store holds, or
        another history.
        """
        if not self.witnesses.all:
            return ()
        engine = self.sequencer.engine
        self.sequencer.publish()  # the tiles that the proofs are made from
        with reading(engine) as connection:
            head = newest_head(connection)
        size = head.size if head is not None and head.size >= self.sequencer.begins else 0
        note = head.note if head is not None and size else self.sequencer.sign_empty()
        before = self.standing()
        with ThreadPoolExecutor(max_workers=len(before)) as threads:
            told = list(threads.map(lambda one: self._ask(one, size, note), before))
        with transaction(engine) as connection:
            for one in told:
                keep_state(connection, self.sequencer.key.name, format_vkey(one.witness.key),
                           one.state)
                if isinstance(one.answer, Cosigned) and size:
                    signed = open_note(add_signatures(note, one.answer.signatures),
                                       [one.witness.key]).signed[0]
                    keep_cosignatures(connection, size, [
                        (each, signed.seconds or 0) for each in one.answer.signatures])
        if any(isinstance(one.answer, Cosigned) for one in told):
            self.sequencer.publish()
        self._refuse_fork(told, size)
        return tuple(told)

    def _ask(self, one: Standing, size: int, note: str) -> Standing:
        """Ask one witness, a second time from where it says that it stands."""
        answer = self._from(one.witness, one.state.seen if one.state.seen <= size else 0, size,
                            note)
        if isinstance(answer, SeenSoFar) and answer.size <= size:
            seen, answer = answer.size, self._from(one.witness, answer.size, size, note)
            if isinstance(answer, SeenSoFar) and answer.size <= seen:
                answer = Silent(why="it contradicts itself about how far it has seen")
        at = self.now()
        if isinstance(answer, Cosigned):
            state = WitnessState(seen=size, seen_at=at, tried_at=at)
        else:
            why = (f"it has seen {answer.size} entries of this log"
                   if isinstance(answer, SeenSoFar) else answer.why)
            state = replace(one.state, tried_at=at, trouble=why,
                            behind_since=one.state.behind_since or at)
        return Standing(witness=one.witness, state=state, answer=answer)

    def _from(self, witness: Witness, seen: int, size: int, note: str) -> Answer:
        try:
            proof = prove_consistency(seen, size, hashes_in_tiles(self.sequencer.disk.read, size))
        except FileMissing as missing:
            return Silent(why=f"nothing could be proven to it: {missing.what}")
        return self.ask_one(witness, Request(old_size=seen, proof=proof, checkpoint=note))

    def _refuse_fork(self, told: list[Standing], size: int) -> None:
        where = shown(self.sequencer.engine)
        for one in told:
            if isinstance(one.answer, SeenSoFar) and one.answer.size > size:
                raise HistoryRewritten(
                    f"the witness `{one.witness.name}` has seen {one.answer.size} entries of this "
                    f"log, and the record has only {size}: it was brought back from an older copy, "
                    "and going on would sign two histories", where=where, hint=SUCCEED)
            if isinstance(one.answer, Refused) and one.answer.forked:
                raise HistoryRewritten(
                    f"the witness `{one.witness.name}` has seen another history of this log: what "
                    "the record holds is not what was signed before", where=where, hint=SUCCEED)


EVERY = 10.0
"""Seconds from one asking to the next while a job runs."""


@contextmanager
def asking(witnessing: Witnessing, every: float = EVERY) -> Iterator[None]:
    """Have the witnesses asked again and again meanwhile, in a thread of its own, and once at the
    end.

    What it finds that forbids to sign is raised wherever the job signs next, and here at the end.
    Other troubles of the asking are told at the end, where it is asked once more.
    """
    if not witnessing.witnesses.all:
        yield
        return
    running = Lock()  # held until it is over
    running.acquire()

    def go_on() -> None:
        while not running.acquire(timeout=every):
            try:
                witnessing.ask()
            except HistoryRewritten as found:
                witnessing.sequencer.guard = lambda found=found: _raise(found)
                return
            except EvenhandError:
                continue  # a full disk, a lost database: the job itself will tell

    thread = Thread(target=go_on, name="witnesses", daemon=True)
    thread.start()
    try:
        yield
    finally:
        running.release()
        thread.join()
    witnessing.ask()


def _raise(found: EvenhandError) -> None:
    raise found
