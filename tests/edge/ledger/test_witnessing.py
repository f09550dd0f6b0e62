"""Witnesses cosign what only grew, and whoever signs asks them first how far they have seen."""

from __future__ import annotations

import shutil
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert
from tests.edge.ledger.small_witness import SmallWitness

from evenhand.audit.verify import verify_log, verify_receipt
from evenhand.edge.ledger.sequencer import LedgerSequencer
from evenhand.edge.ledger.settings import Witnesses
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.edge.ledger.witness_client import Cosigned, Refused, SeenSoFar, Silent, ask
from evenhand.edge.ledger.witnessing import NOBODY, Witnessing, asking
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import open_engine, transaction
from evenhand.ledger.checkpoint import Checkpoint, read_unverified, sign_checkpoint
from evenhand.ledger.errors import HistoryRewritten, NotWitnessed
from evenhand.ledger.keys import ML_DSA_44, PrivateKey
from evenhand.ledger.note import parse_note
from evenhand.ledger.policy import check_checkpoint, format_policy
from evenhand.ledger.receipt import format_receipt
from evenhand.ledger.witness import SIZE, Request

KEY = PrivateKey(name="square.example/log", seed=b"\x07" * 32)
NOW = datetime(2026, 5, 1, tzinfo=UTC)


class Log:
    """A store, its sequencer and its witnesses, of which two are enough."""

    def __init__(self, folder, witnesses, quorum=2):
        self.folder, self.small = folder, witnesses
        self.names = 0
        self.asked = Witnesses(all=tuple(w.witness for w in witnesses), quorum=quorum)
        self.now = NOW
        self.again()

    def again(self):
        """What a new process opens."""
        self.engine = open_engine(self.folder / "a.db")
        self.sequencer = LedgerSequencer(self.engine, KEY, self.folder / "ledger",
                                         witnesses=self.asked)
        self.witnessing = Witnessing(self.sequencer, now=lambda: self.now)
        self.sequencer.guard = self.witnessing.guard

    def grow(self, count=1):
        with transaction(self.engine) as connection:
            connection.execute(insert(t.outbox), [
                {"key": str(name), "leaf": f"leaf {name}".encode()}
                for name in range(self.names, self.names + count)])
        self.names += count
        return self.sequencer.seal()

    def published(self, name="checkpoint"):
        return read_directory(self.folder / "ledger")(name)


@pytest.fixture
def witnesses():
    made = [SmallWitness(name, KEY, seed=i) for i, name in enumerate(("anna", "ben", "cleo"), 1)]
    yield made
    for one in made:
        one.stop()


@pytest.fixture
def log(tmp_path, witnesses):
    return Log(tmp_path, witnesses)


def test_what_the_witnesses_sign_is_published_and_passes_the_policy(log):
    log.grow(3)
    with pytest.raises(NotWitnessed):
        check_checkpoint(log.published(), log.sequencer.policy)
    told = log.witnessing.ask()
    assert all(isinstance(one.answer, Cosigned) for one in told)
    trust = check_checkpoint(log.published(), log.sequencer.policy)
    assert [name for name, _ in trust.witnessed] == ["anna", "ben", "cleo"]
    assert log.published("witnessed") == log.published()
    assert verify_log(read_directory(log.folder / "ledger"), log.sequencer.policy).entries == 3


def test_only_growth_is_sent_and_each_witness_is_asked_from_where_it_stands(log, witnesses):
    log.grow(3)
    log.witnessing.ask()
    log.grow(300)
    log.witnessing.ask()
    last = witnesses[0].asked[-1]
    assert last.startswith(b"old 3\n") and witnesses[0].seen[KEY.name][0] == 303
    assert not any(b"leaf" in body for one in witnesses for body in one.asked)


def test_a_witness_that_joins_late_or_lost_its_state_is_asked_from_its_own_size(log, witnesses):
    log.grow(5)
    log.witnessing.ask()
    log.grow(5)
    witnesses[1].seen.clear()
    log.witnessing.ask()
    assert witnesses[1].seen[KEY.name][0] == 10


def test_nothing_waits_for_a_witness_and_a_receipt_is_completed_when_it_signs(log, witnesses):
    for one in witnesses:
        one.away = (500, "text/plain", b"")
    log.grow(4)
    policy = format_policy(log.sequencer.policy)
    early = log.sequencer.receipt("2", b"")
    with pytest.raises(NotWitnessed, match="nobody"):
        verify_receipt(format_receipt(early), b"leaf 2", policy)
    for one in witnesses[:2]:
        one.away = None
    log.witnessing.ask()
    log.grow(7)
    later = log.sequencer.receipt("2", b"")
    assert read_unverified(later.checkpoint).size == 4  # the head that they have seen
    assert verify_receipt(format_receipt(later), b"leaf 2", policy).trust.is_witnessed
    newest = log.sequencer.receipt("9", b"")
    assert read_unverified(newest.checkpoint).size == 11  # sealed since, and not seen by them yet


