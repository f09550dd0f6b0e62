"""Bad input to whoever checks a log: each is refused with what is wrong, and what that means.

`ledger_refusals.txt` has every sentence as a journalist reads it: from a folder, and from an
address where the log is served.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import threading
import time
from base64 import b64decode, b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.edge.cli.logs import OTHER, STRANGER, THEN, Made, cut, flip, place_of

from evenhand.audit.verify import verify_log
from evenhand.edge.cli import cli
from evenhand.edge.cli.ledger_serve import handler_for
from evenhand.edge.ledger.serving import LogFiles
from evenhand.edge.ledger.tiles_on_disk import read_directory
from evenhand.errors import EvenhandError
from evenhand.ledger.errors import LedgerError, Malformed, NotInLog
from evenhand.ledger.merkle import check_inclusion, leaf_hash, prove_inclusion
from evenhand.ledger.merkle import hashes_in_memory as hashes
from evenhand.ledger.policy import parse_policy
from evenhand.ledger.receipt import check_receipt, parse_receipt
from evenhand.ledger.tiles import format_bundle

GOLDEN = Path(__file__).parent / "ledger_refusals.txt"
MADE, CHANGED = Made(), Made(to="ben")
FSCK = ("fsck", "--ledger", "LOG")
ALL = (FSCK, ("prove", "7", "--ledger", "LOG"), ("history", "7", "--ledger", "LOG"))
RECEIPT = ("verify", "RECEIPT", "--policy", "POLICY")
HELD = (("complete", "RECEIPT", "--ledger", "LOG"), ("history", "RECEIPT", "--ledger", "LOG"))
TILE, BUNDLE = "tile/0/000", "tile/entries/000"


def larger(log, note=None):
    """A checkpoint of 400 entries, which the log signed and does not serve."""
    text = Made(400).note(**(note or {}))
    (log / "checkpoint").write_text(text)
    return (FSCK, ("prove", "350", "--ledger", "LOG"), ("prove", "--since", "300", "--ledger",
                                                        "LOG"))


def signed_by(key):
    def change(log):
        (log / "checkpoint").write_text(MADE.note(by=key))
        return ALL
    return change


def receipt_of(made, index=7, **note):
    def change(log):
        (log.parent / "receipt").write_text(made.receipt(index, **note))
        return (RECEIPT, *HELD)
    return change


def receipt_with(old, new):
    def change(log):
        text = MADE.receipt(7)
        assert old in text
        (log.parent / "receipt").write_text(text.replace(old, new, 1))
        return (RECEIPT, *HELD)
    return change


def policy(text):
    def change(log):
        (log / "policy").write_text(text)
        (log.parent / "receipt").write_text(MADE.receipt(7))
        return (FSCK, RECEIPT)
    return change


def seen(*seconds):
    """Both witnesses are asked for; those sign that have a second."""
    def change(log):
        (log / "policy").write_text(MADE.policy("both"))
        (log / "checkpoint").write_text(MADE.note(seconds=seconds))
        (log.parent / "receipt").write_text(MADE.receipt(7, seconds=seconds))
        return (*ALL[:1], RECEIPT, ("history", "7", "--back", "--ledger", "LOG"))
    return change


def forged(log):
    """Ben's signature is good for another second than stands in it."""
    lines = MADE.note().splitlines(keepends=True)
    name, blob = lines[-1].removeprefix("— ").split(" ")
    data = bytearray(b64decode(blob))
    data[11] ^= 1
    (log / "checkpoint").write_text(
        "".join(lines[:-1]) + f"— {name} {b64encode(data).decode()}\n")
    return (FSCK,)


def earlier(made):
    def change(log):
        (log.parent / "kept").write_text(made.note())
        return ((*FSCK, "--earlier", "KEPT"),)
    return change


def behind(log):
    """The witnesses have seen 290 entries, and the log has signed and serves 300."""
    Made(290).lay_out(log)
    (log / "policy").write_text(MADE.policy("both"))
    (log / "checkpoint").write_text(MADE.note(seconds=()))
    (log / "witnessed").write_text(Made(290).note())
    (log.parent / "kept").write_text(MADE.note(seconds=()))
    (log.parent / "receipt").write_text(MADE.receipt(7, seconds=()))
    return (FSCK, (*FSCK, "--earlier", "KEPT"), ("prove", "--since", "295", "--ledger", "LOG"),
            ("prove", "295", "--ledger", "LOG"), ("history", "295", "--ledger", "LOG"),
            ("history", "7", "--back", "--ledger", "LOG"),
            ("history", "RECEIPT", "--back", "--ledger", "LOG"), HELD[0])


