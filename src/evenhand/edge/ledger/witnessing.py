"""Has witnesses cosign the newest head, and learns from them how far they have seen the log.

Nothing that is done to a post waits for it. Each witness is asked on its own and at the same time;
what comes is stored, and published with the head that it belongs to. A witness that says that it
has seen more than the database holds, or another history, stops everything that would sign: the
database may have been brought back from an older copy. What it says is kept and told to readers,
and it is asked for the checkpoint that shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from sys import stderr
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
    look_up,
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
from evenhand.ledger.checkpoint import read_unverified
from evenhand.ledger.errors import FileMissing, HistoryRewritten, LedgerError
from evenhand.ledger.keys import format_vkey
from evenhand.ledger.merkle import check_consistency, prove_consistency
from evenhand.ledger.note import add_signatures, open_note
from evenhand.ledger.policy import Witness
from evenhand.ledger.tiles import hashes_in_tiles
from evenhand.ledger.witness import Request, seen_at

Ask = Callable[[Witness, Request], Answer]
LookUp = Callable[[Witness, str], bytes | None]

ROUNDS = 3
"""Times that a witness is asked where another process signs, or has it sign, meanwhile."""

AGAIN = timedelta(minutes=1)
"""How long whoever signs waits before it asks again, where no witness could be asked before."""

OTHER_HISTORY = "it says that this is another history than the one it has seen"

UNPROVEN = (
    "nothing was signed. Find out first who is right: ask the witness for that checkpoint, and "
    "whether another machine signs this log. If the record is too old, bring back the whole of it, "
    "or seal this log and go on in another: `evenhand ledger succeed`. If the witness is wrong, "
    "take its table out of the configuration (docs/how-to/ledger.md)"
)
"""What to do with a witness that says what it does not show."""

NOBODY = (
    "no witness has said yet how far it has seen this log, and signing goes on; if the store is an "
    "older copy, that forks the log"
)
"""What is told before something is signed that nobody could be asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands with one witness: what it said now, if it was asked, and since when it lags."""

    witness: Witness
    state: WitnessState
    answer: Answer | None = None

    def is_alarm(self, now: datetime, within: timedelta) -> bool:
        """Whether it has been behind for longer than the policy allows, or says that the record is
        not what it has seen."""
        if self.state.claim is not None:
            return True
        return self.state.behind_since is not None and now - self.state.behind_since > within


def _on_stderr(words: str) -> None:
    stderr.write(f"evenhand: {words}\n")


class Witnessing:
    """Asks the witnesses of one log."""

    def __init__(self, sequencer: LedgerSequencer, *, ask: Ask = ask, look_up: LookUp = look_up,
                 now: Callable[[], datetime] = lambda: datetime.now(UTC),
                 tell: Callable[[str], None] = _on_stderr) -> None:
        """`now` is the machine's own time, also where the platform's clock is replayed: only the
        witness's time is attested, and this one says how long it has been behind. `tell` takes what
        whoever signs should know."""
        self.sequencer, self.witnesses = sequencer, sequencer.witnesses
        self.ask_one, self.look_up, self.now, self.tell = ask, look_up, now, tell
        self.found: HistoryRewritten | None = None
        self.answered = False
        self._asked: datetime | None = None
        self._told = False

    def guard(self) -> bool:
        """Ask before this process signs; whether any witness has said by now how far it has seen.

        Until then it is asked again from time to time, and told once that nobody could be. Raises
        as `ask` does.
        """
        due = self._asked is None or self.now() - self._asked >= AGAIN
        if self.found is not None or (not self.answered and due):
            self.ask()
        if not self.answered and not self._told:
            self._told = True
            self.tell(NOBODY)
        return self.answered

    def standing(self) -> tuple[Standing, ...]:
        """How it stands with each witness, nobody asked."""
        states = states_of(self.sequencer.engine, self.sequencer.key.name)
        return tuple(Standing(witness=one, state=states.get(format_vkey(one.key), WitnessState()))
                     for one in self.witnesses.all)

    def ask(self) -> tuple[Standing, ...]:
        """Ask every witness about the newest head, keep what came, and publish it.

        Raises `HistoryRewritten` where a witness says that it has seen more of the log than the
        store holds, or another history.
        """
        if not self.witnesses.all:
            return ()
        before, self._asked = self.standing(), self.now()
        for _ in range(ROUNDS):
            self.sequencer.publish()  # the tiles that the proofs are made from
            size, note = self._newest()
            answers = self._ask_all(before, size, note)
            held, newest = self._newest()
            # What was signed meanwhile by another process, a witness may have seen before us.
            if held == size or all(_seen(answer) <= size for answer in answers):
                break
        told = tuple(self._stands(one, answer, size, held, newest)
                     for one, answer in zip(before, answers, strict=True))
        with transaction(self.sequencer.engine) as connection:
            for one in told:
                keep_state(connection, self.sequencer.key.name, format_vkey(one.witness.key),
                           one.state)
        if any(isinstance(answer, Cosigned) for answer in answers):
            self.sequencer.publish()
        self.answered |= any(isinstance(one, Cosigned | SeenSoFar) for one in answers)
        self._refuse(told, held)
        return told

    def _newest(self) -> tuple[int, str]:
        """Size and note of the newest head; of the empty log before there is one."""
        with reading(self.sequencer.engine) as connection:
            head = newest_head(connection)
        if head is None or head.size < max(self.sequencer.begins, 1):
            return 0, self.sequencer.sign_empty()
        return head.size, head.note

    def _ask_all(self, before: tuple[Standing, ...], size: int, note: str) -> list[Answer]:
        """Ask all of them at the same time, and keep their cosignatures."""
        with ThreadPoolExecutor(max_workers=len(before)) as threads:
            answers = list(threads.map(lambda one: self._ask(one, size, note), before))
        with transaction(self.sequencer.engine) as connection:
            for one, answer in zip(before, answers, strict=True):
                if isinstance(answer, Cosigned) and size:
                    signed = open_note(add_signatures(note, answer.signatures),
                                       [one.witness.key]).signed[0]
                    keep_cosignatures(connection, size, [
                        (each, signed.seconds or 0) for each in answer.signatures])
        return answers

    def _ask(self, one: Standing, size: int, note: str) -> Answer:
        """Ask one witness, and again from where it says that it stands."""
        seen = one.state.seen if one.state.seen <= size else 0
        for _ in range(ROUNDS):
            answer = self._from(one.witness, seen, size, note)
            if not isinstance(answer, SeenSoFar) or answer.size > size:
                return answer
            if answer.size == seen == size and size:
                # It stands where we do, and signs another root: there is nothing else to refuse.
                return Refused(why=OTHER_HISTORY, forked=True)
            if answer.size == seen:
                break
            seen = answer.size
        return Silent(why="it contradicts itself about how far it has seen")

    def _from(self, witness: Witness, seen: int, size: int, note: str) -> Answer:
        try:
            proof = prove_consistency(seen, size, hashes_in_tiles(self.sequencer.disk.read, size))
        except FileMissing as missing:
            return Silent(why=f"nothing could be proven to it: {missing.what}")
        return self.ask_one(witness, Request(old_size=seen, proof=proof, checkpoint=note))

    def _stands(self, one: Standing, answer: Answer, size: int, held: int, newest: str) -> Standing:
        """How it stands with a witness after its answer about the head of this size; the record
        holds `held` entries by now."""
        at = self.now()
        if isinstance(answer, Cosigned):
            state = WitnessState(seen=size, seen_at=at, tried_at=at)  # what it said is over
            return Standing(witness=one.witness, state=state, answer=answer)
        why = (f"it says that it has seen {answer.size} entries of this log"
               if isinstance(answer, SeenSoFar) else answer.why)
        state = replace(one.state, tried_at=at, trouble=why,
                        behind_since=one.state.behind_since or at)
        if isinstance(answer, SeenSoFar):
            state = replace(state, claim="more" if answer.size > held else None,
                            claimed=answer.size)
        elif isinstance(answer, Refused) and answer.forked:
            state = replace(state, claim="another", claimed=size)
        if state.claim is not None:
            state = replace(state, shown=state.shown or self._shown(one.witness, held, newest))
        else:
            state = replace(state, claimed=None, shown=None)
        return Standing(witness=one.witness, state=state, answer=answer)

    def _shown(self, witness: Witness, held: int, newest: str) -> str | None:
        """The checkpoint by which a witness shows what it says: one that this log's key signed, and
        with which the record does not begin."""
        kept = self.look_up(witness, self.sequencer.key.name)
        if kept is None:
            return None
        try:
            seen = seen_at(kept, self.sequencer.key.name, [self.sequencer.key.verifier])
            if seen.size <= held:
                proof = prove_consistency(
                    seen.size, held, hashes_in_tiles(self.sequencer.disk.read, held))
                check_consistency(seen.size, held, proof, seen.root, read_unverified(newest).root)
                return None
        except HistoryRewritten:
            pass
        except LedgerError:
            return None
        return kept.decode()

    def _refuse(self, told: tuple[Standing, ...], held: int) -> None:
        """Refuse to sign where any witness says, by now or before, that the record is not what it
        has seen; first by what is shown."""
        self.found = None
        for one in sorted(told, key=lambda one: one.state.shown is None):
            if one.state.claim is not None:
                self.found = HistoryRewritten(
                    claim_of(one, held), where=shown(self.sequencer.engine),
                    hint=SUCCEED if one.state.shown is not None else UNPROVEN)
                self.sequencer.guard = self.guard
                raise self.found


def _seen(answer: Answer) -> int:
    return answer.size if isinstance(answer, SeenSoFar) else 0


def claim_of(one: Standing, held: int) -> str:
    """What a witness says that the record is not, and whether it shows it."""
    name, state = one.witness.name, one.state
    if state.shown is not None:
        size = read_unverified(state.shown).size
        if size > held:
            return (f"the witness `{name}` shows a checkpoint of {size} entries that this log's "
                    f"key signed, and the record has only {held}: it was brought back from an "
                    "older copy, and going on would sign two histories")
        return (f"the witness `{name}` shows a checkpoint of {size} entries that this log's key "
                "signed, and the record does not begin with them: it has another history than was "
                "signed before")
    if state.claim == "more":
        return (f"the witness `{name}` says that it has seen {state.claimed} entries of this log, "
                f"and the record has only {held}; it shows no checkpoint of them. If it is right, "
                "the record was brought back from an older copy, and going on would sign two "
                "histories")
    return (f"the witness `{name}` says that it has seen another history of this log; it shows no "
            "checkpoint of it. If it is right, the record is not what was signed before")


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
            except HistoryRewritten:
                return  # whoever signs next is refused by the guard
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

