"""Every `evenhand ledger` command, on a platform that is at work: in words, and with `--json`."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from base64 import b64decode
from http.client import HTTPConnection
from pathlib import Path

import pytest
from click import UsageError
from click.testing import CliRunner
from tests.edge.cli.conftest import AGORA
from tests.edge.ledger.small_witness import SmallWitness

from evenhand.edge.cli import cli
from evenhand.edge.ledger.keys import load_key
from evenhand.errors import EvenhandError
from evenhand.ledger.checkpoint import Checkpoint, read_unverified, sign_checkpoint
from evenhand.ledger.errors import HistoryRewritten
from evenhand.ledger.keys import format_vkey
from evenhand.ledger.note import parse_note
from evenhand.ledger.receipt import parse_receipt

ORIGIN = "agora.example/ledger/replayed"


class Said(str):
    """What a command printed; `status` is its exit status, `json` its answer for programs."""

    status = 0

    @property
    def json(self):
        return json.loads(self)


def call(*args):
    """Run `evenhand ARGS` in this process; a refusal is raised."""
    done = CliRunner().invoke(cli, [str(a) for a in args], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    said = Said(done.stdout)
    said.status = done.return_value or 0
    said.err = done.stderr
    return said


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The example platform after its day, made once."""
    folder = tmp_path_factory.mktemp("made") / "agora"
    shutil.copytree(AGORA, folder, ignore=shutil.ignore_patterns("data", "keys"))
    with (folder / "evenhand.toml").open("a") as toml:
        toml.write('\n[people.root]\nname = "Root"\nroles = ["administrator"]\n')
    for verb in ("init", "publish", "run"):
        call(verb, *(() if verb == "init" else ("-c",)), folder)
    return folder


@pytest.fixture
def agora(made, tmp_path):
    """A copy of it for one test."""
    return shutil.copytree(made, tmp_path / "agora")


@pytest.fixture
def witnesses(made):
    key = load_key(made / "keys" / "log.key", ORIGIN)
    every = [SmallWitness(name, key, seed=n) for n, name in enumerate(("anna", "ben"), 1)]
    yield every
    for one in every:
        one.stop()


@pytest.fixture
def witnessed(agora, witnesses):
    """The platform with two witnesses, of which both are asked for."""
    toml = agora / "evenhand.toml"
    text = toml.read_text().replace("[ledger]\n", "[ledger]\nquorum = 2\n", 1)
    assert "quorum = 2" in text
    toml.write_text(text + "".join(
        f'\n[ledger.witnesses.{one.name}]\nkey = "{format_vkey(one.witness.key)}"\n'
        f'address = "{one.witness.url}"\n' for one in witnesses))
    return agora


def ledger(agora):
    return agora / "data" / "ledger"


def test_publish_writes_what_is_missing_and_never_over_other_bytes(agora):
    said = call("ledger", "publish", "-c", agora, "--json").json
    assert (said["origin"], said["size"]) == (ORIGIN, 24)
    bundle = ledger(agora) / "tile" / "entries" / "000.p" / "24"
    whole = bundle.read_bytes()
    bundle.unlink()
    shown = call("ledger", "publish", "-c", agora, "--rebuild")
    assert f"published {ORIGIN} at 24 entries" in shown and bundle.read_bytes() == whole
    bundle.chmod(0o644)
    bundle.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(EvenhandError) as refused:
        call("ledger", "publish", "-c", agora, "--rebuild")
    assert "other bytes" in str(refused.value) or "another" in str(refused.value), refused.value
    assert bundle.read_bytes() != whole, "it was never touched"


def test_fsck_holds_the_files_and_the_store_against_each_other(agora):
    told = call("ledger", "fsck", "-c", agora, "--json").json
    assert (told["origin"], told["size"], told["witnessed"]) == (ORIGIN, 24, False)
    assert told["store"]["leaves"] == 24 and told["store"]["waiting"] == 0
    assert told["earlier"] is None and told["dated_ahead"] == []
    kept = agora.parent / "kept"
    shutil.copy(ledger(agora) / "checkpoint", kept)
    said = call("ledger", "fsck", "-c", agora, "--earlier", kept)
    assert f"sound {ORIGIN} at size 24" in said
    assert "it still begins with the 24 entries of the checkpoint that was kept" in said
    assert "the store holds the same 24 leaves" in said
    away = call("ledger", "fsck", "--ledger", ledger(agora))
    assert "hold its key against the one that others have" in away and "store" not in away
    (ledger(agora) / "tile" / "0" / "000.p" / "24").unlink()
    with pytest.raises(EvenhandError) as refused:
        call("ledger", "fsck", "-c", agora)
    assert f"`evenhand ledger fsck -c {agora} --repair` writes" in refused.value.hint
    assert "sound" in call("ledger", "fsck", "-c", agora, "--repair")