def test_readers_find_the_newest_witnessed_head_beside_the_newest(log):
    log.grow(4)
    log.witnessing.ask()
    log.grow(600)
    assert read_unverified(log.published()).size == 604
    old = log.published("witnessed")
    assert read_unverified(old).size == 4
    read = read_directory(log.folder / "ledger")
    found = verify_log(lambda path: old if path == "checkpoint" else read(path),
                       log.sequencer.policy)
    assert found.entries == 4


def test_the_newest_witnessed_head_is_remembered_over_any_number_that_too_few_signed(
        log, witnesses):
    log.grow(4)
    log.witnessing.ask()
    for one in witnesses[1:]:
        one.away = (500, "text/plain", b"")
    for _ in range(25):
        log.grow()
        log.witnessing.ask()
    assert read_unverified(log.sequencer.receipt("2", b"").checkpoint).size == 4
    assert read_unverified(log.published("witnessed")).size == 4


def test_what_the_witnesses_signed_is_published_again_where_the_files_were_lost(log):
    log.grow(4)
    log.witnessing.ask()
    note = log.published()
    shutil.rmtree(log.folder / "ledger")
    log.again()
    log.sequencer.rebuild()
    assert log.published() == note == log.published("witnessed")


def test_with_fewer_than_asked_for_nothing_passes_and_the_published_head_says_who_signed(
        log, witnesses):
    for one in witnesses[1:]:
        one.away = (503, "text/plain", b"")
    log.grow(2)
    log.witnessing.ask()
    with pytest.raises(NotWitnessed, match="`ben`, `cleo`"):
        check_checkpoint(log.published(), log.sequencer.policy)
    assert {one.name for one in parse_note(log.published()).signatures} == {
        KEY.name, "anna.example"}
    assert log.published("witnessed") is None


def test_a_witness_that_signs_with_ml_dsa_counts(tmp_path):
    one = SmallWitness("later", KEY, kind=ML_DSA_44)
    log = Log(tmp_path, [one], quorum=1)
    log.grow(2)
    log.witnessing.ask()
    assert check_checkpoint(log.published(), log.sequencer.policy).is_witnessed
    one.stop()


def test_a_witness_that_is_silent_for_longer_than_it_may_be_is_an_alarm_until_it_signs(
        log, witnesses):
    witnesses[2].away = (503, "text/plain", b"")
    log.grow(2)
    hour = timedelta(hours=1)
    assert not any(one.is_alarm(log.now, hour) for one in log.witnessing.ask())
    log.now += timedelta(hours=2)
    told = {one.witness.name: one for one in log.witnessing.ask()}
    assert [name for name, one in told.items() if one.is_alarm(log.now, hour)] == ["cleo"]
    assert told["cleo"].state.behind_since == NOW
    assert told["cleo"].state.trouble == "it answers 503"
    witnesses[2].away = None
    assert not any(one.is_alarm(log.now, hour) for one in log.witnessing.ask())
    assert all(one.state.behind_since is None for one in log.witnessing.standing())


# A database that was brought back from an older copy.

def older_copy(log, *, tiles):
    """The store as it was before five entries were signed and seen; `tiles` came back with it."""
    log.grow(3)
    log.witnessing.ask()
    log.engine.dispose()
    copy = log.folder / "copy"
    copy.mkdir()
    for path in log.folder.glob("a.db*"):
        shutil.copy(path, copy)
    shutil.copytree(log.folder / "ledger", copy / "ledger")
    log.again()
    log.grow(5)
    log.witnessing.ask()
    log.engine.dispose()
    for path in copy.glob("a.db*"):
        shutil.copy(path, log.folder)
    for path in log.folder.glob("a.db-*"):
        if not (copy / path.name).exists():
            path.unlink()
    if tiles:
        shutil.rmtree(log.folder / "ledger")
        shutil.copytree(copy / "ledger", log.folder / "ledger")
    log.names = 100
    log.again()


def heads(log):
    with log.engine.connect() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT size FROM heads")]


@pytest.mark.parametrize("tiles", [True, False])
def test_a_store_brought_back_from_an_older_copy_signs_nothing(log, tiles):
    older_copy(log, tiles=tiles)
    with pytest.raises(HistoryRewritten) as refused:
        log.grow()
    assert "older copy" in refused.value.what and "succeed" in refused.value.hint
    assert heads(log) == [3]
    with pytest.raises(HistoryRewritten):  # and not the second time either
        log.sequencer.seal()
    assert heads(log) == [3]


def test_the_witness_alone_stops_it_where_everything_else_was_brought_back(log):
    older_copy(log, tiles=True)
    with pytest.raises(HistoryRewritten, match=r"`anna` says that it has seen 8 entries.* only 3"):
        log.grow()


