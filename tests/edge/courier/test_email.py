"""Letters by e-mail: the sealed words to the right person, once, and what a server may answer."""

from __future__ import annotations

import os
import smtplib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy

import pytest

from evenhand.edge.courier.email import PASSWORD, EmailChannel
from evenhand.edge.courier.settings import Mail
from evenhand.errors import EvenhandError
from evenhand.model.decision import Outcome
from evenhand.model.matter import Sender
from evenhand.record.kinds import AnswerRecord, ClosingRecord

NOW = datetime(2026, 5, 26, 12, 0, tzinfo=UTC)
PLAIN = {"host": "127.0.0.1", "security": "none", "sender": "moderation@square.example",
         "user": None, "password_file": None, "contacts": None, "trust": None}


def text_of(message):
    """The words of a message; lines end in CRLF on the way (RFC 2045, 2.2)."""
    return next(message.iter_parts()).get_content().replace("\r\n", "\n")


@pytest.fixture
def channel():
    """Makes prepared channels: `channel(port=..., user=...)`; all are closed with the test."""
    made = []

    def make(*, name="Square", environment=None, **said):
        made.append(EmailChannel(Mail(**PLAIN | said), platform="square", name=name,
                                 environment=environment or {}))
        made[-1].prepare()
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_the_letter_holds_the_sealed_words_the_receipt_and_two_files(mailbox, channel, letter):
    outcome = channel(port=mailbox.port).deliver(letter(), NOW)
    assert (outcome.kind, outcome.to, outcome.why) == ("delivered", "ada@square.example", None)
    [message], [envelope] = mailbox.messages, mailbox.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("moderation@square.example",
                                                       ["ada@square.example"])
    assert message["From"] == "Square <moderation@square.example>"
    assert (message["To"], message["Subject"]) == ("ada@square.example", "Your report")
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    body, receipt, log = message.iter_parts()
    text = text_of(message)
    assert text == letter().text and body.get_content_type() == "text/plain"
    assert text.startswith("We have your report.\n\nNäh.\n\nRECEIPT\n")
    assert [p.get_filename() for p in (receipt, log)] == ["receipt.tlog-proof", "log.policy"]
    assert receipt.get_content() == letter().receipt_file
    assert log.get_content() == letter().policy


def test_a_letter_that_goes_out_twice_is_one_message_and_another_record_is_another(
        mailbox, channel, letter):
    one = channel(port=mailbox.port)
    for about, at in (("report:r1", NOW), ("report:r1", NOW + timedelta(hours=1)),
                      ("report:r2", NOW)):
        one.deliver(letter(about=about), at)
    first, again, other = [m["Message-ID"] for m in mailbox.messages]
    assert first == again != other
    assert first.endswith("@square.example>")


def test_names_and_words_of_every_script_arrive_as_they_are(mailbox, channel, letter):
    words = "ไม่อนุญาต — מותר, ändern\n" + "長" * 3000 + "\n.\n..\nFrom here  \n"
    one = letter(words=words, subject="Über Ihren Beitrag: “تعليق” " + "長い" * 60)
    assert channel(port=mailbox.port, name="Plätzchen, Inc.").deliver(one, NOW).kind == "delivered"
    [message], [envelope] = mailbox.messages, mailbox.taken
    assert message["Subject"] == one.notice.subject
    assert message["From"].addresses[0].display_name == "Plätzchen, Inc."
    assert text_of(message) == one.text
    assert max(map(len, envelope.content.split(b"\r\n"))) <= 998


def test_a_huge_letter_arrives_whole(mail_server, channel, letter):
    box = mail_server(data_size_limit=50_000_000)
    one = letter(words="wheeep " * 700_000)
    assert channel(port=box.port).deliver(one, NOW).kind == "delivered"
    assert text_of(box.messages[0]) == one.text


def test_a_letter_that_the_server_finds_too_large_is_refused_and_others_still_go(
        mail_server, channel, letter):
    box = mail_server(data_size_limit=20_000)
    one = channel(port=box.port)
    outcome = one.deliver(letter(words="wheeep " * 7_000), NOW)
    assert (outcome.kind, outcome.why) == ("refused", "the mail server refuses the letter (552)")
    assert one.deliver(letter(), NOW).kind == "delivered"


@pytest.mark.parametrize("subject", ["Hello\r\nBcc: all@square.example", "Hello\nX: y", "a\x00b",
                                     "a\u2028Bcc: all@square.example", "a\x85b", "a\ud800b"])