def test_prove_gives_a_proof_that_says_whose_signature_it_rests_on(agora):
    said = call("ledger", "prove", "7", "--ledger", ledger(agora))
    assert parse_receipt(str(said)).index == 7
    assert f"proven entry 7 is in {ORIGIN} at size 24" in said.err
    told = call("ledger", "prove", "7", "--ledger", ledger(agora), "--json").json
    assert (told["index"], told["size"], told["proof"]) == (7, 24, str(said))
    grown = call("ledger", "prove", "--since", "5", "--ledger", ledger(agora))
    assert f"proven {ORIGIN} of 24 entries begins with its first 5" in grown
    told = call("ledger", "prove", "--since", "5", "--ledger", ledger(agora), "--json").json
    assert (told["old_size"], told["size"]) == (5, 24) and told["old_root"] in grown
    for none in ("0", "24"):  # from nothing, and to itself: the empty proof
        assert call("ledger", "prove", "--since", none, "--ledger", ledger(agora),
                    "--json").json["proof"] == []


def test_a_receipt_is_written_completed_and_followed(witnessed, witnesses):
    file = witnessed.parent / "receipt.tlog-proof"
    said = call("ledger", "receipt", "1007", "-c", witnessed, "-o", file)
    unsigned = ("not witnessed yet as the policy asks: by nobody, and it asks for all of `anna`, "
                "`ben`")
    assert said == "" and f"{unsigned}; ask again later" in said.err
    told = call("ledger", "receipt", "1007", "-c", witnessed, "--json").json
    assert (told["witnessed"], told["receipt"]) == (False, file.read_text())
    assert (told["witnessed_at"], told["missing"]) == ({}, ["anna", "ben"])
    assert call("ledger", "receipt", "1007", "-c", witnessed) == file.read_text()
    early = call("verify", file, "--policy", ledger(witnessed) / "policy")
    assert (early.status, early.err) == (3, "")
    assert early.startswith("proved entry ") and f"the log itself and {unsigned}" in early
    assert "`evenhand ledger complete` adds their signatures" in early
    assert "exactly those that were sealed" in early
    told = call("verify", file, "--policy", ledger(witnessed) / "policy", "--json")
    assert (told.status, told.json["witnessed"], told.json["missing"]) == (
        3, False, ["anna", "ben"])
    call("ledger", "witness", "-c", witnessed)
    before = parse_receipt(file.read_bytes())
    where = ("--ledger", ledger(witnessed), "--policy", ledger(witnessed) / "policy")
    other = witnessed.parent / "completed"
    done = call("ledger", "complete", file, *where, "-o", other, "--json").json
    assert done == {"origin": ORIGIN, "index": before.index, "size": 24, "witnessed": True,
                    "witnessed_at": {"anna": 1_600_000_001, "ben": 1_600_000_001},
                    "policy_given": True, "dated_ahead": [], "file": str(other)}
    assert parse_receipt(file.read_bytes()) == before
    assert "witnessed by anna at 2020-09-13 12:26:41 UTC, ben at 2020-09-13 12:26:41 UTC" in call(
        "ledger", "complete", file, *where)
    assert file.read_bytes() == other.read_bytes()
    late = call("verify", file, "--policy", ledger(witnessed) / "policy")
    assert late.status == 0 and "verified entry" in late and "2020-09-13 12:26:41 UTC" in late
    told = call("verify", file, "--policy", ledger(witnessed) / "policy", "--json").json
    assert (told["witnessed_at"], told["missing"]) == (
        {"anna": 1_600_000_001, "ben": 1_600_000_001}, [])
    history = call("ledger", "history", file, *where)
    assert re.search(rf"> +{before.index} .*decision", history), history
    told = call("ledger", "history", file, *where, "--json").json
    assert told["whole"] and before.index in [one["index"] for one in told["entries"]]
    back = call("ledger", "history", str(before.index), "--back", *where, "--json").json
    assert not back["whole"] and back["entries"][-1]["index"] == before.index


