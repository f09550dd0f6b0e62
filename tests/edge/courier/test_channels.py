"""Delivery by several channels: one letter to each, tried again in time, and told as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from evenhand.edge.config import load_config
from evenhand.edge.courier.channel import WAITS, next_try
from evenhand.edge.courier.courier import REST, ErrandCourier
from evenhand.edge.store import tables as t
from evenhand.edge.store.database import reading
from evenhand.edge.store.errands import waiting
from evenhand.ledger.policy import parse_policy
from evenhand.ledger.receipt import check_receipt, parse_receipt
from evenhand.record.kinds import read_record
from evenhand.record.opening import check_opening, read_opening

LETTER = ["actions.json", "log.policy", "notice.txt", "receipt.tlog-proof"]


class Hand:
    """A live clock that is turned by hand."""

    kind = "live"

    def __init__(self):
        self.now = datetime.now(UTC) + timedelta(seconds=1)

    def at(self, material):
        return self.now

    would_be = at


class Died(Exception):
    """The process is gone."""


class Square:
    """A platform on a live clock with channels, whose decisions wait to be handed over."""

    def __init__(self, world):
        self.world, self.hand = world, Hand()
        world.config.letters.mkdir(parents=True, exist_ok=True)

    def configure(self, *tables):
        plain = (self.world.folder / "plain.toml").read_text()
        (self.world.folder / "evenhand.toml").write_text(plain + "\n".join(tables))
        self.world.config = load_config(self.world.folder)

    def mail(self, port, *, contacts="ada,ada@post.example\nbo,bo@post.example\n"):
        file = self.world.folder / "contacts.csv"
        file.write_text("account,email\n" + contacts)
        return (f'[courier.e-mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
                f'from = "moderation@square.example"\ncontacts = "contacts.csv"\n')

    def hook(self, receiver):
        secret = self.world.folder / "webhook.secret"
        secret.write_text("0123456789abcdef0123456789abcdef\n")
        secret.chmod(0o600)
        return (f'[courier.webhook]\naddress = "{receiver.address()}"\n'
                'secret-file = "webhook.secret"\n')

    def decide(self, *authors):
        """A decision against a post of each of these accounts, sealed and not handed over."""
        made = datetime.now(UTC) + timedelta(milliseconds=1)
        with pytest.MonkeyPatch.context() as later:
            later.setattr(ErrandCourier, "deliver", lambda courier: 0)
            self.world.run([self.world.post(f"{author}-{n}", "I will zap you.", author=author,
                                            made_at=made) for n, author in enumerate(authors)])

    def courier(self):
        courier = self.world.open().courier
        courier.clock = self.hand
        return courier

    def deliver(self, *, later=timedelta()):
        self.hand.now += later
        return self.courier().deliver()

    def deliveries(self):
        """(channel, outcome, why, to) of every delivery on record, in order."""
        with reading(self.world.open().engine) as connection:
            return sorted((row.channel, row.outcome, row.because, read_record(row.record).to)
                          for row in connection.execute(select(t.deliveries)))

    def waits(self):
        """(channel, why) of what waits."""
        with reading(self.world.open().engine) as connection:
            return [(one.channel, one.why) for one in waiting(connection)]

    def files(self):
        """The names of the files of every letter's folder."""
        return [sorted(f.name for f in folder.iterdir())
                for folder in sorted(self.world.config.letters.iterdir())]


@pytest.fixture
def square(worlds):
    world = worlds("square", clock="live", terms=False)
    (world.folder / "plain.toml").write_text((world.folder / "evenhand.toml").read_text())
    today = datetime.now(UTC).date().isoformat()
    world.publish(version="1", published=today, in_force=today)
    return Square(world)


def test_the_letter_goes_by_e_mail_and_the_folder_tells_the_platform_what_to_do(square, mailbox):
    square.configure(square.mail(mailbox.port))
    square.decide("ada")
    assert square.deliver() == 1
    assert square.files() == [["actions.json"]]
    assert square.deliveries() == [("e-mail", "delivered", None, "ada@post.example"),
                                   ("folder", "delivered", None, "square")]
    [message] = mailbox.messages
    _, receipt_file, log = message.iter_parts()
    receipt = parse_receipt(receipt_file.get_content())
    opening = read_opening(receipt.extra)
    check_receipt(receipt, opening.leaf, parse_policy(log.get_content()))
    words = check_opening(opening).body["notice"]["words"]
    text = next(message.iter_parts()).get_content().replace("\r\n", "\n")
    assert text.startswith(words + "\n\nRECEIPT\n")
    square.world.run()
    assert square.world.verify().kinds["delivery"] == 2
    assert square.deliver() == 0 and len(mailbox.taken) == 1