def test_no_subject_can_add_a_header(mailbox, channel, subject, letter):
    outcome = channel(port=mailbox.port).deliver(letter(subject=subject), NOW)
    assert outcome.kind == "refused" and "subject" in outcome.why
    assert mailbox.tried == []


@pytest.mark.parametrize("to", [
    "ada@square.example\r\nBcc: all@square.example", "ada@square.example> SIZE=1\r\nRSET",
    "ada@square.example, all@square.example", "ada", "", "a b@square.example", "@square.example",
    '"ada\\"@square.example', "ada@[127.0.0.1]", "ada@square..example", "ada@1::2"])
def test_what_is_no_address_is_an_unknown_contact_and_nothing_is_sent(mailbox, channel, to, letter):
    outcome = channel(port=mailbox.port).deliver(letter(to), NOW)
    assert (outcome.kind, outcome.to) == ("contact unknown", to)
    assert mailbox.tried == []


@pytest.mark.parametrize(("rcpt", "kind"), [
    ("550 no such user <ada@square.example>", "refused"), ("553 no", "refused"),
    ("450 later", "try again"), ("451 greylisted", "try again")])
def test_a_refused_address_is_refused_for_good_or_for_now(mailbox, channel, rcpt, kind, letter):
    mailbox.rcpt.append(rcpt)
    one = channel(port=mailbox.port)
    outcome = one.deliver(letter(), NOW)
    assert (outcome.kind, outcome.nobody_answers) == (kind, False)
    assert outcome.why == f"the mail server refuses the address ({rcpt[:3]})"
    assert mailbox.taken == []
    assert one.deliver(letter(), NOW).kind == "delivered", "the next letter is not held up"


@pytest.mark.parametrize(("data", "kind"), [("554 spam", "refused"), ("452 full", "try again")])
def test_refused_words_are_refused_for_good_or_for_now(mailbox, channel, data, kind, letter):
    mailbox.data.append(data)
    outcome = channel(port=mailbox.port).deliver(letter(), NOW)
    assert (outcome.kind, outcome.why) == (kind, f"the mail server refuses the letter ({data[:3]})")


@pytest.mark.parametrize("mail", ["550 you may not send", "530 log in first", "451 later"])
def test_a_server_that_refuses_us_refuses_no_letter_for_good(mailbox, channel, mail, letter):
    mailbox.mail.append(mail)
    outcome = channel(port=mailbox.port).deliver(letter(), NOW)
    assert (outcome.kind, outcome.nobody_answers) == ("try again", True)
    assert outcome.why == f"the mail server refuses the sender ({mail[:3]})"


def test_a_server_that_closes_is_tried_again_later(mailbox, channel, letter):
    one = channel(port=mailbox.port)
    for answers in (mailbox.rcpt, mailbox.data):
        answers.append("421 closing")
        outcome = one.deliver(letter(), NOW)
        assert (outcome.kind, outcome.nobody_answers) == ("try again", True)
    assert one.deliver(letter(), NOW).kind == "delivered"


def test_a_server_that_dies_in_the_middle_gets_the_same_message_again(mailbox, channel, letter):
    mailbox.hangs_up = 1
    one = channel(port=mailbox.port)
    outcome = one.deliver(letter(), NOW)
    assert (outcome.kind, outcome.why) == ("try again", "the mail server hung up")
    assert one.deliver(letter(), NOW).kind == "delivered"
    assert len({m["Message-ID"] for m in mailbox.messages}) == 1 < len(mailbox.messages)


def test_a_connection_that_went_away_between_two_letters_is_made_again(mailbox, channel, letter):
    one = channel(port=mailbox.port)
    assert one.deliver(letter(), NOW).kind == "delivered"
    one._smtp.sock.close()
    assert one.deliver(letter(), NOW).kind == "delivered"


def test_nobody_there_is_trouble_of_the_channel_and_not_of_the_letter(channel, unused_port, letter):
    outcome = channel(port=unused_port).deliver(letter(), NOW)
    assert (outcome.kind, outcome.nobody_answers) == ("try again", True)
    assert outcome.why == "the mail server cannot be reached"


# --- encryption and names ----------------------------------------------------------------------

SAFE = {"security": "starttls", "user": "evenhand"}


