"""What must hold of a platform whatever its people did, read from its tables and its files.

The code under test is asked as little as can be: rows, records and files say it themselves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import select

from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.counted import strikes
from evenhand.edge.store.database import from_us, reading, to_us
from evenhand.ledger.policy import parse_policy
from evenhand.ledger.receipt import check_receipt, parse_receipt
from evenhand.model.decision import SetAsideBecause
from evenhand.record.kinds import read_record
from evenhand.record.opening import check_opening, read_opening


class Seen:
    """Everything that the store of an office holds at one moment."""

    def __init__(self, office: Any) -> None:
        self.office = office
        platform = office.world.open()
        with reading(platform.engine) as connection:
            def rows(table: Any) -> list[Any]:
                return list(connection.execute(select(table)))

            self.outbox = {row.key: row for row in rows(t.outbox)}
            self.leaves = {row.leaf_index: row.entry for row in rows(t.leaves)}
            self.terms = {row.digest: row for row in rows(t.terms)}
            self.posts = {(r.platform, r.native, r.version): r for r in rows(t.posts)}
            self.rows = {row.id: row for row in rows(t.decisions)}
            self.questions = rows(t.questions)
            self.matters = {row.id: row for row in rows(m.matters)}
            self.answers = {row.matter: row for row in rows(m.answers)}
            self.closings = {row.matter: row for row in rows(m.closings)}
            self.brakes = rows(m.brakes)
            self.deciders = {row.decision: row.person for row in rows(m.deciders)}
            self.deliveries = rows(t.deliveries)
            self.errands = rows(t.errands)
            self.fallen = rows(t.fallen_strikes)
        self.records = {id_: read_record(row.record) for id_, row in self.rows.items()
                        if row.record}
        self.next = {row.supersedes: id_ for id_, row in self.rows.items() if row.supersedes}
        self.gone = {row.withdraws for row in self.matters.values() if row.withdraws}
        self.now = platform.clock.at(None)

    @property
    def standing(self) -> list[str]:
        return [id_ for id_ in self.rows if id_ not in self.next]

    def before(self, decision: str) -> list[str]:
        """The decisions that one superseded, directly or not."""
        found: list[str] = []
        while (earlier := self.rows[(found or [decision])[-1]].supersedes) is not None:
            found.append(earlier)
        return found


def hold(office: Any, *, finished: bool = False) -> Seen:
    """Every invariant; `finished` says that a run has gone through since anything happened."""
    seen = Seen(office)
    for invariant in (grounds_were_published_and_in_force, chains_do_not_fork,
                      nobody_judged_themselves, matters_are_open_answered_or_withdrawn,
                      what_waits_is_in_sight, what_was_stopped_began_nothing,
                      strikes_are_those_of_the_records, nothing_went_out_unsealed):
        invariant(seen)
    office.world.verify()
    if finished:
        assert not seen.errands, "every letter has gone out"
        assert all(row.leaf_index is not None for row in seen.outbox.values())
        assert all(row.swept for row in seen.matters.values()), "every post was looked at"
        assert not seen.fallen, "and what rested on strikes that fell"
        everybody_was_told_once(seen)
    return seen


def grounds_were_published_and_in_force(seen: Seen) -> None:
    for id_, record in seen.records.items():
        decision = record.decision
        terms = seen.terms[decision.terms]
        assert from_us(terms.published_at) <= decision.at, "published before"
        assert from_us(terms.in_force_from) <= record.post.made_at, "and in force"
        published = seen.outbox[f"publication:{decision.terms}"].leaf_index
        mine = seen.outbox[f"decision:{id_}"].leaf_index
        assert mine is None or published < mine, "and in the log before it"
        held = {g.citation for g in decision.grounds}
        for action in decision.actions:
            assert action.ground.citation.digest == decision.terms or action.ground.citation in held
            assert action.ground.citation in held, "no action without its ground"
        assert not decision.actions or decision.grounds


def chains_do_not_fork(seen: Seen) -> None:
    of_post: dict[Any, list[str]] = defaultdict(list)
    for id_, row in seen.rows.items():
        of_post[row.platform, row.native, row.version].append(id_)
        if row.supersedes is not None:
            old = seen.rows[row.supersedes]
            assert (old.platform, old.native, old.version) == (
                row.platform, row.native, row.version)
            assert id_ not in seen.records or seen.records[id_].decision.supersedes == old.id
    assert len(seen.next) == sum(row.supersedes is not None for row in seen.rows.values())
    for ids in of_post.values():
        assert sum(seen.rows[id_].supersedes is None for id_ in ids) == 1, "one beginning"
        [last] = [id_ for id_ in ids if id_ not in seen.next]
        assert {last, *seen.before(last)} == set(ids), "and one chain to the decision that stands"


def nobody_judged_themselves(seen: Seen) -> None:
    for matter, answer in seen.answers.items():
        row = seen.matters[matter]
        if row.kind == "appeal":
            assert answer.person is not None, "an appeal is answered by a person"
            judged = {seen.deciders.get(id_) for id_ in (row.decision, *seen.before(row.decision))}
            assert answer.person not in judged


def matters_are_open_answered_or_withdrawn(seen: Seen) -> None:
    for matter, answer in seen.answers.items():
        row = seen.matters[matter]
        assert row.kind in ("report", "order", "appeal")
        assert answer.decision in seen.rows and f"decision:{answer.decision}" in seen.outbox
        assert (answer.record is None) == (f"answer:{matter}" not in seen.outbox)
        if row.kind != "order":
            assert matter not in seen.gone, "what was answered is not taken back, nor the reverse"
        if row.kind == "appeal" and answer.decision in seen.records:
            said = seen.records[answer.decision]
            assert said.decision.cause.id == matter
    for matter in seen.closings:
        row = seen.matters[matter]
        assert row.kind in ("report", "order", "appeal") and not row.record, "erased"
        assert matter not in seen.answers and matter not in seen.gone, "and nobody had answered"
    for id_, row in seen.matters.items():
        assert f"{row.kind}:{id_}" in seen.outbox, "each is in the log"


def waits(seen: Seen) -> dict[str, datetime | None]:
    """What nobody has answered, by the tables: matter or decision -> its deadline.

    Of what was erased nobody knows any more what to answer.
    """
    found: dict[str, datetime | None] = {
        id_: from_us(row.due_at) if row.due_at else None for id_, row in seen.matters.items()
        if row.kind in ("report", "order", "appeal") and id_ not in seen.answers
        and id_ not in seen.gone and row.record}
    for row in seen.questions:
        if row.decision not in seen.next and row.decision in seen.records:
            found[row.decision] = from_us(row.due_at) if row.due_at else None
    return found


def what_waits_is_in_sight(seen: Seen) -> None:
    due, told = waits(seen), seen.office.waiting()
    assert {w.id for w in told} == due.keys(), "what waits, and nothing else"
    late = {id_ for id_, at in due.items() if at is not None and at <= seen.now}
    assert {w.id for w in told if w.is_late(seen.now)} == late, "every deadline that passed"
    order = [w.due_at for w in told if w.due_at is not None]
    assert order == sorted(order) and [w.due_at for w in told[:len(order)]] == order


def suspended(seen: Seen, number: str, terms: str, at: int) -> bool:
    """Whether a clause of a version was suspended at an instant, by the brakes in their order."""
    stopped = False
    for row in sorted(seen.brakes, key=lambda row: seen.matters[row.matter].n):
        if row.number == number and row.until is None and row.since <= at:
            if row.resumes:
                stopped = False
            elif seen.terms[terms].published_at <= row.since:
                stopped = True
    return stopped


def what_was_stopped_began_nothing(seen: Seen) -> None:
    for record in seen.records.values():
        decision = record.decision
        before = seen.records.get(decision.supersedes or "")
        did = {(a.ground.citation.number, a.name) for a in before.decision.actions} \
            if before else set()
        aside = {s.ground.citation.number for s in before.decision.set_aside} if before else set()
        aside -= {said.split()[0] for said in decision.chosen}
        aside |= {s.ground.citation.number for s in decision.set_aside}
        for action in decision.actions:
            number = action.ground.citation.number
            assert number not in aside, "a clause that was set aside does nothing to this post"
            if (number, action.name) not in did and action.since == decision.at and not any(
                    a.is_the_act(action) for a in (before.decision.begun if before else ())):
                # Of one instant: what was stored first, the brake or the decision?
                brakes = [row for row in seen.brakes if row.number == number
                          and row.since == to_us(decision.at)]
                assert brakes or not suspended(
                    seen, number, decision.terms, to_us(decision.at)), (
                    f"clause {number} was suspended and began something")


def strikes_are_those_of_the_records(seen: Seen) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    unknown = {(row.platform, row.author) for row in seen.rows.values() if not row.record}
    for id_ in seen.standing:
        if id_ not in seen.records:
            continue
        decision, row = seen.records[id_].decision, seen.rows[id_]
        more = {a.ground.citation.number for earlier in (id_, *seen.before(id_))
                if earlier in seen.records for a in seen.records[earlier].decision.actions
                if a.effect.value != "adds"}
        counted[row.platform, row.author] += any(
            a.effect.value != "adds" for a in decision.actions) or any(
            s.because is SetAsideBecause.REINSTATED and s.ground in decision.grounds
            and s.ground.citation.number in more for s in decision.set_aside)
    authors = {(row.platform, row.author) for row in seen.rows.values()} - unknown
    told = strikes(seen.office.world.open().engine, authors)
    assert {a: told[a] for a in authors} == {a: counted[a] for a in authors}


def nothing_went_out_unsealed(seen: Seen) -> None:
    told: Counter[str] = Counter()
    for row in seen.deliveries:
        about, mine = seen.outbox[row.about], seen.outbox[f"delivery:{row.channel}:{row.about}"]
        assert about.leaf_index is not None, "sealed, and then delivered"
        assert mine.leaf_index is None or about.leaf_index < mine.leaf_index
        told[row.about] += 1
    assert not [about for about, times in told.items() if times > 1], "nobody is told twice"
    policy = parse_policy((seen.office.world.config.ledger / "policy").read_bytes())
    sealed = {_folder(key): key for key, row in seen.outbox.items() if row.leaf_index is not None}
    delivered = {_folder(row.about) for row in seen.deliveries if row.outcome == "delivered"}
    for folder in seen.office.world.config.letters.iterdir():
        assert folder.name in sealed, "nothing lies there that is not sealed"
        files = {file.name for file in folder.iterdir()}
        if folder.name not in delivered:
            continue  # it was about to go when the process died
        assert {"notice.txt", "receipt.tlog-proof", "log.policy"} <= files
        receipt = parse_receipt((folder / "receipt.tlog-proof").read_bytes())
        opening = read_opening(receipt.extra)
        check_receipt(receipt, opening.leaf, policy)
        assert opening.leaf == seen.leaves[seen.outbox[sealed[folder.name]].leaf_index]
        words = check_opening(opening).body["notice"]["words"]
        assert words in (folder / "notice.txt").read_text()


def everybody_was_told_once(seen: Seen) -> None:
    """Of every record with a notice there is one delivery, and a letter where it has a reader."""
    owed = {f"decision:{id_}": record.notice for id_, record in seen.records.items()}
    owed |= {f"{row.kind}:{id_}": getattr(read_record(row.record), "notice", None)
             for id_, row in seen.matters.items() if row.record}
    owed |= {f"answer:{id_}": read_record(row.record).notice
             for id_, row in seen.answers.items() if row.record}
    owed |= {f"closing:{id_}": read_record(row.record).notice
             for id_, row in seen.closings.items() if row.record}
    told = Counter(row.about for row in seen.deliveries)
    for about, notice in owed.items():
        assert told[about] == (notice is not None), about
        if notice is not None:
            assert (seen.office.world.config.letters / _folder(about)).is_dir()


def _folder(about: str) -> str:
    kind, _, identity = about.partition(":")
    return identity[:16] if kind == "decision" else f"{kind}-{identity}"