def test_of_all_channels_one_carries_the_letter(square, mailbox, receiver):
    square.configure(square.mail(mailbox.port), square.hook(receiver))
    square.decide("ada")
    assert square.deliver() == 1
    told = json.loads(receiver.posted[0][2])
    assert told["letter"] is None
    assert told["instructions"]["actions"][0]["kind"] == "remove"
    assert (len(mailbox.taken), square.files()) == (1, [["actions.json"]])


def test_without_e_mail_the_webhook_carries_it(square, receiver):
    square.configure(square.hook(receiver))
    square.decide("ada")
    assert square.deliver() == 1
    told = json.loads(receiver.posted[0][2])
    assert told["letter"]["to"] == "ada" and told["letter"]["text"].startswith(
        told["letter"]["words"])
    assert square.files() == [["actions.json"]]
    assert ("webhook", "delivered", None, "ada") in square.deliveries()


def test_whom_nobody_can_write_to_is_never_told_as_delivered_and_the_platform_gets_the_letter(
        square, mailbox):
    square.configure(square.mail(mailbox.port))
    square.decide("cy", "ada@post.example")
    assert square.deliver() == 0
    assert mailbox.tried == [], "an account that looks like an address is none"
    assert square.deliveries()[:2] == [
        ("e-mail", "contact unknown", "no address", "ada@post.example"),
        ("e-mail", "contact unknown", "no address", "cy")]
    assert square.files() == [LETTER, LETTER]


def test_an_address_on_another_platform_is_another_s(square, mailbox):
    square.configure(square.mail(mailbox.port))
    with pytest.MonkeyPatch.context() as later:
        later.setattr(ErrandCourier, "deliver", lambda courier: 0)
        square.world.run([square.world.post(1, "I will zap you.", author="ada", platform="other",
                                            made_at=datetime.now(UTC) + timedelta(seconds=.001))])
    assert square.deliver() == 0 and mailbox.tried == []


def test_a_refused_letter_is_recorded_as_refused_and_left_for_the_platform(square, mailbox):
    square.configure(square.mail(mailbox.port))
    square.decide("ada")
    mailbox.rcpt.append("550 ada@post.example is unknown here")
    assert square.deliver() == 0
    assert square.deliveries()[0] == ("e-mail", "refused", "the mail server refuses the address "
                                      "(550)", "ada@post.example")
    assert square.files() == [LETTER] and square.waits() == []
    assert square.deliver(later=timedelta(days=9)) == 0 and mailbox.taken == []


def test_what_was_refused_for_now_is_tried_again_when_it_is_due_and_not_before(square, mailbox):
    square.configure(square.mail(mailbox.port))
    square.decide("ada")
    mailbox.rcpt.extend(["450 later"] * 2)
    assert square.deliver() == 0
    assert square.waits() == [("e-mail", "the mail server refuses the address (450)")]
    assert square.deliver(later=timedelta(seconds=59)) == 0 and len(mailbox.tried) == 1
    assert square.deliver(later=timedelta(seconds=1)) == 0 and len(mailbox.tried) == 2
    assert square.deliver(later=timedelta(minutes=4, seconds=59)) == 0 and len(mailbox.tried) == 2
    assert square.deliver(later=timedelta(seconds=1)) == 1
    assert square.waits() == [] and square.files() == [["actions.json"]]
    assert [o for c, o, *_ in square.deliveries() if c == "e-mail"] == ["delivered"]


def test_after_the_last_attempt_it_is_refused_and_the_platform_gets_the_letter(square, mailbox):
    square.configure(square.mail(mailbox.port))
    square.decide("ada")
    mailbox.rcpt.extend(["450 later"] * 20)
    square.deliver()
    for wait in WAITS:
        assert square.waits() == [("e-mail", "the mail server refuses the address (450)")]
        square.deliver(later=wait)
    assert len(mailbox.tried) == len(WAITS) + 1
    assert square.deliveries()[0][1:3] == (
        "refused", "the mail server refuses the address (450), at the last attempt")
    assert square.waits() == [] and square.files() == [LETTER]


def test_when_to_try_again_follows_from_the_attempts_alone():
    assert [next_try(n) for n in range(1, len(WAITS) + 2)] == [*WAITS, None]
    assert timedelta(days=2) < sum(WAITS, timedelta()) <= timedelta(days=3)
    assert list(WAITS) == sorted(WAITS)
    assert next_try(1, timedelta(hours=1)) == timedelta(hours=1)
    assert next_try(4, timedelta(seconds=1)) == WAITS[3]
    assert next_try(1, timedelta(days=300)) == max(WAITS)