def test_over_starttls_with_a_password_from_the_environment(
        mail_server, channel, certificate, letter):
    box = mail_server(tls_context=certificate.server(), require_starttls=True)
    one = channel(port=box.port, trust=certificate.file, environment={PASSWORD: "s3cret"}, **SAFE)
    assert one.deliver(letter(), NOW).kind == "delivered"
    assert (box.logins, box.encrypted) == ([(b"evenhand", b"s3cret")], [True])


def test_over_tls_with_a_password_from_its_file(
        mail_server, channel, certificate, tmp_path, letter):
    # What is TLS from the first byte needs no STARTTLS before a password.
    box = mail_server(ssl_context=certificate.server(), auth_require_tls=False)
    file = tmp_path / "password"
    file.write_text("s3cret\n")
    file.chmod(0o600)
    one = channel(port=box.port, trust=certificate.file, security="tls", user="evenhand",
                  password_file=file)
    assert one.deliver(letter(), NOW).kind == "delivered"
    assert box.logins == [(b"evenhand", b"s3cret")]


def test_a_certificate_that_is_not_trusted_gets_no_letter_and_no_password(
        mail_server, channel, certificate, letter):
    box = mail_server(tls_context=certificate.server())
    outcome = channel(port=box.port, environment={PASSWORD: "s3cret"}, **SAFE).deliver(
        letter(), NOW)
    assert (outcome.kind, outcome.nobody_answers) == ("try again", True)
    assert outcome.why == "the mail server's certificate is not trusted"
    assert (box.logins, box.tried) == ([], [])


def test_a_server_without_starttls_gets_nothing_in_the_clear(mailbox, channel, letter):
    outcome = channel(port=mailbox.port, environment={PASSWORD: "s3cret"}, **SAFE).deliver(
        letter(), NOW)
    assert outcome.why == "the mail server does not offer what is configured"
    assert (mailbox.logins, mailbox.tried) == ([], [])


def test_a_wrong_password_is_told_without_it_and_refuses_no_letter(
        mail_server, channel, certificate, letter):
    box = mail_server(tls_context=certificate.server())
    outcome = channel(port=box.port, trust=certificate.file, environment={PASSWORD: "wr0ng"},
                      **SAFE).deliver(letter(), NOW)
    assert (outcome.kind, outcome.nobody_answers) == ("try again", True)
    assert outcome.why == "the mail server refuses our name or password (535)"


@pytest.mark.parametrize(("content", "mode", "told"), [
    (b"s3cret", 0o644, "others may read the password"), (b"", 0o600, "not one line"),
    (b"s3cret\nand more", 0o600, "not one line"), ("s3crét".encode(), 0o600, "not one line"),
    (b"s3c\x00ret", 0o600, "not one line"), (None, 0, "cannot be read")])
def test_a_password_that_cannot_be_used_is_refused_without_being_told(
        channel, tmp_path, content, mode, told):
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
        file.chmod(mode)
    with pytest.raises(EvenhandError, match=told) as refused:
        channel(port=1, password_file=file, **SAFE)
    assert "s3c" not in str(refused.value) and "s3c" not in (refused.value.hint or "")
    assert refused.value.where == str(file)


def test_a_name_without_a_password_is_refused_before_anything_is_sent(channel):
    with pytest.raises(EvenhandError, match="there is no password"):
        channel(port=1, **SAFE)


def test_no_password_is_ever_left_in_what_a_refusal_holds(channel):
    with pytest.raises(EvenhandError) as refused:
        channel(port=1, environment={PASSWORD: "s3crét"}, **SAFE)
    chain = refused.value
    while chain is not None:
        assert "s3cr" not in repr(chain)
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)


def test_certificates_that_are_none_are_refused(channel, tmp_path):
    file = tmp_path / "here.pem"
    for content in (None, b"", b"nothing"):
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(EvenhandError, match="certificates cannot be read"):
            channel(port=1, security="tls", trust=file)


# --- addresses ---------------------------------------------------------------------------------

def test_an_address_that_is_not_ascii_goes_to_a_server_that_takes_it_and_to_no_other(
        mail_server, channel, letter):
    takes, takes_not = mail_server(enable_SMTPUTF8=True), mail_server(enable_SMTPUTF8=False)
    to = "дора@bücher.example"
    outcome = channel(port=takes.port).deliver(letter(to), NOW)
    assert (outcome.kind, outcome.to) == ("delivered", "дора@xn--bcher-kva.example")
    assert takes.messages[0]["To"] == "дора@xn--bcher-kva.example"
    refused = channel(port=takes_not.port).deliver(letter(to), NOW)
    assert (refused.kind, refused.why) == (
        "refused", "the mail server takes no address that is not ASCII")