def test_show_and_verify_tell_what_the_witnesses_have_not_signed_yet(witnessed, witnesses):
    shown = call("show", "1007", "-c", witnessed)
    assert "proved by" in shown and "not witnessed yet as the policy asks: by nobody" in shown
    [*_, told] = call("show", "1007", "-c", witnessed, "--json").json["decisions"]
    assert (told["witnessed"], told["witnessed_at"], told["missing"]) == (
        False, {}, ["anna", "ben"])
    call("ledger", "witness", "-c", witnessed)
    assert "witnessed by anna at 2020-09-13 12:26:41 UTC" in call("show", "1007", "-c", witnessed)
    [*_, told] = call("show", "1007", "-c", witnessed, "--json").json["decisions"]
    assert told["witnessed"] and told["witnessed_at"]["ben"] == 1_600_000_001
    for one in witnesses:
        one.away = (500, "text/plain", b"away")
    call("suspend", "3.2", "-c", witnessed, "--as", "root", "--because", "We look at it again.")
    said = call("verify", "-c", witnessed)
    assert f"verified {ORIGIN} at size 24, witnessed by anna" in said
    assert "25 entries are signed by the log itself, and begin with these 24; " in said
    assert "is it being published" not in said
    (ledger(witnessed) / "tile" / "0" / "000.p" / "200").write_bytes(b"x" * 6400)
    told = call("verify", "-c", witnessed, "--json").json
    assert (told["size"], told["signed"], told["witnessed"]) == (24, 25, True)
    assert told["files_not_witnessed"] == ["tile/0/000.p/25", "tile/entries/000.p/25"]
    assert told["files_ahead"] == ["tile/0/000.p/200"]


def test_what_was_signed_beyond_the_witnessed_head_must_begin_with_it(witnessed, witnesses):
    call("ledger", "witness", "-c", witnessed)
    key = load_key(witnessed / "keys" / "log.key", ORIGIN)
    (ledger(witnessed) / "checkpoint").write_text(sign_checkpoint(
        Checkpoint(origin=ORIGIN, size=24, root=b"r" * 32), key))
    with pytest.raises(HistoryRewritten, match="two logs of 24 entries have different roots"):
        call("verify", "-c", witnessed)


def test_a_proof_is_held_against_the_entry_that_is_given(agora):
    where = ("--ledger", ledger(agora))
    told = call("ledger", "prove", "7", *where, "--json").json
    proof, entry = agora.parent / "proof", agora.parent / "entry"
    proof.write_text(told["proof"])
    entry.write_bytes(b64decode(told["entry"]))
    said = call("verify", proof, "--entry", entry, *where)
    assert said.startswith(f"verified entry 7 is in {ORIGIN} at size 24")
    assert said.endswith(f"{entry.read_text()}\n") and said.status == 0
    told = call("verify", proof, "--entry", entry, *where, "--json").json
    assert (told["index"], told["words"]) == (7, None)
    without = call("verify", proof, *where)
    assert without.status == 1 and "--entry FILE with the entry's bytes" in without.err
    entry.write_bytes(entry.read_bytes() + b"\n")
    other = call("verify", proof, "--entry", entry, *where)
    assert other.status == 1 and "no line end after them" in other.err
    with pytest.raises(UsageError, match="--entry is the entry of one proof"):
        call("verify", proof, proof, "--entry", entry, *where)


def test_a_receipt_held_against_the_policy_beside_the_log_says_so(agora):
    receipt = next((agora / "data" / "letters").glob("*/receipt.tlog-proof"))
    own = "by the key that the platform put beside its log: hold it against the one that others"
    assert own in call("verify", receipt, "--ledger", ledger(agora))
    assert own in call("verify", receipt, "-c", agora)
    assert own not in call("verify", receipt, "--policy", ledger(agora) / "policy")


def test_a_post_without_a_decision_has_no_receipt(agora):
    native = next(name for name in map(str, range(1001, 1020)) if not call(
        "show", name, "-c", agora, "--json").json["decisions"])
    with pytest.raises(EvenhandError, match="nothing was decided about"):
        call("ledger", "receipt", native, "-c", agora)