def test_a_receiver_that_asks_for_patience_gets_it(square, receiver):
    square.configure(square.hook(receiver))
    square.decide("ada")
    receiver.answers.append((429, {"Retry-After": "3600"}))
    square.deliver()
    assert square.deliver(later=timedelta(minutes=59)) == 0 and len(receiver.posted) == 1
    assert square.deliver(later=timedelta(minutes=1)) == 1
    assert len({headers["Evenhand-Delivery"] for _, headers, _ in receiver.posted}) == 1


def test_a_dead_server_costs_one_attempt_and_holds_nothing_else_up(square, mailbox):
    port = mailbox.port
    square.configure(square.mail(1))
    square.decide("ada", "bo", "ada")
    courier = square.courier()
    for _ in range(3):
        assert courier.deliver() == 0
    assert dict(courier.tally) == {("folder", "delivered"): 3, ("e-mail", "try again"): 1}
    square.hand.now += REST
    assert courier.deliver() == 0
    assert courier.tally["e-mail", "try again"] == 2
    square.configure(square.mail(port))
    square.deliver(later=timedelta(hours=1))
    assert len(mailbox.taken) == 3 and square.waits() == []


def test_a_crash_after_sending_sends_the_same_message_again_and_records_one_delivery(
        square, mailbox, receiver):
    for author, table, count in (
            ("ada", square.mail(mailbox.port), lambda: len(mailbox.taken)),
            ("bo", square.hook(receiver), lambda: len(receiver.posted))):
        square.configure(table)
        square.decide(author)
        courier = square.courier()
        note, seen = courier._note, []

        def dies(connection, tried, note=note, seen=seen):
            seen.extend(one.errand.channel for one in tried)
            if "folder" not in seen[-1:]:
                raise Died
            return note(connection, tried)

        courier._note = dies
        with pytest.raises(Died):
            courier.deliver()
        assert count() == 1
        assert square.deliver(later=timedelta(minutes=4)) == 0 and count() == 1, (
            "for a while nobody knows whether the one that sent it is still at work")
        assert square.deliver(later=timedelta(minutes=2)) == 1 and count() == 2
        assert square.waits() == []
    assert len({m["Message-ID"] for m in mailbox.messages}) == 1
    assert len({headers["Evenhand-Delivery"] for _, headers, _ in receiver.posted}) == 1
    assert [o for _, o, *_ in square.deliveries()] == ["delivered"] * 4


def test_of_two_processes_at_once_one_sends(square, mailbox):
    square.configure(square.mail(mailbox.port))
    square.decide("ada", "bo")
    one, other = square.courier(), square.courier()
    mail = one.channels[1]
    deliver, meanwhile = mail.deliver, []

    def overtaken(letter, at):
        if not meanwhile:
            meanwhile.append(other.deliver())
        return deliver(letter, at)

    mail.deliver = overtaken
    assert (one.deliver(), meanwhile) == (1, [1])
    assert sorted(mailbox.tried) == ["ada@post.example", "bo@post.example"]


def test_what_is_erased_while_it_waits_is_sent_to_nobody(square, mailbox):
    square.configure(square.mail(mailbox.port))
    square.decide("ada", "bo")
    with square.world.open().engine.begin() as connection:
        connection.exec_driver_sql("UPDATE decisions SET record = NULL, key = NULL "
                                   "WHERE author = 'ada'")
    assert square.deliver() == 1
    assert mailbox.tried == ["bo@post.example"] and square.waits() == []
    assert len(square.deliveries()) == 2


def test_nothing_is_sent_that_is_not_sealed(square, mailbox, receiver, monkeypatch):
    square.configure(square.mail(mailbox.port), square.hook(receiver))
    job = square.world.job()
    monkeypatch.setattr(job.platform.sequencer, "seal", lambda: 0)
    made = datetime.now(UTC) + timedelta(milliseconds=1)
    job.run([square.world.post(1, "I will zap you.", author="ada", made_at=made)])
    assert job.summary.decisions == 1 and square.deliver() == 0
    assert (mailbox.tried, receiver.posted, square.files()) == ([], [], [])
    assert square.waits() == [("e-mail", None), ("folder", None), ("webhook", None)]
    square.world.run()
    assert len(mailbox.taken) == len(receiver.posted) == 1


def test_what_waits_for_a_channel_that_is_configured_no_more_waits_and_is_told(square, mailbox):
    square.configure(square.mail(mailbox.port))
    square.decide("ada")
    square.configure()
    assert square.deliver() == 0
    assert square.waits() == [("e-mail", None)] and square.files() == [["actions.json"]]
    square.configure(square.mail(mailbox.port))
    assert square.deliver() == 1


def test_wrong_contacts_stop_a_run_before_it_reads_a_post(square, mailbox):
    square.configure(square.mail(mailbox.port, contacts="ada\n"))
    read = []
    with pytest.raises(Exception, match="1 columns, not 2"):
        square.world.run(read.append(1) for _ in "x")
    assert read == []
