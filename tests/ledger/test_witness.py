"""What a log and a witness say to each other, each as the specification writes it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.ledger.checkpoint import Checkpoint, sign_checkpoint
from evenhand.ledger.errors import LedgerError, Malformed, NotSigned
from evenhand.ledger.keys import ML_DSA_44, PrivateKey
from evenhand.ledger.merkle import hashes_in_memory, leaf_hash, prove_consistency, root
from evenhand.ledger.note import add_signatures, cosign
from evenhand.ledger.witness import (
    Request,
    format_request,
    format_signatures,
    format_size,
    monitored_at,
    parse_request,
    parse_size,
    read_cosignatures,
    seen_at,
)

LOG = PrivateKey(name="agora.example/log", seed=bytes(32))
ANNA = PrivateKey(name="anna.example", seed=bytes([1]) * 32)
BEN = PrivateKey(name="ben.example", seed=bytes([2]) * 32)
LEAVES = [leaf_hash(b"%d" % i) for i in range(9)]
NOTE = sign_checkpoint(Checkpoint(origin=LOG.name, size=9, root=root(LEAVES)), LOG)
PROOF = prove_consistency(5, 9, hashes_in_memory(LEAVES))
REQUEST = Request(old_size=5, proof=PROOF, checkpoint=NOTE)

# The example request of c2sp.org/tlog-witness (CC BY 4.0), whose keys are not ours.
EXAMPLE = """old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa \
Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""


def test_the_request_of_the_specification_is_read_and_written_again_byte_for_byte():
    request = parse_request(EXAMPLE.encode())
    assert (request.old_size, len(request.proof)) == (20852014, 4)
    assert format_request(request) == EXAMPLE.encode()


def test_a_first_request_has_no_proof():
    first = Request(old_size=0, proof=(), checkpoint=NOTE)
    assert format_request(first) == f"old 0\n\n{NOTE}".encode()
    assert parse_request(format_request(first)) == first


@pytest.mark.parametrize(("wrong", "said"), [
    (b"", "no empty line"), (b"old 5\n", "no empty line"),
    (format_request(REQUEST).replace(b"old 5", b"old 05"), "leading"),
    (format_request(REQUEST).replace(b"old 5", b"new 5"), "not `old`"),
    (format_request(REQUEST).replace(b"old 5\n", b"old 5\nAAAA\n"), "has 3 bytes"),
    (format_request(REQUEST).replace(b"\n", b"\r\n"), "U+000D"),
    (b"\xff" + format_request(REQUEST), "not UTF-8"),
    (b"old 5\n" + b"A" * 43 + b"=\n" * 64 + b"\n" + NOTE.encode(), "base64"),
])
def test_a_request_that_is_none_is_refused(wrong, said):
    with pytest.raises(Malformed, match=said.replace("+", r"\+")):
        parse_request(wrong)


def test_a_proof_of_more_than_63_hashes_is_refused():
    with pytest.raises(Malformed, match="63"):
        Request(old_size=1, proof=(bytes(32),) * 64, checkpoint=NOTE)


@pytest.mark.parametrize("kind", [4, ML_DSA_44])
def test_of_an_answer_the_cosignatures_of_known_keys_are_taken_and_the_others_left(kind):
    mine, other = cosign(NOTE, ANNA, 7, kind), cosign(NOTE, BEN, 8)
    answer = format_signatures(add_signatures(NOTE, [mine, other])).split(b"\n", 1)[1]
    key = ANNA.later_cosigner if kind == ML_DSA_44 else ANNA.cosigner
    assert read_cosignatures(answer, NOTE, [key]) == (mine,)


def test_an_answer_without_the_known_key_or_with_its_bad_signature_is_refused():
    answer = format_signatures(add_signatures(NOTE, [cosign(NOTE, BEN, 8)]))
    with pytest.raises(NotSigned, match="no signature of the key"):
        read_cosignatures(answer, NOTE, [ANNA.cosigner])
    of_another = sign_checkpoint(Checkpoint(origin=LOG.name, size=8, root=root(LEAVES[:8])), LOG)
    wrong = format_signatures(add_signatures(NOTE, [cosign(of_another, ANNA, 7)]))
    with pytest.raises(NotSigned, match="not good"):
        read_cosignatures(wrong, NOTE, [ANNA.cosigner])
    with pytest.raises(Malformed, match="cut short"):
        read_cosignatures(answer[:-1], NOTE, [BEN.cosigner])


def test_how_far_a_witness_has_seen_is_a_number_and_a_newline():
    assert parse_size(format_size(0)) == 0
    for wrong in (b"", b"5", b"05\n", b"5\n\n", b"-1\n", b"9223372036854775808\n", b"<p>\n"):
        with pytest.raises(Malformed):
            parse_size(wrong)


def test_what_a_witness_shows_of_a_log_is_believed_only_under_its_key_and_of_that_log():
    shown = add_signatures(NOTE, [cosign(NOTE, ANNA, 7)])
    assert seen_at(shown, LOG.name, [ANNA.cosigner]).size == 9
    with pytest.raises(NotSigned):
        seen_at(shown, LOG.name, [BEN.cosigner])
    with pytest.raises(Malformed, match="was asked"):
        seen_at(shown, "other.example/log", [ANNA.cosigner])
    assert monitored_at(LOG.name) != monitored_at("other.example/log")


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail_in_another_way_than_ours(data):
    for read in (parse_request, parse_size, lambda d: read_cosignatures(d, NOTE, [ANNA.cosigner])):
        with suppress(LedgerError):
            read(data)


def test_an_answer_that_is_signed_without_a_time_is_refused():
    answer = format_signatures(add_signatures(NOTE, [cosign(NOTE, ANNA, 0)])).split(b"\n", 1)[1]
    with pytest.raises(Malformed, match="without a time"):
        read_cosignatures(answer, NOTE, [ANNA.cosigner])