def holding(*entries):
    """Another log, with these entries after the two first ones."""
    def change(log):
        shutil.rmtree(log)
        made = Made(0)
        made.entries = [*MADE.entries[:2], *entries] if entries[0] != b"foreign" else [*entries]
        made.hashes = [leaf_hash(one) for one in made.entries]
        made.lay_out(log)
        return (FSCK, ("history", "0", "--ledger", "LOG"), ("history", "0", "--back", "--ledger",
                                                            "LOG"))
    return change


def on(do, *commands):
    def change(log):
        do(log)
        return commands or ALL
    return change


CASES = {
    "a truncated tile": on(lambda log: cut(log / TILE, 5)),
    "a tile that lacks whole hashes": on(lambda log: cut(log / TILE, 64)),
    "a missing tile": on(lambda log: (log / TILE).unlink()),
    "a truncated bundle": on(lambda log: cut(log / BUNDLE, 1)),
    "a flipped bit in a tile": on(lambda log: flip(log / TILE, 6 * 32)),
    "a flipped bit in the tile at the right edge": on(lambda log: flip(log / f"{TILE[:-1]}1.p/44",
                                                                       1)),
    "a flipped bit in an entry": on(lambda log: flip(log / BUNDLE, place_of(7))),
    "a flipped bit in an entry's length": on(lambda log: flip(log / BUNDLE, 0)),
    "a flipped bit in the checkpoint's root": on(lambda log: flip(log / "checkpoint", 30)),
    "a flipped bit in the log's signature": on(lambda log: flip(log / "checkpoint", 150)),
    "a checkpoint cut short": on(lambda log: cut(log / "checkpoint", 40), FSCK),
    "a checkpoint with Windows line ends": on(lambda log: (log / "checkpoint").write_bytes(
        (log / "checkpoint").read_bytes().replace(b"\n", b"\r\n")), FSCK),
    "a checkpoint that an unknown key signed": signed_by(STRANGER),
    "another log's files under this policy": on(lambda log: Made(key=OTHER).lay_out(log) and (
        log / "policy").write_text(MADE.policy())),
    "a checkpoint larger than what is served": larger,
    "a history that was rewritten, against a checkpoint that was kept": earlier(CHANGED),
    "a log that lost entries, against a checkpoint that was kept": earlier(Made(301)),
    "another log's checkpoint, kept as an earlier one": earlier(Made(key=OTHER)),
    "too few witnesses": seen(THEN),
    "a witness's signature that is dated in the future": seen(THEN, 4_102_444_800),
    "a witness's signature with a forged time": forged,
    "a policy without the log's key": policy("quorum none\n"),
    "a policy with another key of the same name": policy(MADE.policy(key=STRANGER)),
    "a policy without a quorum": policy(MADE.policy().replace("quorum none\n", "")),
    "a policy with a mistyped key": policy(MADE.policy().replace("agora", "agorb", 1)),
    "a policy that is something else": policy("Dear readers,\n"),
    "no policy": on(lambda log: (log / "policy").unlink(), FSCK),
    "a receipt of another log": receipt_of(Made(key=OTHER)),
    "a receipt from a history that was rewritten": receipt_of(CHANGED),
    "a receipt that an unknown key signed": receipt_of(MADE, by=STRANGER),
    "a receipt for a larger log than is served": receipt_of(Made(400), 7),
    "a receipt with another place": receipt_with("index 7", "index 8"),
    "a receipt with a place beyond the log": receipt_with("index 7", "index 300"),
    "a receipt with an enormous place": receipt_with("index 7", f"index {10**30}"),
    "a receipt with one hash too few": receipt_with(
        MADE.receipt(7).split("\n")[4] + "\n", ""),
    "a receipt that a mail program converted": receipt_with("\n", "\r\n"),
    "something else in place of a receipt": receipt_with("c2sp.org/tlog-proof@v1", "Dear reader"),
    "a receipt cut short": receipt_with("\n\n", "\n"),
    "an empty folder": on(lambda log: [*map(Path.unlink, (log / "checkpoint",))], *ALL),
    "a place that the log has not": on(lambda log: None, ("prove", "300", "--ledger", "LOG"),
                                       ("prove", str(10**40), "--ledger", "LOG"),
                                       ("prove", "--since", "301", "--ledger", "LOG"),
                                       ("history", "300", "--ledger", "LOG"),
                                       ("history", "300", "--back", "--ledger", "LOG"),
                                       ("history", str(10**40), "--ledger", "LOG")),
    "a number of thousands of digits": on(lambda log: None, ("history", "9" * 5000, "--ledger",
                                                             "LOG")),
    "what is not there": on(lambda log: None, ("fsck", "--ledger", "nowhere"),
                            ("complete", "nowhere", "--ledger", "LOG"),
                            ("history", "nowhere", "--ledger", "LOG"),
                            (*FSCK, "--earlier", "nowhere"), (*FSCK, "--policy", "nowhere")),
    "witnesses that are behind": behind,
    "a log that is not ours": holding(b"foreign", b"entries"),
    "an entry that is not ours in a log of ours": holding(b"foreign entry"),
    "an entry that lacks a field": holding(b'evenhand/decision/v1\n{"clock":"live","prev":null}'),
    "terms that are none": holding(
        b'evenhand/publication/v1\n{"clock":"live","documents":[],"terms":{}}'),
    "a second entry that follows the first": holding(
        MADE.entries[2], b'evenhand/legal-hold/v1\n{"clock":"live","prev":0}'),
    "a place of what is not there": holding(
        b'evenhand/legal-hold/v1\n{"clock":"live","prev":1000000}'),
    "junk beside the log's files": on(lambda log: (
        (log / f"{TILE}.p").mkdir(), (log / f"{TILE}.p/5").write_bytes(bytes(160))), FSCK),
    "what is none of a log's beside its files": on(
        lambda log: (log / "notes.txt").write_text("hello"), FSCK),
    "wrong arguments": on(lambda log: None, ("prove", "--ledger", "LOG"),
                          ("prove", "7", "--since", "3", "--ledger", "LOG"),
                          ("prove", "-1", "--ledger", "LOG"), ("prove", "x", "--ledger", "LOG"),
                          (*FSCK, "--repair"), ("nonsense",)),
}