def test_witness_asks_tells_and_is_an_alarm_where_one_is_silent_too_long(witnessed, witnesses):
    assert "has signed nothing yet" in call("ledger", "witness", "--look", "-c", witnessed)
    assert not any(one.asked for one in witnesses), "to look is to ask nobody"
    toml = witnessed / "evenhand.toml"
    toml.write_text(toml.read_text().replace("quorum = 2\n", "quorum = 1\n"))
    assert "1 of 2 witnesses is asked for" in call("ledger", "witness", "--look", "-c", witnessed)
    toml.write_text(toml.read_text().replace("quorum = 1\n", "quorum = 2\n"))
    said = call("ledger", "witness", "-c", witnessed)
    assert said.status == 0 and said.count("signed ") == 2 and "2 of 2 witnesses" in said
    note = parse_note((ledger(witnessed) / "checkpoint").read_bytes())
    assert {one.name for one in note.signatures} == {ORIGIN, "anna.example", "ben.example"}
    toml.write_text(toml.read_text().replace("quorum = 2\n", 'quorum = 2\nwithin = "1 second"\n'))
    witnesses[1].away = (500, "text/plain", b"away")
    call("suspend", "3.2", "-c", witnessed, "--as", "root", "--because", "We look at it again.")
    call("ledger", "witness", "-c", witnessed)
    time.sleep(1.1)
    late = call("ledger", "witness", "-c", witnessed, "--json")
    assert late.status == 3 and late.json["alarm"]
    anna, ben = late.json["witnesses"]
    assert (anna["answer"], anna["seen"], anna["alarm"]) == ("cosigned", 25, False)
    assert (ben["answer"], ben["seen"], ben["alarm"]) == ("silent", 24, True)
    assert "ben" in call("ledger", "witness", "--look", "-c", witnessed)
    page = (ledger(witnessed) / "index.html").read_text()
    assert 'role="alert"' in page and "The witness ben has not signed what is new</b> since" in page
    # What enough have seen is still served beside the newest.
    assert read_unverified((ledger(witnessed) / "witnessed").read_bytes()).size == 24
    told = call("ledger", "fsck", "-c", witnessed)
    assert "at size 24, witnessed by anna at " in told
    assert "25 entries are signed and served, and only the first 24 are witnessed" in told
    assert "the store holds the same 25 leaves" in told
    told = call("ledger", "fsck", "-c", witnessed, "--earlier", ledger(witnessed) / "checkpoint",
                "--json").json
    assert (told["size"], told["signed_size"], told["earlier"]) == (24, 25, 25)


@pytest.mark.parametrize("verb", ["witness", "run"])
def test_what_a_witness_says_that_the_record_is_not_is_told_to_readers_and_is_an_alarm(
        witnessed, witnesses, verb):
    call("ledger", "witness", "-c", witnessed)
    witnesses[1].away = (409, "text/x.tlog.size", b"70000\n")
    with pytest.raises(EvenhandError, match="`ben` says that it has seen 70000 entries"):
        call(*(("ledger", "witness") if verb == "witness" else ("run",)), "-c", witnessed)
    page = (ledger(witnessed) / "index.html").read_text()
    assert 'role="alert"' in page and "The witness ben says that it has seen 70,000 entries" in page
    assert ">objects<" in page and "shown no checkpoint" in page
    look = call("ledger", "witness", "--look", "-c", witnessed)
    assert look.status == 3 and "objects ben: has seen 24 entries; the witness `ben` says" in look
    ben = call("ledger", "witness", "--look", "-c", witnessed, "--json").json["witnesses"][1]
    assert (ben["claim"], ben["claimed"], ben["shown"], ben["alarm"]) == ("more", 70000, None, True)


def test_a_log_without_a_witness_says_so(agora):
    said = call("ledger", "witness", "-c", agora)
    assert said.status == 0 and "has no witness: every receipt says so" in said
    assert "under `[ledger.witnesses.NAME]`" in said
    told = call("ledger", "witness", "-c", agora, "--json").json
    assert (told["witnesses"], told["alarm"], told["size"]) == ([], False, 24)
    page = (ledger(agora) / "index.html").read_text()
    assert "Not witnessed" in page and "replayed clock" in page and 'role="alert"' not in page


def test_the_page_escapes_every_name_and_loads_nothing(witnessed, witnesses):
    toml = witnessed / "evenhand.toml"
    bad = "Agora </title><script>alert(1)</script> \N{RIGHT-TO-LEFT OVERRIDE}gro"
    text = toml.read_text()
    assert text.count('name = "Agora"') == 1
    toml.write_text(text.replace('name = "Agora"', f"name = {json.dumps(bad)}"))
    call("ledger", "publish", "-c", witnessed)
    page = (ledger(witnessed) / "index.html").read_text()
    assert "<script" not in page and html.escape("</title><script>") in page
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page
    assert not re.search(r"(src|href)=\"?(https?:)?//", page)
    assert (ledger(witnessed) / "index.html").stat().st_mode & 0o777 == 0o644
    for one in witnesses:
        assert f">{one.name}<" in page