def test_an_empty_store_under_the_name_of_a_log_that_was_seen_signs_nothing(log, tmp_path):
    log.grow(3)
    log.witnessing.ask()
    (tmp_path / "new").mkdir()
    fresh = Log(tmp_path / "new", log.small)
    with pytest.raises(HistoryRewritten, match=r"has seen 3 entries.* only 0"):
        fresh.grow()
    assert heads(fresh) == []


def test_another_history_of_the_same_length_is_found_out(log, tmp_path):
    log.grow(3)
    log.witnessing.ask()
    (tmp_path / "new").mkdir()
    other = Log(tmp_path / "new", log.small)
    other.names, other.sequencer.guard = 50, None
    other.grow(3)
    with pytest.raises(HistoryRewritten, match="another history"):
        other.witnessing.ask()
    with pytest.raises(HistoryRewritten, match="another history"):
        other.grow(4)
    other.sequencer.guard = None
    other.sequencer.seal()
    with pytest.raises(HistoryRewritten, match="another history"):
        other.witnessing.ask()
    assert all(one.is_alarm(NOW, timedelta(hours=1)) for one in other.witnessing.standing())


def test_a_witness_that_refuses_another_root_of_the_size_where_it_stands_says_that_it_is_another(
        log, witnesses):
    log.grow(3)
    log.witnessing.ask()
    witnesses[0].away = (409, SIZE, b"3\n")
    with pytest.raises(HistoryRewritten, match="`anna` says that it has seen another history"):
        log.witnessing.ask()


def test_what_another_process_signs_while_a_witness_is_asked_is_no_older_copy(log, witnesses):
    log.grow(3)
    other = LedgerSequencer(open_engine(log.folder / "a.db"), KEY, log.folder / "ledger",
                            witnesses=log.asked)
    beside, still = Witnessing(other), iter([True])

    def slowly(witness, request):
        if witness.name == "anna" and next(still, False):
            with transaction(other.engine) as connection:
                connection.execute(insert(t.outbox), [{"key": "beside", "leaf": b"leaf beside"}])
            other.seal()
            beside.ask()
        return ask(witness, request)

    log.witnessing.ask_one = slowly
    told = log.witnessing.ask()
    assert all(isinstance(one.answer, Cosigned) and one.state.seen == 4 for one in told)
    log.grow()


# What a witness says that the record is not.

FALSE = ((409, SIZE, b"9223372036854775807\n"), (409, "text/plain", b"no\n"),
         (422, "text/plain", b"no\n"))


@pytest.mark.parametrize("says", FALSE)
def test_what_a_witness_says_and_does_not_show_signs_nothing_and_is_told_as_its_word(
        log, witnesses, says):
    log.grow(3)
    log.witnessing.ask()
    witnesses[1].away = says
    log.again()
    with pytest.raises(HistoryRewritten, match=r"`ben` says .* it shows no checkpoint") as refused:
        log.grow()
    assert "take its table out of the configuration" in refused.value.hint
    standing = {one.witness.name: one for one in log.witnessing.standing()}
    assert [name for name, one in standing.items() if one.is_alarm(NOW, timedelta(hours=1))] == [
        "ben"]
    # It says so still where it cannot be asked again; and goes on where it is not a witness.
    witnesses[1].away = (500, "text/plain", b"")
    log.again()
    with pytest.raises(HistoryRewritten, match="`ben` says"):
        log.sequencer.seal()
    log.asked = Witnesses(all=(log.asked.all[0], log.asked.all[2]), quorum=2)
    log.again()
    assert log.sequencer.seal() == 4


def test_a_witness_that_takes_back_what_it_said_stops_nothing(log, witnesses):
    log.grow(3)
    witnesses[1].away = FALSE[0]
    with pytest.raises(HistoryRewritten):
        log.witnessing.ask()
    witnesses[1].away = None
    log.witnessing.ask()
    assert all(one.state.claim is None for one in log.witnessing.standing())
    assert log.grow() == 4


def test_a_checkpoint_that_the_log_signed_shows_that_the_record_is_too_old(log, witnesses):
    witnesses[1].offers = True
    older_copy(log, tiles=True)
    with pytest.raises(HistoryRewritten, match=r"`ben` shows a checkpoint of 8 entries .* only 3"
                       ) as refused:
        log.grow()
    assert "succeed" in refused.value.hint and "configuration" not in refused.value.hint
    kept = {one.witness.name: one.state.shown for one in log.witnessing.standing()}
    assert read_unverified(kept["ben"]).size == 8 and kept["anna"] is None


