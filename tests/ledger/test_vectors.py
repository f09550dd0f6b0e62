"""Our own vectors of the ledger's formats, derived again from what they are made of.

`spec/vectors/ledger/README.md` says what each file holds. `EVENHAND_GOLDEN=write` writes them anew;
an ML-DSA-44 signature, which is made with fresh randomness, is then kept if it still verifies.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from evenhand.audit.verify import verify_log
from evenhand.ledger.checkpoint import (
    Checkpoint,
    format_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from evenhand.ledger.cosignature import message_of
from evenhand.ledger.errors import LedgerError
from evenhand.ledger.keys import (
    COSIGNATURE_V1,
    ML_DSA_44,
    PrivateKey,
    format_private_key,
    format_vkey,
    parse_vkey,
)
from evenhand.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    hashes_in_memory,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    root,
)
from evenhand.ledger.note import add_signatures, cosign, open_note, parse_note, sign_note
from evenhand.ledger.policy import check_checkpoint, parse_policy
from evenhand.ledger.receipt import Receipt, check_receipt, format_receipt, parse_receipt
from evenhand.ledger.tiles import (
    Bundle,
    Tile,
    files_to_write,
    format_bundle,
    format_tile,
    parse_bundle,
    parse_tile,
)
from evenhand.ledger.witness import (
    Request,
    format_request,
    format_signatures,
    format_size,
    parse_request,
    parse_size,
    read_cosignatures,
)

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "ledger"
WRITE = os.environ.get("EVENHAND_GOLDEN") == "write"

LOG = PrivateKey(name="vectors.example/log", seed=b"\x01" * 32)
OTHER = PrivateKey(name="vectors.example/other", seed=b"\x02" * 32)
ANNA, BEN, CLEO = (PrivateKey(name=f"{name}.example", seed=bytes([n]) * 32)
                   for n, name in enumerate(("anna", "ben", "cleo"), 3))
SECONDS = 1_780_000_000
SIZES = (0, 1, 2, 255, 256, 257, 65_537)
LISTED = 257
"""Up to this size the files of a log are listed one by one."""


def entry(n: int) -> bytes:
    return f"entry {n}".encode()


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(entry(n)) for n in range(size)]


def head(size: int, key: PrivateKey = LOG) -> Checkpoint:
    return Checkpoint(origin=key.name, size=size, root=root(leaves(size)))


def base64(data: bytes) -> str:
    return b64encode(data).decode()


def stored(name: str) -> Any:
    path = VECTORS / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def same(name: str, made: dict[str, Any]) -> None:
    """The file says what was just derived, byte for byte."""
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    if WRITE:
        (VECTORS / name).write_text(text, encoding="utf-8")
    assert (VECTORS / name).read_text(encoding="utf-8") == text, name


def refusal(check: Any) -> dict[str, str]:
    """What a check refuses, and the class of the refusal."""
    with pytest.raises(LedgerError) as refused:
        check()
    return {"refused": type(refused.value).__name__, "words": refused.value.what}


# --- tiles and bundles -----------------------------------------------------------------------

def files_of(size: int) -> dict[str, bytes]:
    read, found = hashes_in_memory(leaves(size)), {}
    for file in files_to_write(0, size):
        start = file.index * 256
        found[file.path] = (
            format_tile([read(8 * file.level, start + i) for i in range(file.width)])
            if isinstance(file, Tile) else
            format_bundle([entry(n) for n in range(start, start + file.width)]))
    return found


def test_tiles_and_bundles() -> None:
    logs = []
    for size in SIZES:
        files = files_of(size)
        listing = {path: {"bytes": len(data), "sha256": sha256(data).hexdigest()}
                   for path, data in sorted(files.items())}
        lines = "".join(f"{path} {one['sha256']}\n" for path, one in listing.items())
        frontier = Frontier(size=0, hashes=())
        for leaf in leaves(size):
            frontier = frontier.append(leaf)
        assert frontier.root() == root(leaves(size))
        partial = {path: one for path, one in listing.items() if ".p/" in path}
        logs.append({"size": size, "root": base64(head(size).root), "files": len(files),
                     "all": sha256(lines.encode()).hexdigest(),
                     "listed": listing if size <= LISTED else partial})
        policy = parse_policy(f"log {format_vkey(LOG.verifier)}\nquorum none\n")
        served = {**files, "checkpoint": sign_checkpoint(head(size), LOG).encode()}
        assert verify_log(served.get, policy).entries == size
    two = files_of(2)
    tile, bundle = Tile(level=0, index=0, width=2), Bundle(index=0, width=2)
    bad = [{"why": why, "path": file.path, "data": base64(data),
            **refusal(lambda d=data, p=parse, f=file: p(d, f))}
           for why, data, parse, file in (
               ("a byte too few", two[tile.path][:-1], parse_tile, tile),
               ("a byte too many", two[tile.path] + b"\0", parse_tile, tile),
               ("nothing", b"", parse_tile, tile),
               ("a byte too few", two[bundle.path][:-1], parse_bundle, bundle),
               ("a byte too many", two[bundle.path] + b"\0", parse_bundle, bundle),
               ("one entry of two", two[bundle.path][:9], parse_bundle, bundle),
               ("a length beyond the end", b"\xff\xff" + two[bundle.path][2:], parse_bundle,
                bundle))]
    same("tiles.json", {
        "what": "The files of logs of these sizes. Entry n is the ASCII text `entry n`, n in "
                "decimal without leading zeros. `listed` has each file by its path with its length "
                f"and its SHA-256; of a log of more than {LISTED} entries the partial files alone. "
                "`all` is the SHA-256 of a line `PATH SHA256` and a line feed for every file, in "
                "the order of the paths' bytes. A log of size 0 has no file but its checkpoint. "
                "`bad` are bytes that are not the file at that path.",
        "logs": logs, "bad": bad})


# --- notes: checkpoints and cosignatures -----------------------------------------------------

def mldsa(name: str, text: str, key: PrivateKey, where: tuple[Any, ...]) -> str:
    """The stored ML-DSA-44 line where it verifies; another one while writing."""
    found: Any = stored(name)
    for step in where:
        found = found[step] if found is not None else None
    note = sign_note(text, (LOG,))
    if isinstance(found, str):
        signed = open_note(note + found, (key.later_cosigner,)).signed
        assert [one.seconds for one in signed] == [SECONDS]
        return found
    assert WRITE, "the vectors lack it"
    whole = add_signatures(note, [cosign(note, key, SECONDS, ML_DSA_44)])
    return whole.splitlines(keepends=True)[-1]


def test_checkpoints_and_cosignatures() -> None:
    checkpoints = []
    for n, size in enumerate((0, 1, 2, 257)):
        text = format_checkpoint(head(size))
        note = sign_checkpoint(head(size), LOG)
        ed = add_signatures(note, [cosign(note, ANNA, SECONDS)]).splitlines(keepends=True)[-1]
        ml = mldsa("checkpoints.json", text, BEN, ("checkpoints", n, "cosignatures", 1, "line"))
        whole = note + ed + ml
        opened = open_note(whole, (LOG.verifier, ANNA.cosigner, BEN.later_cosigner))
        assert len(opened.signed) == 3 and parse_checkpoint(opened.text) == head(size)
        checkpoints.append({
            "size": size, "root": base64(head(size).root), "text": text, "note": whole,
            "cosignatures": [
                {"kind": kind, "name": key.name, "seconds": SECONDS, "line": line,
                 "message": message_of(kind, key.name, SECONDS, text).hex()}
                for kind, key, line in ((COSIGNATURE_V1, ANNA, ed), (ML_DSA_44, BEN, ml))]})
    one = checkpoints[1]["note"]
    keys = (LOG.verifier, ANNA.cosigner, BEN.later_cosigner)
    lines = one.splitlines(keepends=True)
    name, blob = lines[-2].removeprefix("— ").split(" ")
    data = bytearray(b64decode(blob))
    data[11] ^= 1
    later = "".join((*lines[:-2], f"— {name} {base64(bytes(data))}\n"))
    bad = {
        "a size of 0 with another root": sign_note(
            f"{LOG.name}\n0\n{base64(b'x' * 32)}\n", (LOG,)),
        "a size with a leading zero": sign_note(f"{LOG.name}\n01\n{base64(b'x' * 32)}\n", (LOG,)),
        "a size of 2**63": sign_note(f"{LOG.name}\n{2**63}\n{base64(b'x' * 32)}\n", (LOG,)),
        "a root of 31 bytes": sign_note(f"{LOG.name}\n1\n{base64(b'x' * 31)}\n", (LOG,)),
        "no root": sign_note(f"{LOG.name}\n1\n", (LOG,)),
        "another size under the same signatures": one.replace("\n1\n", "\n2\n", 1),
        "a cosignature moved to another second": later,
        "a last line without its end": one[:-1],
        "Windows line ends": one.replace("\n", "\r\n"),
        "no blank line": one.replace("\n\n", "\n", 1),
        "another log's signature": sign_note(format_checkpoint(head(1)), (OTHER,)),
    }
    same("checkpoints.json", {
        "what": "Checkpoints of the logs of `tiles.json` with the log's signature and two "
                "cosignatures, 0x04 (Ed25519) of anna and 0x06 (ML-DSA-44) of ben. `message` is, "
                "in hex, what the cosigner signs. The Ed25519 signatures follow from the seeds; "
                "the others were made with fresh randomness. `bad` are notes that are refused "
                "under the three public keys.",
        "private keys": {key.name: format_private_key(key) for key in (LOG, ANNA, BEN)},
        "public keys": [format_vkey(key) for key in keys],
        "empty root": base64(EMPTY_ROOT),
        "checkpoints": checkpoints,
        "bad": [{"why": why, "note": note, **refusal(
            lambda n=note: parse_checkpoint(open_note(n, keys).text))}
            for why, note in bad.items()]})


# --- policies --------------------------------------------------------------------------------

def test_policies() -> None:
    definitions = (f"log {format_vkey(LOG.verifier)} https://vectors.example/log\n"
                   + "".join(f"witness {name} {format_vkey(key.cosigner)}\n" for name, key in (
                       ("anna", ANNA), ("ben", BEN), ("cleo", CLEO))))
    rules = {
        "no witness": "quorum none\n", "one witness": "quorum ben\n",
        "all of two": "group both all anna ben\nquorum both\n",
        "any of two": "group one any anna ben\nquorum one\n",
        "two of three": "group two 2 anna ben cleo\nquorum two\n",
        "a group in a group": "group one any anna ben\ngroup all all one cleo\nquorum all\n",
    }
    note = sign_checkpoint(head(1), LOG)
    signers = {"anna": ANNA, "ben": BEN, "cleo": CLEO}
    good = []
    for why, rule in rules.items():
        policy = parse_policy(definitions + "# a comment\n\n" + rule)
        accepted, refused = [], []
        for bits in range(8):
            who = [name for i, name in enumerate(signers) if bits >> i & 1]
            signed = add_signatures(note, [cosign(note, signers[n], SECONDS) for n in who])
            try:
                check_checkpoint(signed, policy)
                accepted.append(who)
            except LedgerError:
                refused.append(who)
        good.append({"why": why, "policy": definitions + "# a comment\n\n" + rule,
                     "accepted": accepted, "refused": refused})
    key = format_vkey(LOG.verifier)
    bad = {
        "no quorum": definitions, "nothing": "", "two quorums": definitions + "quorum none\n" * 2,
        "an unknown line": definitions + "trust me\nquorum none\n",
        "an unknown name": definitions + "quorum dora\n",
        "a group before its member": definitions + "group g 1 h\ngroup h 1 anna\nquorum g\n",
        "a member twice": definitions + "group g 1 anna anna\nquorum g\n",
        "more than there are": definitions + "group g 3 anna ben\nquorum g\n",
        "none of them": definitions + "group g 0 anna ben\nquorum g\n",
        "a witness called none": f"witness none {format_vkey(ANNA.cosigner)}\nquorum none\n",
        "a log with a witness's key": f"log {format_vkey(ANNA.cosigner)}\nquorum none\n",
        "a witness with a log's key": f"witness w {key}\nquorum none\n",
        "a log that witnesses itself":
            f"log {key}\nwitness w {format_vkey(LOG.cosigner)}\nquorum w\n",
        "a key with another id": f"log {key.replace('+', '+00000000', 1)[:len(LOG.name) + 9]}"
                                 f"+{key.split('+', 2)[2]}\nquorum none\n",
        "a control character": definitions + "quorum\x0bnone\n",
    }
    same("policies.json", {
        "what": "Trust policies. `accepted` and `refused` list by whom of anna, ben and cleo a "
                "checkpoint of the log is cosigned that the policy accepts, or refuses. `bad` are "
                "policies that are refused as they are read.",
        "good": good,
        "bad": [{"why": why, "policy": text, **refusal(lambda t=text: parse_policy(t))}
                for why, text in bad.items()]})


# --- witnesses -------------------------------------------------------------------------------

def test_witness_requests_and_answers() -> None:
    requests = []
    for old, new in ((0, 0), (0, 1), (1, 1), (1, 2), (2, 257), (256, 257), (255, 65_537)):
        proof = tuple(prove_consistency(old, new, hashes_in_memory(leaves(new))))
        made = Request(old_size=old, proof=proof, checkpoint=sign_checkpoint(head(new), LOG))
        assert parse_request(format_request(made)) == made
        requests.append({"old": old, "old_root": base64(head(old).root), "new": new,
                         "body": format_request(made).decode()})
    body = requests[4]["body"]
    bad_requests = {
        "no empty line": body.replace("\n\n", "\n", 1).replace("\n\n", "\n", 1),
        "no old size": body.replace("old 2\n", "", 1),
        "an old size with a leading zero": body.replace("old 2", "old 02", 1),
        "a hash cut short": body.replace(body.split("\n")[1], body.split("\n")[1][:-4], 1),
        "Windows line ends": body.replace("\n", "\r\n"),
        "64 hashes": "old 2\n" + (base64(b"x" * 32) + "\n") * 64 + body[body.index("\n\n") + 1:],
    }
    note = sign_checkpoint(head(1), LOG)
    line = format_signatures(add_signatures(note, [cosign(note, ANNA, SECONDS)]))
    line = line.splitlines(keepends=True)[-1]
    assert len(read_cosignatures(line, note, [ANNA.cosigner])) == 1
    assert parse_size(format_size(257)) == 257
    other = sign_checkpoint(head(2), LOG)
    bad_answers = {
        "no signature of the key that it is known by": format_signatures(add_signatures(
            note, [cosign(note, BEN, SECONDS)])).splitlines(keepends=True)[-1],
        "a signature of another checkpoint": format_signatures(add_signatures(
            other, [cosign(other, ANNA, SECONDS)])).splitlines(keepends=True)[-1],
        "a last line without its end": line[:-1], "nothing": b"", "a page": b"<p>Welcome!</p>\n",
    }
    same("witness.json", {
        "what": "What a log posts to `add-checkpoint` (`body`), from an old size that the witness "
                "has seen to a new one, of the logs of `tiles.json`; the proof is empty from 0 and "
                "where nothing grew. `answer` is the body of status 200 to the note, `size` that "
                "of 409 from a witness that has seen 257 entries. The bad ones are refused.",
        "public key of the log": format_vkey(LOG.verifier),
        "public key of the witness": format_vkey(ANNA.cosigner),
        "requests": requests,
        "bad requests": [{"why": why, "body": text, **refusal(lambda t=text: parse_request(
            t.encode()))} for why, text in bad_requests.items()],
        "note": note, "answer": line.decode(), "size": format_size(257).decode(),
        "bad answers": [{"why": why, "body": text.decode(), **refusal(
            lambda t=text: read_cosignatures(t, note, [ANNA.cosigner]))}
            for why, text in bad_answers.items()],
        "bad sizes": [{"body": text.decode(), **refusal(lambda t=text: parse_size(t))}
                      for text in (b"", b"257", b"0257\n", b"-1\n", b"257\r\n",
                                   f"{2**63}\n".encode())]})


# --- proofs ----------------------------------------------------------------------------------

def receipt(index: int, size: int, **more: Any) -> str:
    return format_receipt(Receipt(
        index=index, checkpoint=sign_checkpoint(head(size), LOG), proof=tuple(prove_inclusion(
            index, size, hashes_in_memory(leaves(size)))), **more))


def test_proofs() -> None:
    text = f"log {format_vkey(LOG.verifier)}\nquorum none\n"
    policy = parse_policy(text)
    good = []
    for index, size in ((0, 1), (0, 2), (1, 2), (6, 7), (255, 256), (256, 257), (65_536, 65_537)):
        proof = receipt(index, size, extra=b"" if index else b"what opens it")
        check_receipt(parse_receipt(proof), entry(index), policy)
        good.append({"index": index, "size": size, "entry": base64(entry(index)), "proof": proof})
    seven = receipt(6, 7)
    first = seven.split("\n")[2]
    empty = sign_checkpoint(head(0), LOG)
    bad = {
        "another entry": (seven, b"entry 5"),
        "another place": (seven.replace("index 6", "index 5"), entry(6)),
        "a place beyond the log": (seven.replace("index 6", "index 7"), entry(6)),
        "a place with a leading zero": (seven.replace("index 6", "index 06"), entry(6)),
        "a place of 2**63": (seven.replace("index 6", f"index {2**63}"), entry(6)),
        "a hash too few": (seven.replace(first + "\n", "", 1), entry(6)),
        "a hash too many": (seven.replace(first, f"{first}\n{first}", 1), entry(6)),
        "another hash": (seven.replace(first, base64(b"x" * 32), 1), entry(6)),
        "a hash of 31 bytes": (seven.replace(first, base64(b"x" * 31), 1), entry(6)),
        "in a log of size 0": (
            f"c2sp.org/tlog-proof@v1\nindex 0\n\n{empty}", b""),
        "under another tree of the same size": (
            seven[:seven.index("\n\n") + 2] + sign_checkpoint(Checkpoint(
                origin=LOG.name, size=7, root=root(leaves(6) + leaves(1))), LOG), entry(6)),
        "under a checkpoint that an unknown key signed": (
            seven[:seven.index("\n\n") + 2] + sign_note(format_checkpoint(head(7)), (OTHER,)),
            entry(6)),
        "another first line": (seven.replace("@v1", "@v2", 1), entry(6)),
        "no blank line": (seven.replace("\n\n", "\n"), entry(6)),
        "Windows line ends": (seven.replace("\n", "\r\n"), entry(6)),
        "an entry of 65,536 bytes": (seven, b"x" * 65_536),
    }
    same("proofs.json", {
        "what": "Proofs (tlog-proof) that the logs of `tiles.json` hold an entry, given in base64, "
                "under the policy. One entry alone needs no hash. `bad` are refused; an entry of "
                "null is 65,536 times the letter `x`.",
        "policy": text, "good": good,
        "bad": [{"why": why, "proof": proof,
                 "entry": base64(said) if len(said) < 65_536 else None,
                 **refusal(lambda p=proof, e=said: check_receipt(parse_receipt(p), e, policy))}
                for why, (proof, said) in bad.items()]})


def test_the_keys_in_the_vectors_are_read_back() -> None:
    for text in stored("checkpoints.json")["public keys"]:
        assert format_vkey(parse_vkey(text)) == text
    for one in stored("checkpoints.json")["checkpoints"]:
        assert len(parse_note(one["note"]).signatures) == 3