def test_a_log_is_sealed_and_goes_on_in_another(agora):
    checkpoint = (ledger(agora) / "checkpoint").read_text()
    kept = agora.parent / "kept"
    kept.write_text(checkpoint)
    with pytest.raises(EvenhandError, match="still names the log"):
        call("ledger", "succeed", "-c", agora, "--because", "The disk was lost.")
    toml = agora / "evenhand.toml"
    text = toml.read_text()
    assert 'log = "agora.example/ledger"' in text
    toml.write_text(text.replace('"agora.example/ledger"', '"agora.example/ledger-2"').replace(
        '"keys/log.key"', '"keys/log-2.key"'))
    told = call("ledger", "succeed", "-c", agora, "--because", "The disk was lost.", "--seen",
                kept, "--json").json
    assert (told["before"], told["origin"], told["entries_left"], told["entries_lost"]) == (
        ORIGIN, "agora.example/ledger-2/replayed", 24, 0)
    aside = Path(told["aside"])
    assert (aside / "checkpoint").read_text() == checkpoint
    assert "sound agora.example/ledger-2/replayed at size 25" in call("ledger", "fsck", "-c", agora)
    told = call("ledger", "fsck", "-c", agora, "--json").json
    assert told["entries"]["succession"] == 1
    said = call("verify", "-c", agora)
    assert "5 receipts handed over" in said
    assert f"5 of them are of {ORIGIN}, a log before this one, by the key that " in said
    receipt = next((agora / "data" / "letters").glob("*/receipt.tlog-proof"))
    named = "by the key that agora.example/ledger-2/replayed names for a log before it"
    said = call("verify", receipt, "-c", agora)
    assert f"in {ORIGIN} at size" in said and named in said
    told = call("verify", receipt, "-c", agora, "--json").json
    assert told["key_named_by"] == "agora.example/ledger-2/replayed"
    shown = call("show", "1007", "-c", agora)
    command = re.search(r"evenhand (verify \S+receipt.tlog-proof --policy \S+)", shown)[1]
    assert call(*command.split()).status == 0, "the command that is shown works"
    away = call("verify", receipt, "--policy", ledger(agora) / "policy")
    assert away.status == 1 and "which the policy does not name" in away.err
    page = call("ledger", "publish", "-c", agora) and (ledger(agora) / "index.html").read_text()
    assert "Logs before this one" in page and ORIGIN in page
    with pytest.raises(EvenhandError):
        call("ledger", "succeed", "-c", agora, "--because", "Again.", "--seen", agora)


def test_serve_gives_the_logs_files_and_nothing_else(agora):
    call("ledger", "publish", "-c", agora)
    running = subprocess.Popen(
        [sys.executable, "-m", "evenhand.edge.cli", "ledger", "serve", "-c", agora, "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"})
    try:
        line = running.stdout.readline()
        port = int(re.search(r"http://127\.0\.0\.1:(\d+)/", line)[1])
        asked = HTTPConnection("127.0.0.1", port, timeout=30)

        def get(path, method="GET"):
            asked.request(method, path)
            with asked.getresponse() as answer:
                return answer.status, answer.headers, answer.read()

        status, headers, body = get("/checkpoint")
        assert (status, body) == (200, (ledger(agora) / "checkpoint").read_bytes())
        assert headers["Cache-Control"] == "max-age=1, must-revalidate"
        assert get("/")[1]["Content-Type"].startswith("text/html")
        assert get("/checkpoint", "HEAD")[2] == b""
        for path in ("/../evenhand.db", "/%2e%2e/evenhand.db", "//etc/passwd", "/tile/0/999",
                     "/.writer", "/documents/", "/tile", "/\\..\\evenhand.db"):
            assert get(path)[0] == 404, path
        assert get("/checkpoint", "POST")[0] == 501
        said = call("ledger", "fsck", "--ledger", f"http://127.0.0.1:{port}")
        assert f"sound {ORIGIN} at size 24" in said
        asked.close()
    finally:
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert (running.returncode, "stopped" in out) == (0, True), err
    with pytest.raises(EvenhandError, match="nobody can listen here"):
        call("ledger", "serve", "-c", agora, "--host", "192.0.2.1", "--port", "0")