def test_a_checkpoint_that_the_record_begins_with_or_that_another_signed_shows_nothing(
        log, witnesses):
    witnesses[1].offers = True
    log.grow(3)
    log.witnessing.ask()
    witnesses[1].away = FALSE[2]
    with pytest.raises(HistoryRewritten, match="`ben` says"):
        log.witnessing.ask()
    forger = PrivateKey(name=KEY.name, seed=b"\x08" * 32)
    head = Checkpoint(origin=KEY.name, size=70, root=bytes(32))
    witnesses[1].notes = dict.fromkeys(witnesses[1].notes, sign_checkpoint(head, forger).encode())
    with pytest.raises(HistoryRewritten, match="`ben` says"):
        log.witnessing.ask()


def test_another_history_that_the_log_signed_is_shown(log, witnesses, tmp_path):
    witnesses[1].offers = True
    log.grow(3)
    log.witnessing.ask()
    (tmp_path / "new").mkdir()
    other = Log(tmp_path / "new", log.small)
    other.names, other.sequencer.guard = 50, None
    other.grow(4)
    with pytest.raises(HistoryRewritten, match=r"`ben` shows .* another history than was signed"):
        other.witnessing.ask()


# What is signed where nobody can be asked.

def test_witnesses_that_nobody_reaches_stop_nothing_and_it_is_told_before_anything_is_signed(
        log, witnesses):
    for one in witnesses:
        one.stop()
    said = []
    log.witnessing.tell = lambda words: said.append((words, heads(log)))
    assert log.grow(2) == 2
    assert log.grow(2) == 4
    assert said == [(NOBODY, [])]
    assert {one.state.trouble for one in log.witnessing.standing()} == {"connection refused"}


def test_an_older_copy_is_found_out_by_the_first_witness_that_can_be_asked_later(log, witnesses):
    older_copy(log, tiles=True)
    for one in witnesses:
        one.away = (500, "text/plain", b"")
    log.grow()
    for one in witnesses:
        one.away = None
    log.now += timedelta(minutes=2)
    with pytest.raises(HistoryRewritten, match="has seen 8 entries"):
        log.grow()
    assert heads(log) == [3, 4]


# What a witness may answer.

def client_says(witness, away):
    witness.away = away
    return ask(witness.witness, Request(old_size=0, proof=(), checkpoint=NOTE), patience=0.5)


NOTE = sign_checkpoint(Checkpoint(origin=KEY.name, size=1, root=bytes(32)), KEY)


@pytest.mark.parametrize(("away", "answer"), [
    ((409, "text/x.tlog.size", b"7\n"), SeenSoFar(size=7)),
    ((409, "text/x.tlog.size", b"seven\n"), Silent(
        why="the size that the witness has seen is `seven`, which is not a decimal number below "
        "2**63 without leading zeros")),
    ((409, "text/plain", b"a fork"), Refused(
        why="it says that this is another history than the one it has seen", forked=True)),
    ((403, "text/plain", b""), Refused(why="it does not know this log's key (403)")),
    ((404, "text/plain", b""), Refused(why="it does not know this log (404)")),
    ((301, "text/plain", b""), Silent(why="it answers 301")),
    ((200, "text/html", b"<p>hello</p>"), Silent(
        why="the answer of the witness is cut short: its last line has no end")),
    ((200, "text/plain", b"\xff" * 10), Silent(
        why="the answer of the witness is not UTF-8 text")),
    ((200, "text/plain", b"x" * 100_000), Silent(
        why="its answer has more than 65,536 bytes")),
])
def test_whatever_a_witness_answers_is_one_of_a_few_things(witnesses, away, answer):
    assert client_says(witnesses[0], away) == answer


def test_a_witness_that_accepts_and_says_nothing_costs_a_moment_and_no_more(witnesses):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        witness = witnesses[0].witness
        object.__setattr__(witness, "url", f"http://127.0.0.1:{mute.getsockname()[1]}")
        start = time.monotonic()
        answer = ask(witness, Request(old_size=0, proof=(), checkpoint=NOTE), patience=0.3)
        assert answer == Silent(why="no answer within 0.3 seconds")
        assert time.monotonic() - start < 5


def test_while_a_job_runs_the_witnesses_are_asked_again_and_at_its_end(log, witnesses):
    with asking(log.witnessing, every=0.01):
        log.grow(2)
        until = time.monotonic() + 20
        while not witnesses[0].seen and time.monotonic() < until:
            time.sleep(0.01)
        assert witnesses[0].seen
        log.grow(2)
    assert all(one.seen[KEY.name][0] == 4 for one in witnesses)


def test_what_the_asking_finds_stops_the_next_signing_of_the_job(log):
    older_copy(log, tiles=True)
    log.sequencer.guard = None

    def job():
        with asking(log.witnessing, every=0.01):
            until = time.monotonic() + 20
            while log.sequencer.guard is None and time.monotonic() < until:
                time.sleep(0.01)
            log.grow()

    with pytest.raises(HistoryRewritten):
        job()
    assert heads(log) == [3]
