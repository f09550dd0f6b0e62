"""Trust policies: what is enough, what is not, and which policies cannot be written."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.ledger.checkpoint import Checkpoint, format_checkpoint, sign_checkpoint
from evenhand.ledger.errors import Malformed, NotSigned, NotWitnessed
from evenhand.ledger.keys import COSIGNATURE_V1, ML_DSA_44, PrivateKey, format_vkey
from evenhand.ledger.merkle import EMPTY_ROOT
from evenhand.ledger.note import add_signatures, cosign, sign_note
from evenhand.ledger.policy import (
    Group,
    Log,
    Policy,
    Witness,
    check_checkpoint,
    check_signature,
    format_policy,
    parse_policy,
)

LOG = PrivateKey(name="agora.example/log", seed=b"\x01" * 32)
OTHER_LOG = PrivateKey(name="other.example/log", seed=b"\x02" * 32)
WITNESSES = [PrivateKey(name=f"w{i}.example", seed=bytes([16 + i]) * 32) for i in range(6)]
HEAD = Checkpoint(origin=LOG.name, size=0, root=EMPTY_ROOT)
NOTE = sign_checkpoint(HEAD, LOG)

DEFINITIONS = f"log {format_vkey(LOG.verifier)}\n" + "".join(
    f"witness w{i} {format_vkey(w.cosigner)}\n" for i, w in enumerate(WITNESSES)
)


def note_seen_by(*numbers):
    return add_signatures(NOTE, [cosign(NOTE, WITNESSES[i], 1000 + i) for i in numbers])


@pytest.mark.parametrize("threshold", [1, 2, 3])
def test_a_group_is_satisfied_by_k_of_its_n_members_and_no_fewer(threshold):
    policy = parse_policy(DEFINITIONS + f"group g {threshold} w0 w1 w2\nquorum g\n")
    for count in range(4):
        for seen in itertools.combinations(range(3), count):
            note = note_seen_by(*seen)
            if count >= threshold:
                trust = check_checkpoint(note, policy)
                assert trust.witnessed == tuple((f"w{i}", 1000 + i) for i in seen)
                assert trust.is_witnessed
            else:
                with pytest.raises(NotWitnessed):
                    check_checkpoint(note, policy)


def test_groups_of_groups_follow_the_example_of_the_specification():
    policy = parse_policy(
        DEFINITIONS
        + "group X 2 w0 w1 w2\ngroup Y any w3 w4 w5\ngroup X-and-Y all X Y\nquorum X-and-Y\n"
    )
    for count in range(7):
        for seen in itertools.combinations(range(6), count):
            enough = sum(i < 3 for i in seen) >= 2 and any(i >= 3 for i in seen)
            if enough:
                check_checkpoint(note_seen_by(*seen), policy)
            else:
                with pytest.raises(NotWitnessed):
                    check_checkpoint(note_seen_by(*seen), policy)


def test_a_single_witness_can_be_the_quorum():
    policy = parse_policy(DEFINITIONS + "quorum w3\n")
    assert check_checkpoint(note_seen_by(3), policy).quorum == "w3"
    with pytest.raises(NotWitnessed) as refused:
        check_checkpoint(note_seen_by(0, 1), policy)
    assert "witnessed by `w0`, `w1` but not by `w2`, `w3`, `w4`, `w5`" in str(refused.value)


def test_a_policy_that_asks_for_no_witness_says_not_witnessed():
    policy = parse_policy(DEFINITIONS + "quorum none\n")
    assert not policy.asks_for_witnesses
    trust = check_checkpoint(NOTE, policy)
    assert not trust.is_witnessed
    assert str(trust) == (
        "agora.example/log at size 0, not witnessed: the policy asks for no witness"
    )
    cosigned = check_checkpoint(note_seen_by(0), policy)
    assert not cosigned.is_witnessed
    assert str(cosigned).endswith(
        "not witnessed: the policy asks for no witness (cosigned by w0 at 1970-01-01 00:16:40 UTC)"
    )


def test_what_the_log_signed_before_its_witnesses_says_who_has_and_who_is_missing():
    policy = parse_policy(DEFINITIONS + "group g all w0 w1\nquorum g\n")
    trust = check_signature(note_seen_by(0), policy)
    assert not trust.is_witnessed
    assert (trust.witnesses, trust.missing[0], trust.asked) == (
        ("w0",), "w1", "all of `w0`, `w1`"
    )
    assert "by `w0` at 1970-01-01 00:16:40 UTC but not by `w1`" in str(trust)
    alone = check_signature(NOTE, policy)
    assert "not witnessed yet as the policy asks: by nobody, and it asks for all" in str(alone)
    enough = check_signature(note_seen_by(0, 1), policy)
    assert enough == check_checkpoint(note_seen_by(0, 1), policy)
    assert enough.is_witnessed
    with pytest.raises(NotSigned):
        check_signature(sign_note(format_checkpoint(HEAD), [OTHER_LOG]), policy)


@pytest.mark.parametrize("kind", [COSIGNATURE_V1, ML_DSA_44])
def test_a_cosignature_without_a_time_counts_for_nobody_and_is_told(kind):
    key = WITNESSES[0].cosigner if kind == COSIGNATURE_V1 else WITNESSES[0].later_cosigner
    policy = parse_policy(f"log {L}\nwitness w0 {format_vkey(key)}\nquorum w0\n")
    note = add_signatures(NOTE, [cosign(NOTE, WITNESSES[0], 0, kind)])
    with pytest.raises(NotWitnessed) as refused:
        check_checkpoint(note, policy)
    assert "by nobody (`w0` signed without a time, which does not count)" in str(refused.value)
    assert check_signature(note, policy).witnessed == ()


def test_a_refusal_reads_well_where_nobody_signed_and_where_one_is_asked_for():
    alone = parse_policy(DEFINITIONS + "group g all w0\nquorum g\n")
    with pytest.raises(NotWitnessed) as refused:
        check_checkpoint(NOTE, alone)
    assert "is witnessed by nobody, and the policy asks for `w0`: the log" in str(refused.value)


def test_one_witness_signing_twice_counts_once():
    policy = parse_policy(DEFINITIONS + "group g 2 w0 w1\nquorum g\n")
    twice = add_signatures(NOTE, [cosign(NOTE, WITNESSES[0], t) for t in (1, 2)])
    with pytest.raises(NotWitnessed):
        check_checkpoint(twice, policy)


def test_a_cosignature_of_another_checkpoint_is_bad_and_rejects():
    other = sign_checkpoint(Checkpoint(origin=LOG.name, size=1, root=b"r" * 32), LOG)
    policy = parse_policy(DEFINITIONS + "quorum none\n")
    with pytest.raises(NotSigned, match=r"`w0\.example` is not good"):
        check_checkpoint(add_signatures(NOTE, [cosign(other, WITNESSES[0], 5)]), policy)


def test_the_key_of_one_log_does_not_sign_for_another_log_of_the_same_policy():
    policy = Policy(logs=(Log(key=LOG.verifier), Log(key=OTHER_LOG.verifier)))
    forged = sign_note(format_checkpoint(HEAD), [OTHER_LOG])
    with pytest.raises(NotSigned, match=r"the key that the policy has for that log has not"):
        check_checkpoint(forged, policy)
    assert check_checkpoint(NOTE, policy).log == LOG.verifier


def test_witnesses_alone_do_not_make_a_checkpoint():
    policy = parse_policy(DEFINITIONS + "quorum w0\n")
    note = sign_note("text\n", [WITNESSES[1]])
    body = format_checkpoint(HEAD)
    unsigned = note.replace("text\n", body)
    with pytest.raises(NotSigned):
        check_checkpoint(add_signatures(unsigned, [cosign(NOTE, WITNESSES[0], 5)]), policy)


def test_a_policy_without_a_log_trusts_no_checkpoint():
    with pytest.raises(NotSigned, match=r"the policy names no log"):
        check_checkpoint(NOTE, parse_policy("quorum none\n"))


def test_comments_blank_lines_tabs_and_urls_are_read():
    policy = parse_policy(
        "# what the court was handed\n\n"
        f"\t log\t{format_vkey(LOG.verifier)}  https://agora.example/ \n"
        f"witness Zoë {format_vkey(WITNESSES[0].cosigner)} https://zoe.example/\n  quorum Zoë\t\n"
    )
    assert policy == Policy(
        logs=(Log(key=LOG.verifier, url="https://agora.example/"),),
        witnesses=(Witness(name="Zoë", key=WITNESSES[0].cosigner, url="https://zoe.example/"),),
        quorum="Zoë",
    )


V = [format_vkey(w.cosigner) for w in WITNESSES]
L = format_vkey(LOG.verifier)


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("", "policy", "no `quorum` line"),
        ("quorum w0\n", "policy:1", "`w0` is not defined"),
        ("quorum none\nquorum none\n", "policy:2", "the second"),
        (f"witness none {V[0]}\nquorum none\n", "policy:1", "`none` cannot be a name"),
        (f"witness a {V[0]}\nwitness a {V[1]}\n", "policy:2", "`a` is defined already"),
        (f"witness a {V[0]}\nwitness b {V[0]}\n", "policy:2", "same key as the witness"),
        (f"log {L}\nlog {L}\n", "policy:2", "same key as the log"),
        (f"log {V[0]}\n", "policy:1", "witness's key"),
        (f"witness a {L}\n", "policy:1", "log's key"),
        (f"log {L}\nwitness a {format_vkey(LOG.cosigner)}\n", "policy:2", "same key as the log"),
        (f"log {L[:-1]}\n", "policy:1", "base64"),
        (f"log {L} url more\n", "policy:1", "not a line of a policy"),
        ("log\n", "policy:1", "not a line of a policy"),
        ("Quorum none\n", "policy:1", "not a line of a policy"),
        (f"witness a {V[0]}\ngroup g 1\n", "policy:2", "not a line of a policy"),
        (f"witness a {V[0]}\ngroup g 0 a\n", "policy:2", "cannot ask for 0"),
        (f"witness a {V[0]}\ngroup g 2 a\n", "policy:2", "has 1 member and cannot ask for 2"),
        (f"witness a {V[0]}\ngroup g 01 a\n", "policy:2", "leading zeros"),
        (f"witness a {V[0]}\ngroup g most a\n", "policy:2", "leading zeros"),
        (f"witness a {V[0]}\ngroup g 1 a a\n", "policy:2", "count twice"),
        (f"witness a {V[0]}\ngroup g 1 a\ngroup h 1 a\n", "policy:3", "count twice"),
        ("group g 1 none\n", "policy:1", "`none` is not defined"),
        ("group g 1 g\n", "policy:1", "`g` is not defined"),
        (f"witness a {V[0]}\ngroup a 1 a\n", "policy:2", "defined already"),
        ("quorum none\r\n", "policy:1", "control characters"),
        ("quorum\u00a0none\n", "policy:1", "not a line of a policy"),
        (b"quorum \xff\n", "policy", "not UTF-8"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused_with_its_line(text, where, why):
    with pytest.raises(Malformed, match=why) as refused:
        parse_policy(text)
    assert refused.value.where == where


@given(st.data())
@settings(deadline=None, max_examples=80)
def test_a_policy_is_read_as_it_was_written(data):
    count = data.draw(st.integers(0, 6))
    witnesses = tuple(Witness(name=f"w{i}", key=WITNESSES[i].cosigner) for i in range(count))
    free = [w.name for w in witnesses]
    groups = []
    while free and data.draw(st.booleans()):
        members = tuple(free.pop(0) for _ in range(data.draw(st.integers(1, len(free)))))
        threshold = data.draw(st.integers(1, len(members)))
        groups.append(Group(name=f"g{len(groups)}", threshold=threshold, members=members))
        free.append(groups[-1].name)
    names = [w.name for w in witnesses] + [g.name for g in groups]
    policy = Policy(
        logs=(Log(key=LOG.verifier, url=data.draw(st.sampled_from(["", "https://a.example/"]))),),
        witnesses=witnesses,
        groups=tuple(groups),
        quorum=data.draw(st.sampled_from(["none", *names])),
    )
    assert parse_policy(format_policy(policy)) == policy


def test_a_policy_that_could_not_be_read_again_is_not_written():
    with pytest.raises(Malformed):
        format_policy(Policy(logs=(Log(key=LOG.verifier, url="a b"),)))
    with pytest.raises(Malformed):
        format_policy(Policy(quorum="nobody"))


@given(st.one_of(st.text(max_size=80), st.binary(max_size=80)))
@settings(deadline=None, max_examples=300)
def test_no_input_makes_a_policy_fail_in_another_way_than_ours(data):
    prefix = "quorum none\n" if isinstance(data, str) else b"quorum none\n"
    try:
        policy = parse_policy(prefix + data)
    except Malformed:
        return
    assert policy == Policy()


def test_a_witness_may_sign_with_ml_dsa_and_counts_as_any_other():
    witness = WITNESSES[0]
    policy = parse_policy(
        f"log {L}\nwitness later {format_vkey(witness.later_cosigner)}\nquorum later\n"
    )
    assert parse_policy(format_policy(policy)) == policy
    with pytest.raises(NotWitnessed):
        check_checkpoint(add_signatures(NOTE, [cosign(NOTE, witness, 5)]), policy)
    note = add_signatures(NOTE, [cosign(NOTE, witness, 6, ML_DSA_44)])
    assert check_checkpoint(note, policy).witnessed == (("later", 6),)