def test_the_contacts_say_where_an_account_is_written_to(mailbox, channel, tmp_path, letter):
    file = tmp_path / "contacts.csv"
    file.write_bytes("\ufeffaccount,email\r\nada,ada@square.example\r\n\"b,o\",bo@ö.example\r\n"
                     .encode())
    one = channel(port=mailbox.port, contacts=file)
    assert one.deliver(letter("ada"), NOW).to == "ada@square.example"
    assert one.deliver(letter("b,o"), NOW).to == "bo@xn--nda.example"
    assert one.deliver(letter("cy"), NOW).kind == "contact unknown"


def test_an_account_that_looks_like_an_address_is_none(mailbox, channel, letter):
    one = letter("bob@forum.example")
    said = replace(one.record.report, by=Sender(account="bob@forum.example"))
    outcome = channel(port=mailbox.port).deliver(
        replace(one, record=replace(one.record, report=said)), NOW)
    assert outcome.kind == "contact unknown" and mailbox.tried == []


@pytest.mark.parametrize(("by", "to"), [
    (Sender(account="bob@forum.example"), None), (Sender(name="ada"), None),
    (Sender(account="ada"), "ada@square.example"),
    (Sender(account="ada", address="other@square.example"), "other@square.example"),
    (Sender(flagger="watch"), "watch@square.example")])
@pytest.mark.parametrize("kind", ["answer", "closing"])
def test_an_answer_goes_where_its_sender_said_and_never_where_their_name_or_account_looks_like_it(
        mailbox, channel, tmp_path, letter, by, to, kind):
    file = tmp_path / "contacts.csv"
    file.write_text("account,email\nada,ada@square.example\nwatch,watch@square.example\n")
    one = letter(by.contact or by.name)
    said = {"matter": "r1", "kind": "report", "sender": by, "notice": one.notice, "at": NOW,
            "clock": "live"}
    record = ClosingRecord(**said) if kind == "closing" else AnswerRecord(
        decision="d1", outcome=Outcome.LEFT_ALONE, automated="not", **said)
    outcome = channel(port=mailbox.port, contacts=file).deliver(replace(one, record=record), NOW)
    assert outcome.kind == ("contact unknown" if to is None else "delivered")
    assert to is None or outcome.to == to


@pytest.mark.parametrize(("rows", "line", "told"), [
    ("ada,ada@square.example\n", 1, "does not name their columns"),
    ("account,email\nada\n", 2, "1 columns, not 2"),
    ("account,email\nada,a@b.example\nbo,b@c.example,x\n", 3, "3 columns, not 2"),
    ("account,email\nada,nowhere\n", 2, "no address"),
    ("account,email\nada,\n", 2, "no address"),
    ("account,email\n\nada,\"a@b.example\nBcc: c@d.example\"\n", 3, "no address"),
    ("account,email\n,a@b.example\n", 2, "names no account"),
    ("account,email\nada,a@b.example\nada,c@d.example\n", 3, "in line 2 already"),
    ("account,email\nada,\"a@b.example\n", 2, "not CSV"), ("", 1, "does not name")])
def test_a_malformed_contact_is_refused_with_its_line(channel, tmp_path, rows, line, told):
    file = tmp_path / "contacts.csv"
    file.write_text(rows)
    with pytest.raises(EvenhandError, match=told) as refused:
        channel(port=1, contacts=file)
    assert refused.value.where == f"{file}:{line}" and refused.value.hint


def test_contacts_that_are_not_there_or_not_utf8_are_refused(channel, tmp_path):
    file = tmp_path / "contacts.csv"
    with pytest.raises(EvenhandError, match="cannot be read"):
        channel(port=1, contacts=file)
    file.write_bytes(b"account,email\nad\xe4,a@b.example\n")
    with pytest.raises(EvenhandError, match="not UTF-8: byte 16"):
        channel(port=1, contacts=file)


def test_the_environment_is_the_process_s_own_by_default():
    assert EmailChannel(Mail(**PLAIN, port=1), platform="square",
                        name="Square").environment is os.environ


def test_every_message_is_one_that_a_strict_server_takes(channel, letter):
    message = channel(port=1).message(letter(), "ada@square.example", NOW)
    raw = message.as_bytes(policy=policy.SMTP)
    assert b"\r\n" in raw and b"\n" not in raw.replace(b"\r\n", b"")
    assert smtplib.email.message_from_bytes(raw)["Message-ID"].count("@") == 1