@contextlib.contextmanager
def served(folder):
    """The folder as `evenhand ledger serve` serves it, on a free port of loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(LogFiles(folder)))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def said(command, log, folder):
    """What a command says, with the places that a test chose called by name."""
    names = {"LOG": log, "RECEIPT": folder / "receipt", "KEPT": folder / "kept",
             "POLICY": folder / "log" / "policy"}
    words = [str(names.get(word, word)) for word in command]
    done = CliRunner().invoke(cli, words if words[0] == "verify" else ["ledger", *words],
                              standalone_mode=False)
    wrong = done.exception
    assert wrong is None or isinstance(wrong, EvenhandError) or hasattr(wrong, "format_message"), (
        command, wrong)
    text = (done.output.strip() if wrong is None else
            wrong.format_message() if hasattr(wrong, "format_message") else str(wrong))
    for name, place in names.items():
        text = text.replace(str(place), name)
    return text.replace(str(folder), "FOLDER")


@pytest.fixture
def log(tmp_path):
    return MADE.lay_out(tmp_path / "log")


def test_every_refusal_says_what_is_wrong_and_what_it_means(tmp_path):
    told = []
    for number, (name, change) in enumerate(CASES.items()):
        folder = tmp_path / str(number)
        log = MADE.lay_out(folder / "log")
        (folder / "receipt").write_text(MADE.receipt(7))
        told.append(f"# {name}\n")
        for command in change(log):
            here = said(command, log, folder)
            told.append(f"$ evenhand {'' if command[0] == 'verify' else 'ledger '}"
                        f"{' '.join(command)}\n{here}\n")
            # What else lies in a folder nobody is told who has its address alone.
            if "LOG" in command and "beside" not in name:
                with served(log) as address:
                    there = said(command, address, folder)
                assert there == here, "it is the same log, wherever it lies"
    text = "\n".join(told).replace("9" * 5000, "999...")
    if os.environ.get("EVENHAND_GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


# --- what is served otherwise than a log is --------------------------------------------------

class Answers(BaseHTTPRequestHandler):
    """Answers each request for a file as the test's `answer` does, which is given the handler."""

    answer = None

    def do_GET(self):
        type(self).answer(self)

    def send(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def answering(answer):
    handler = type("Here", (Answers,), {"answer": answer})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def breaks_off(log):
    """Serves the log, and breaks off in the middle of its first tile."""
    def answer(self):
        data = (log / self.path.lstrip("/")).read_bytes()
        if self.path.startswith("/tile/0/"):
            self.send(200, data[:100], Content_Length=str(len(data)))
            self.close_connection = True
        else:
            self.send(200, data)
    return answer


def stops(log):
    """Serves the checkpoint and the policy, and then nothing any more."""
    def answer(self):
        if self.path.startswith("/tile/"):
            self.send(503, b"down")
        else:
            self.send(200, (log / self.path.lstrip("/")).read_bytes())
    return answer


@pytest.mark.parametrize(("served_as", "says"), [
    (lambda _: lambda self: self.send(200, b"<!doctype html><p>Welcome!"),
     "policy:1: `<!doctype html><p>Welcome!` is not a line of a policy"),
    (lambda _: lambda self: self.send(404), "there is no policy beside this log"),
    (lambda _: lambda self: self.send(500), "its server answers 500"),
    (lambda _: lambda self: self.send(302, Location="https://elsewhere.example/"),
     "its server answers 302"),
    (breaks_off, "its server broke off in the middle"), (stops, "its server answers 503")])
def test_a_server_that_serves_no_log_or_stops_in_the_middle_is_told(log, served_as, says):
    with answering(served_as(log)) as address:
        told = said(("fsck", "--ledger", address), log, log.parent)
    assert says in told and address in told.replace("policy:1", address), told


def test_a_receipt_is_completed_into_a_file_and_not_into_a_folder(log):
    file = log.parent / "receipt"
    file.write_text(MADE.receipt(7))
    told = said(("complete", "RECEIPT", "--ledger", "LOG", "-o", str(log.parent)), log, log.parent)
    assert "a folder is there" in told and "name a file" in told


def test_what_cannot_be_read_just_now_is_neither_there_nor_gone(log):
    (log / TILE).unlink()
    (log / TILE).symlink_to(log / TILE)
    with served(log) as address:
        told = said(("fsck", "--ledger", address), log, log.parent)
    assert "its server answers 503" in told and "nothing for or against it" in told, told


def test_a_folder_that_is_not_there_is_not_served(log):
    told = said(("serve", "--ledger", str(log / "nowhere"), "--port", "0"), log, log.parent)
    assert told.startswith("LOG/nowhere: there is no such folder"), told


def test_a_page_in_place_of_a_checkpoint_is_told(log):
    with answering(lambda self: self.send(200, b"<!doctype html>\n<p>Welcome!\n")) as address:
        told = said(("fsck", "--ledger", address, "--policy", "POLICY"), log, log.parent)
    assert told.startswith("checkpoint: the signed note has no blank line"), told
    assert "as it stands it shows nothing" in told


def zipped(log, encoding="gzip", cut=None):
    """Serves every file compressed, whatever it was asked for."""
    def answer(self):
        file = log / self.path.lstrip("/")
        if file.is_file():
            self.send(200, gzip.compress(file.read_bytes())[:cut], Content_Encoding=encoding)
        else:
            self.send(404)
    return answer


def test_files_that_are_served_compressed_are_read(log):
    """A log may serve its bundles so, whoever asks (tlog-tiles, "Log entries")."""
    with answering(zipped(log)) as address:
        told = said(("fsck", "--ledger", address), log, log.parent)
    assert told.startswith("sound agora.example/log at size 300"), told


def bomb(self):
    self.send(200, gzip.compress(bytes(1 << 20)), Content_Encoding="gzip")


@pytest.mark.parametrize(("served_as", "says"), [
    (lambda log: zipped(log, "br"), "answers in the encoding `br`"),
    (lambda log: zipped(log, cut=-9), "broke off in the middle"),
    (lambda _: lambda self: self.send(200, b"plain", Content_Encoding="gzip"), "and it is not"),
    (lambda _: lambda self: self.send(200, gzip.compress(b"a") + b"b", Content_Encoding="gzip"),
     "something follows"),
    (lambda _: bomb, "too large"),
])
def test_what_cannot_be_unpacked_shows_nothing_against_the_log(log, served_as, says, monkeypatch):
    monkeypatch.setattr("evenhand.edge.ledger.anywhere.MOST_BYTES", 1 << 19)
    with answering(served_as(log)) as address:
        told = said(("fsck", "--ledger", address), log, log.parent)
    assert says in told and "shows nothing for or against it" in told, told


@pytest.mark.parametrize("length", [{"Content_Length": "100000"},
                                    {"Content_Length": "100000", "Connection": "close"}])
def test_a_server_that_drips_is_not_waited_for_for_ever(log, monkeypatch, length):
    monkeypatch.setattr("evenhand.edge.ledger.anywhere.WHOLE", 0.5)

    def drips(self):
        self.send(200, b"l", **length)
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b"o")
                time.sleep(0.05)

    with answering(drips) as address:
        begun = time.monotonic()
        told = said(("fsck", "--ledger", address), log, log.parent)
    assert time.monotonic() - begun < 10
    assert "does not answer in time" in told and "shows nothing for or against it" in told, told


