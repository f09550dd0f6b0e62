"""Signed notes, keys, checkpoints and cosignatures, held against Go's and C2SP's own vectors."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.ledger.checkpoint import (
    Checkpoint,
    format_checkpoint,
    parse_checkpoint,
    read_unverified,
    sign_checkpoint,
)
from evenhand.ledger.errors import LedgerError, Malformed, NotSigned
from evenhand.ledger.keys import (
    COSIGNATURE_V1,
    ML_DSA_44,
    PrivateKey,
    PublicKey,
    format_private_key,
    format_vkey,
    parse_private_key,
    parse_vkey,
)
from evenhand.ledger.merkle import EMPTY_ROOT
from evenhand.ledger.note import (
    Note,
    Signature,
    add_signatures,
    cosign,
    format_note,
    open_note,
    parse_note,
    sign_note,
)

VECTORS = json.loads(
    (Path(__file__).parents[2] / "spec" / "vectors" / "ledger" / "notes.json").read_text()
)
GO = VECTORS["go"]
LOG = PrivateKey(name="agora.example/log", seed=b"\x01" * 32)
WITNESS = PrivateKey(name="witness.example", seed=b"\x02" * 32)
NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="+"),
    min_size=1,
    max_size=20,
)
SEEDS = st.binary(min_size=32, max_size=32)


def test_a_note_signed_with_gos_key_is_gos_note_byte_for_byte():
    key = parse_private_key(GO["private"])
    assert format_vkey(key.verifier) == GO["public"]
    assert sign_note(GO["text"], [key]) == GO["text"] + "\n" + GO["signature"]


def test_a_note_with_two_signatures_opens_with_either_key():
    note = GO["text"] + "\n" + GO["signature"] + GO["other signature"]
    first, second = parse_vkey(GO["public"]), parse_vkey(GO["other"])
    for keys in ([first], [second], [first, second]):
        assert [one.key for one in open_note(note, keys).signed] == keys


@pytest.mark.parametrize("whose", ["c2sp", "tessera"])
def test_notes_that_others_signed_are_verified(whose):
    key = parse_vkey(VECTORS[whose]["public"])
    assert open_note(VECTORS[whose]["note"], [key]).signed[0].key == key


def test_a_note_of_an_unknown_key_is_refused_and_says_which_keys_are_trusted():
    with pytest.raises(NotSigned) as refused:
        open_note(sign_note("text\n", [WITNESS]), [LOG.verifier])
    assert "trusted here: `agora.example/log`" in str(refused.value)


def test_an_unknown_signature_beside_a_good_one_is_ignored():
    note = sign_note("text\n", [LOG, WITNESS])
    assert [one.key for one in open_note(note, [LOG.verifier]).signed] == [LOG.verifier]


def test_a_bad_signature_of_a_known_key_rejects_the_note_though_another_is_good():
    forged = Signature(name=WITNESS.name, key_id=WITNESS.verifier.key_id, blob=bytes(64))
    note = add_signatures(sign_note("text\n", [LOG]), [forged])
    with pytest.raises(NotSigned, match=r"`witness\.example` is not good for this text"):
        open_note(note, [LOG.verifier, WITNESS.verifier])
    open_note(note, [LOG.verifier])


def test_the_name_alone_or_the_key_id_alone_does_not_make_a_key_known():
    note = sign_note("text\n", [LOG])
    namesake = PrivateKey(name=LOG.name, seed=b"\x09" * 32).verifier
    with pytest.raises(NotSigned, match="no key that is trusted here"):
        open_note(note, [namesake])


def test_a_signature_counts_for_its_kind_only():
    note = sign_note("text\n", [WITNESS])
    with pytest.raises(NotSigned):
        open_note(note, [WITNESS.cosigner])


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=80)
def test_a_note_with_any_byte_changed_is_refused(position):
    note = bytearray(sign_note("a log\n5\nits root\n", [LOG]).encode())
    at = position % len(note)
    note[at] ^= 0x01
    with pytest.raises(LedgerError):
        open_note(bytes(note), [LOG.verifier])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("", "no blank line"),
        ("text\n", "no blank line"),
        ("text\n\n", "cut short"),
        ("text\n\n— a YWJjZGVm", "cut short"),
        ("text\n\n— a YWJj\n", "cut short"),
        ("text\n\n- a YWJjZGVm\n", "not a signature line"),
        ("text\n\n— aYWJjZGVm\n", "not a signature line"),
        ("text\n\n— a+b YWJjZGVm\n", "not a signature line"),
        ("text\n\n—  YWJjZGVm\n", "not a signature line"),
        ("text\n\n— a\u3000b YWJjZGVm\n", "not a signature line"),
        ("text\n\n— a YWJjZGVmZw=\n", "base64"),
        ("text\n\n— a YWJjZGVmZx==\n", "base64"),
        ("text\n\n— a YWJj-_Vm\n", "base64"),
        ("text\n\n— a YWJj ZGVm\n", "base64"),
        ("text\r\n\r\n— a YWJjZGVm\r\n", r"control character U\+000D in line 1"),
        ("te\txt\n\n— a YWJjZGVm\n", r"control character U\+0009"),
        (b"te\xffxt\n\n", "not UTF-8"),
        ("te\ud800xt\n\n", "not UTF-8"),
        ("text\n\n" + "— a YWJjZGVm\n" * 101, "101 signatures"),
    ],
)
def test_what_is_not_a_note_is_refused_with_its_reason(data, why):
    with pytest.raises(Malformed, match=why):
        parse_note(data)


def test_a_hundred_signatures_are_read():
    assert len(parse_note("text\n\n" + "— a YWJjZGVm\n" * 100).signatures) == 100


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60),
    st.lists(st.tuples(NAMES, st.binary(min_size=5, max_size=90)), min_size=1, max_size=5),
)
@settings(deadline=None)
def test_a_note_is_read_as_it_was_written(text, signatures):
    note = Note(
        text=text + "\n",
        signatures=tuple(Signature(name=n, key_id=b[:4], blob=b[4:]) for n, b in signatures),
    )
    assert parse_note(format_note(note)) == note
    assert parse_note(format_note(note).encode()) == note


@pytest.mark.parametrize("text", ["", "no end", "a\tb\n", "a\r\n"])
def test_a_text_that_cannot_be_a_note_is_not_signed(text):
    with pytest.raises(Malformed):
        sign_note(text, [LOG])


@given(NAMES, SEEDS)
@settings(deadline=None, max_examples=60)
def test_keys_are_read_as_they_were_written(name, seed):
    key = PrivateKey(name=name, seed=seed)
    assert parse_private_key(format_private_key(key)) == key
    assert parse_vkey(format_vkey(key.verifier)) == key.verifier
    assert parse_vkey(format_vkey(key.cosigner)) == key.cosigner
    assert key.verifier.key_id != key.cosigner.key_id


@pytest.mark.parametrize("written", [GO["public"], GO["private"]])
def test_no_part_of_a_key_and_no_changed_key_is_a_key(written):
    parse = parse_private_key if written.startswith("PRIVATE") else parse_vkey
    wrong = [
        written[i:j] for i in range(len(written)) for j in (len(written) - 1, len(written) // 2)
    ]
    wrong += [written[:i] + chr(ord(c) + 1) + written[i + 1 :] for i, c in enumerate(written)]
    for each in wrong:
        with pytest.raises(Malformed):
            parse(each)


def test_keys_of_other_kinds_and_lengths_are_refused():
    # The two are of Go's own tests, with their key ids recomputed.
    for wrong in (
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ):
        with pytest.raises(Malformed):
            parse_vkey(wrong)


def test_a_refused_private_key_never_appears_in_the_error_nor_in_a_repr():
    key = PrivateKey(name="a", seed=b"\xaa" * 32)
    written = format_private_key(key)
    secret = written.rsplit("+", 1)[1]
    for wrong in (written[:-1], written + "x", "x" + written, written.replace("KEY", "key")):
        with pytest.raises(Malformed) as refused:
            parse_private_key(wrong)
        assert secret[4:30] not in str(refused.value)
    assert "170" not in repr(key)
    assert "aa" not in repr(key).replace("name='a'", "")


def test_a_cosignature_is_the_message_the_specification_writes_out():
    # tlog-cosignature, "Ed25519 signed message", put together here by hand.
    checkpoint = Checkpoint(origin=LOG.name, size=0, root=EMPTY_ROOT)
    note = sign_checkpoint(checkpoint, LOG)
    signature = cosign(note, WITNESS, 1679315147)
    message = b"cosignature/v1\ntime 1679315147\n" + format_checkpoint(checkpoint).encode()
    by_hand = Ed25519PrivateKey.from_private_bytes(WITNESS.seed).sign(message)
    assert signature.blob == (1679315147).to_bytes(8, "big") + by_hand
    opened = open_note(add_signatures(note, [signature]), [LOG.verifier, WITNESS.cosigner])
    assert [(one.key.kind, one.seconds) for one in opened.signed] == [
        (1, None),
        (COSIGNATURE_V1, 1679315147),
    ]


def test_an_ml_dsa_cosignature_is_the_structure_the_specification_writes_out():
    # tlog-cosignature, "ML-DSA-44 signed message", put together here by hand.
    note = sign_checkpoint(Checkpoint(origin=LOG.name, size=258, root=bytes(range(32))), LOG)
    signature = cosign(note, WITNESS, 1679315147, ML_DSA_44)
    name, origin = WITNESS.name.encode(), LOG.name.encode()
    message = (
        b"subtree/v1\n\x00" + bytes([len(name)]) + name + (1679315147).to_bytes(8, "big")
        + bytes([len(origin)]) + origin + bytes(8) + b"\0\0\0\0\0\0\x01\x02" + bytes(range(32))
    )
    assert signature.blob[:8] == (1679315147).to_bytes(8, "big")
    assert len(signature.blob) == 8 + 2420
    MLDSA44PublicKey.from_public_bytes(WITNESS.later_cosigner.raw).verify(
        signature.blob[8:], message)
    opened = open_note(add_signatures(note, [signature]), [WITNESS.later_cosigner])
    assert [(one.key.kind, one.seconds) for one in opened.signed] == [(ML_DSA_44, 1679315147)]


def test_an_ml_dsa_cosignature_says_nothing_of_extension_lines_but_all_of_the_tree():
    text = format_checkpoint(Checkpoint(origin=LOG.name, size=3, root=bytes(32)))
    signature = cosign(sign_note(text, [LOG]), WITNESS, 9, ML_DSA_44)
    for other, good in ((text + "more\n", True), (text.replace("\n3\n", "\n4\n"), False),
                        (text.replace("AAAA", "AAAB", 1), False), ("x" + text, False),
                        ("no checkpoint\n", False)):
        note = add_signatures(sign_note(other, [LOG]), [signature])
        if good:
            assert open_note(note, [WITNESS.later_cosigner]).signed[0].seconds == 9
        else:
            with pytest.raises(NotSigned):
                open_note(note, [WITNESS.later_cosigner])


@pytest.mark.parametrize("kind", [COSIGNATURE_V1, ML_DSA_44])
def test_a_cosignature_with_another_time_or_cut_short_is_bad(kind):
    note = sign_checkpoint(Checkpoint(origin=LOG.name, size=0, root=EMPTY_ROOT), LOG)
    good = cosign(note, WITNESS, 1000, kind)
    keys = [WITNESS.cosigner, WITNESS.later_cosigner]
    for blob in (
        (1001).to_bytes(8, "big") + good.blob[8:],
        good.blob[:7],
        good.blob[:-1],
        good.blob + b"\0",
        b"\xff" * 8 + good.blob[8:],
    ):
        bad = Signature(name=good.name, key_id=good.key_id, blob=blob)
        with pytest.raises(NotSigned):
            open_note(add_signatures(note, [bad]), keys)
    with pytest.raises(Malformed):
        cosign(note, WITNESS, 2**63, kind)


def test_a_signature_is_added_once():
    note = sign_note("text\n", [LOG])
    extra = parse_note(sign_note("text\n", [WITNESS])).signatures
    once = add_signatures(note, extra)
    assert add_signatures(once, extra) == once
    assert add_signatures(note, [*extra, *extra]) == once


@given(
    NAMES,
    st.integers(1, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(NAMES, max_size=2),
)
@settings(deadline=None)
def test_a_checkpoint_is_read_as_it_was_written(origin, size, root, extension):
    checkpoint = Checkpoint(origin=origin, size=size, root=root, extension=tuple(extension))
    assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint


ROOT = b64encode(b"r" * 32).decode()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "cut short"),
        ("o\n5\n", "cut short"),
        (f"o\n5\n{ROOT}", "cut short"),
        (f"\n5\n{ROOT}\n", "no origin"),
        (f"o\n05\n{ROOT}\n", "leading zeros"),
        (f"o\n-5\n{ROOT}\n", "leading zeros"),
        (f"o\n+5\n{ROOT}\n", "leading zeros"),
        (f"o\n5_0\n{ROOT}\n", "leading zeros"),
        (f"o\n٥\n{ROOT}\n", "leading zeros"),
        (f"o\n9223372036854775808\n{ROOT}\n", "leading zeros"),
        (f"o\n{'9' * 5000}\n{ROOT}\n", "leading zeros"),
        (f"o\n5\n{ROOT[:-4]}\n", "bytes"),
        (f"o\n5\n{ROOT} \n", "base64"),
        (f"o\n0\n{ROOT}\n", "another root than the empty log"),
        (f"o\n5\n{ROOT}\n\nx\n", "extension"),
    ],
)
def test_what_is_not_a_checkpoint_is_refused_with_its_reason(text, why):
    with pytest.raises(Malformed, match=why):
        parse_checkpoint(text)


def test_a_key_signs_only_for_the_log_of_its_name():
    with pytest.raises(Malformed, match="cannot sign for `other`"):
        sign_checkpoint(Checkpoint(origin="other", size=0, root=EMPTY_ROOT), LOG)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=200)))
@settings(deadline=None, max_examples=300)
def test_no_input_makes_a_parser_fail_in_another_way_than_ours(data):
    text = data if isinstance(data, str) else data.decode("latin-1")
    for parse in (parse_note, read_unverified):
        with pytest.raises(Malformed):
            parse(data)
    for parse in (parse_checkpoint, parse_vkey, parse_private_key):
        with pytest.raises(Malformed):
            parse(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "a\u2003", "\ud800", "a\x00"])
def test_a_key_cannot_have_a_name_that_no_note_could_carry(name):
    with pytest.raises(Malformed):
        PublicKey(name=name, raw=bytes(32))
    with pytest.raises(Malformed):
        PrivateKey(name=name, seed=bytes(32))