@pytest.mark.parametrize("address", ["http://", "http://127.0.0.1:99999/log", "http://[::1",
                                     "https://:0/", "http://127.0.0.1:1/"])
def test_an_address_where_nothing_can_be_is_told(log, address):
    told = said(("fsck", "--ledger", address), log, log.parent)
    assert "not the address of a log" in told or "cannot be read" in told, told


# --- the same by the library -----------------------------------------------------------------

@pytest.mark.parametrize(("size", "place"), [(1, 0), (2, 1), (255, 254), (256, 255), (257, 256),
                                             (300, 0)])
def test_no_flipped_bit_of_any_file_goes_unseen_by_the_library(tmp_path, size, place):
    made = Made(size)
    log, policy = made.lay_out(tmp_path / "log"), parse_policy(made.policy())
    assert verify_log(read_directory(log), policy).entries == size
    for path in sorted(p for p in log.rglob("*") if p.is_file() and p.name != "policy"):
        whole = path.read_bytes()
        for at in {0, len(whole) // 2, len(whole) - 1, min(place, len(whole) - 1)}:
            flip(path, at)
            with pytest.raises(LedgerError) as refused:
                verify_log(read_directory(log), policy)
            assert refused.value.where, "it says in which file"
            path.write_bytes(whole)
        cut(path, 1)
        with pytest.raises(LedgerError):
            verify_log(read_directory(log), policy)
        path.write_bytes(whole)


def test_a_proof_for_another_tree_shows_nothing():
    made = Made(7)
    proof = prove_inclusion(3, 7, hashes(made.hashes))
    check_inclusion(3, 7, leaf_hash(made.entries[3]), proof, made.head.root)
    other = Made(7, to="ben")
    for index, size, root in ((3, 7, other.head.root), (4, 7, made.head.root),
                              (3, 9, made.head.root)):
        with pytest.raises(LedgerError):
            check_inclusion(index, size, leaf_hash(made.entries[3]), proof, root)


def test_an_entry_that_no_log_can_hold_is_refused_by_writer_and_reader():
    with pytest.raises(Malformed, match="at most 65535 bytes, and this one has 65536"):
        format_bundle([b"x" * 65_536])
    made = Made(1)
    made.entries[0] = b"x" * 65_536
    made.hashes[0] = leaf_hash(made.entries[0])
    with pytest.raises(NotInLog, match="nobody who reads the log could find it there"):
        check_receipt(parse_receipt(made.receipt(0)), made.entries[0], parse_policy(made.policy()))


def test_a_completed_receipt_is_the_one_that_was_given_or_none(log):
    """A receipt that was changed stays as it is: completing it would give it a good proof."""
    file = log.parent / "receipt"
    for changed in (MADE.receipt(7).replace("index 7", "index 8"), Made(299).receipt(7, by=None)):
        file.write_text(changed)
        told = said(("complete", "RECEIPT", "--ledger", "LOG"), log, log.parent)
        if "index 8" in changed:
            assert "was left as it is" in told and file.read_text() == changed
    assert file.read_text() == MADE.receipt(7)
