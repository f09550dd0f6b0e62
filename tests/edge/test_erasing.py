"""Erasure and legal hold: what goes, what stays, what refuses, what anyone can still verify."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import LargeBinary, insert, select, update
from sqlalchemy import Text as AnyText

from evenhand.edge import erasing
from evenhand.edge.desk.appeals import appeal
from evenhand.edge.desk.bringing import order, report, withdraw
from evenhand.edge.desk.deciding import Asked, decide
from evenhand.edge.desk.desk import Desk
from evenhand.edge.erasing import HeldByLaw, account_named, erase, hold, lift, post_named
from evenhand.edge.store import matter_tables as m
from evenhand.edge.store import tables as t
from evenhand.edge.store.counted import strikes
from evenhand.edge.store.database import StoreError, reading, transaction
from evenhand.edge.store.erased import erasure_of
from evenhand.edge.store.matters import brought, open_matters, sender_of_account
from evenhand.edge.store.rules import EMPTIED
from evenhand.errors import EvenhandError
from evenhand.model.appeal import Dispute, DisputeKind
from evenhand.model.matter import Sender
from evenhand.model.person import Person
from evenhand.model.post import PostId
from evenhand.record.kinds import read_record
from evenhand.record.leaf import read_leaf

ON_BOTH_ENGINES = True
ZAP = "I will zap you, said Marmalade."
GDPR = "Art. 17 GDPR"


def named(native, version="1"):
    return PostId(platform="square", native=str(native), version=version)


@pytest.fixture
def square(worlds):
    """A platform with an administrator, where Marmalade said three things and others one."""
    world = worlds("square")
    world.config = replace(world.config, people={**world.config.people, "root": Person(
        id="root", name="Root", roles=("administrator",))})
    world.run([world.post(1, ZAP, author="marmalade"), world.post(2, author="marmalade"),
               world.post(3, ZAP, author="marmalade", minute=5),
               world.post(4, ZAP + " Me too.", author="quince", minute=6)])
    return world


def remove(world, **what):
    return erase(world.open(), person="root", legal_basis=GDPR, **what)


def everything(world):
    """Every value of every row, as text, but the log's leaves and what was published."""
    with reading(world.open().engine) as connection:
        for table in t.metadata.sorted_tables:
            if table.name in ("documents", "terms_documents", "alembic_version"):
                continue
            for row in connection.execute(select(table)).mappings():
                for column, value in row.items():
                    yield table.name, column, value if isinstance(value, str) else (
                        value.decode(errors="replace") if isinstance(value, bytes) else str(value))


def where(world, marker):
    return sorted({(table, column) for table, column, said in everything(world)
                   if marker in said.casefold()})


def files_with(world, marker):
    return [str(path) for path in world.config.data.rglob("*")
            if path.is_file() and not path.name.startswith("evenhand.db")
            and marker in path.read_bytes().decode(errors="replace").casefold()]


def test_nothing_says_any_more_what_an_erased_post_said_or_whose_it_was(square):
    assert where(square, "marmalade") and files_with(square, "marmalade")
    digests = {row.digest for row in rows(square, select(t.posts))}
    for native in (1, 2, 3):
        done = remove(square, post=named(native))
        assert not done.before
        assert done.erasure.posts == 1
    left = where(square, "marmalade")
    # What another said is theirs; the statement of it names nobody.
    assert left == where(square, "said marmalade. me too"), left
    assert not files_with(square, '"marmalade"')
    gone = digests - {row.digest for row in rows(square, select(t.posts))}
    assert len(gone) == 3
    assert not any(digest in said for digest in gone for _, _, said in everything(square))


def rows(world, query):
    with reading(world.open().engine) as connection:
        return connection.execute(query).all()


def test_an_erasure_is_an_entry_that_names_the_places_of_what_it_emptied_and_the_log_verifies(
        square):
    before = {row.leaf_index: row.leaf for row in rows(square, select(t.outbox))}
    done = remove(square, post=named(1)).erasure
    after = {row.leaf_index: (row.key, row.leaf) for row in rows(square, select(t.outbox))}
    assert {i: leaf for i, (_, leaf) in after.items() if i in before} == before
    [decision] = [row.id for row in rows(square, select(t.decisions).where(
        t.decisions.c.native == "1"))]
    assert sorted(after[i][0] for i in done.entries) == [
        f"decision:{decision}", f"delivery:folder:decision:{decision}"]
    [(key, leaf)] = [after[i] for i in after.keys() - before.keys()]
    assert key == f"erasure:{done.id}"
    assert read_leaf(leaf).public["posts"] == 1
    assert "marmalade" not in leaf.decode()
    assert square.verify().kinds["erasure"] == 1


def test_an_account_is_erased_with_all_its_posts_and_all_that_it_brought(square):
    desk = Desk(square.open())
    report(desk, named(4), by=Sender(account="marmalade"), words="Marmalade finds this untrue.",
           clause="2.1")
    [first] = square.decisions("1")
    appeal(Desk(square.open()), first.id, by=Sender(account="marmalade"), disputes=(Dispute(
        kind=DisputeKind.READING, clause="2.1", words="Marmalade meant a toaster."),))
    assert sender_of_account("square", "marmalade") in {r.sender for r in rows(
        square, select(m.matters))}
    seen = []
    done = remove(square, account=("square", "marmalade"),
                  progress=lambda *progress: seen.append(progress))
    assert done.erasure.posts == 3
    assert seen[-1] == (3, 3)
    assert where(square, "marmalade") == where(square, "marmalade. me too")
    assert not files_with(square, "toaster")
    assert "toaster" not in "".join(said for *_, said in everything(square))
    told = brought(square.open().engine, [sender_of_account("square", name)
                                          for name in ("marmalade", "nobody")])
    assert len(set(told.values())) == 1
    assert open_matters(square.open().engine) == ()
    square.run([square.post(9, ZAP, author="quince", minute=20)])
    assert square.verify().kinds["erasure"] == 1


def test_erased_twice_is_erased_once(square):
    first = remove(square, post=named(1))
    again = remove(square, post=named(1))
    assert again.before
    assert again.erasure == first.erasure == erasure_of(square.open().engine, named(1))
    assert square.verify().kinds["erasure"] == 1
    remove(square, account=("square", "marmalade"))
    with pytest.raises(EvenhandError, match="nothing here is of the account `marmalade`"):
        remove(square, account=("square", "marmalade"))
    assert square.verify().kinds["erasure"] == 2


@pytest.mark.parametrize("what", [{"post": named("no-such")}, {"account": ("square", "nobody")},
                                  {"account": ("square", "")}, {}, {"post": named(1, "7")}])
def test_what_is_not_here_is_not_erased(square, what):
    before = list(everything(square))
    with pytest.raises(EvenhandError, match=r"no post|nothing here|not said what"):
        remove(square, **what)
    assert list(everything(square)) == before


@pytest.mark.parametrize(("person", "match"), [
    ("ada", "may not erase records"), ("nobody", "not a registered person")])
def test_only_a_registered_administrator_erases(square, person, match):
    with pytest.raises(EvenhandError, match=match) as refused:
        erase(square.open(), post=named(1), person=person, legal_basis=GDPR)
    assert f"people.{person}" in refused.value.hint
    with pytest.raises(EvenhandError, match="legal basis"):
        erase(square.open(), post=named(1), person="root", legal_basis=" ")


@pytest.mark.parametrize("held", [{"post": named(3)}, {"account": ("square", "marmalade")}])
def test_a_legal_hold_keeps_all_of_it_until_it_is_lifted(square, held):
    made = hold(square.open(), person="root", legal_basis="Smith v. Square", **held)
    before = list(everything(square))
    for what in ({"post": named(3)}, {"account": ("square", "marmalade")}):
        with pytest.raises(HeldByLaw) as refused:
            remove(square, **what)
        assert f"hold {made.id[:16]} keeps" in refused.value.what
        assert "since" in refused.value.what
        assert "Smith v. Square" in refused.value.what
    assert list(everything(square)) == before
    other = remove(square, post=named(4))
    assert not other.before, "what nobody holds is not kept"
    lift(square.open(), made.id[:12], person="root", legal_basis="the case is closed")
    assert not remove(square, post=named(3)).before
    assert not remove(square, account=("square", "marmalade")).before
    assert not where(square, "smith v. square") or "account" not in held
    with pytest.raises(EvenhandError):
        lift(square.open(), made.id[:12], person="root", legal_basis="again")
    assert square.verify().kinds["legal-hold"] == 2


def test_a_hold_on_a_reported_post_keeps_the_report_from_being_erased_with_its_sender(square):
    report(Desk(square.open()), named(4), by=Sender(account="marmalade"),
           words="This is not true at all.", clause="2.1")
    hold(square.open(), post=named(4), person="root", legal_basis="a proceeding")
    with pytest.raises(HeldByLaw, match="square:4@1"):
        remove(square, account=("square", "marmalade"))
    assert len(rows(square, select(t.posts).where(t.posts.c.author == "marmalade"))) == 3


def test_the_database_itself_refuses_to_empty_what_is_held(square):
    report(Desk(square.open()), named(3), by=Sender(account="quince"), words="Not true at all.",
           clause="2.1")
    square.learn(said=[square.said("square:3")])
    with transaction(square.open().engine) as connection:
        connection.execute(insert(m.answers).values(
            matter=connection.execute(select(m.matters.c.id)).scalar(), outcome="acted", at=0,
            decision=connection.execute(select(t.decisions.c.id)).scalars().first(), unfounded=0,
            record=b"record", key=b"key"))
        connection.execute(insert(m.closings).values(
            matter=connection.execute(select(m.matters.c.id)).scalar(), at=0, record=b"record",
            key=b"key"))
    hold(square.open(), post=named(3), person="root", legal_basis="a proceeding")
    engine = square.open().engine
    for table, columns in EMPTIED.items():
        for column in columns:
            empty = b"" if isinstance(t.metadata.tables[table].c[column].type, LargeBinary) else ""
            if table in ("legal_holds",):
                continue
            with pytest.raises(StoreError, match="a legal hold keeps"), \
                    transaction(engine) as connection:
                connection.execute(update(t.metadata.tables[table]).values({column: empty}))


def test_what_is_emptied_never_becomes_anything_else(square):
    remove(square, post=named(1))
    engine = square.open().engine
    for table, columns in EMPTIED.items():
        if table in ("answers", "closings", "statements", "legal_holds"):
            continue
        for column in columns:
            kind = t.metadata.tables[table].c[column].type
            other = b"other" if isinstance(kind, LargeBinary) else "other"
            with pytest.raises(StoreError, match="never becomes anything else"), \
                    transaction(engine) as connection:
                connection.execute(update(t.metadata.tables[table]).values({column: other}))
            assert isinstance(kind, (LargeBinary, AnyText)) or kind.python_type is str


def test_an_erased_post_that_is_fed_again_is_counted_and_not_taken_in(square):
    remove(square, post=named(1))
    summary = square.run([square.post(1, ZAP, author="marmalade"),
                          square.post(1, ZAP, author="marmalade"),
                          square.post(1, "Other words.", author="marmalade"),
                          square.post(2, author="marmalade")])
    assert (summary.erased, summary.known_before, summary.measured, summary.set_aside) == (
        3, 1, 0, 0)
    assert not any(r.body for r in rows(square, select(t.posts).where(t.posts.c.native == "1")))


def test_a_run_goes_on_past_what_was_erased(square):
    square.learn(checks=[square.check(claim="Everyone here is a toaster")])
    remove(square, post=named(1))
    square.run([square.post(11, "Everyone here is a toaster", author="marmalade", minute=30)])
    square.learn(checks=[square.check(claim="Everyone here is a toaster", rating="True",
                                      published="2020-05-21T00:00:00Z")],
                 said=[square.said("square:1", minute=9000)])
    square.run([square.post(12, ZAP, author="marmalade", minute=9100)])
    assert square.verify().kinds["decision"] >= 4


def test_an_order_about_another_post_too_is_kept_for_its_sake_and_can_be_answered(square):
    order(Desk(square.open()), (named(1), named(2)), kind="court order",
          by=Sender(name="A Court", address="court@example.org"), legal_basis="Code s. 1",
          words="Remove both posts.", demands="removal", recorded_by="root")
    remove(square, post=named(1))
    [waiting] = open_matters(square.open().engine)
    assert waiting.record is not None
    remove(square, post=named(2))
    assert open_matters(square.open().engine) == ()
    assert all(r.record is None for r in rows(square, select(m.matters).where(
        m.matters.c.kind == "order")))


def test_an_order_is_answered_once_all_that_it_still_names_is_decided(square):
    brought = order(Desk(square.open()), (named(2), named(4)), kind="government request",
                    by=Sender(name="A Ministry", address="ministry@example.org"),
                    legal_basis="none", words="We would rather it were gone.",
                    demands="removal", recorded_by="root")
    decide(Desk(square.open()), named(2), person="ada", asked=Asked())
    assert [one.id for one in open_matters(square.open().engine)] == [brought.id]
    done = remove(square, post=named(4))
    assert (done.closed, open_matters(square.open().engine)) == (0, ())
    letter = (square.config.letters / f"answer-{brought.id}" / "notice.txt").read_text()
    assert "square:2" in letter
    [answer] = rows(square, select(m.answers).where(m.answers.c.matter == brought.id))
    assert answer.person == "ada"
    square.verify()


def test_a_hold_on_whoever_reported_a_post_keeps_it_and_is_told_as_one(square):
    report(Desk(square.open()), named(2), by=Sender(account="quince"), clause="2.1",
           words="This is rude to me.")
    hold(square.open(), account=("square", "quince"), person="root", legal_basis="a proceeding")
    before = list(everything(square))
    with pytest.raises(HeldByLaw, match="who brought a matter about it"):
        remove(square, post=named(2))
    assert list(everything(square)) == before


def closings(world):
    return {row.matter: read_record(row.record) if row.record else None
            for row in rows(world, select(m.closings))}


def test_whoever_reported_a_post_that_is_erased_is_told_that_nothing_will_be_decided(square):
    told = report(Desk(square.open()), named(2), by=Sender(account="quince"), clause="2.1",
                  words="Marmalade is rude to me here.")
    silent = report(Desk(square.open()), named(2), by=Sender(), clause="2.1",
                    words="I would rather not say who I am.")
    done = remove(square, post=named(2))
    assert (done.closed, done.told) == (2, 1)
    assert open_matters(square.open().engine) == ()
    assert closings(square).keys() == {told.id}, silent.id
    letter = (square.config.letters / f"closing-{told.id}" / "notice.txt").read_text()
    assert "ends without a decision" in letter and told.id in letter
    assert "marmalade" not in letter.casefold() and "square:2" not in letter
    assert square.verify().kinds["closing"] == 1
    again = remove(square, post=named(2))
    assert not again.before and again.erasure.posts == 0
    assert closings(square) == {told.id: None}, "once they were told, nothing of them need stay"
    assert not where(square, "account:square:quince")
    assert remove(square, post=named(2)).before


def test_what_was_answered_or_taken_back_before_ends_no_second_time(square):
    desk = Desk(square.open())
    back = report(desk, named(2), by=Sender(account="quince"), words="This is rude to me.",
                  clause="2.1")
    withdraw(desk, back.id, by=Sender(account="quince"))
    done = remove(square, post=named(2))
    assert (done.closed, closings(square)) == (0, {})


def test_whoever_waited_is_forgotten_with_their_own_account(square):
    told = report(Desk(square.open()), named(2), by=Sender(account="quince"), clause="2.1",
                  words="This is rude to me.")
    remove(square, post=named(2))
    folder = square.config.letters / f"closing-{told.id}"
    assert folder.is_dir() and where(square, "account:square:quince")
    remove(square, account=("square", "quince"))
    assert closings(square) == {told.id: None} and not folder.exists()
    assert not where(square, "account:square:quince")
    square.verify()


def test_an_account_that_is_erased_is_told_nothing_of_what_it_brought_itself(square):
    [first] = square.decisions("1")
    appeal(Desk(square.open()), first.id, by=Sender(account="marmalade"), disputes=(Dispute(
        kind=DisputeKind.READING, clause="2.1", words="It was about a toaster."),))
    told = report(Desk(square.open()), named(2), by=Sender(account="quince"), clause="2.1",
                  words="This is rude to me.")
    done = remove(square, account=("square", "marmalade"))
    assert (done.closed, done.told) == (1, 1)
    assert closings(square).keys() == {told.id}


def test_letters_that_a_crash_left_are_removed_by_whoever_erases_next(square, monkeypatch):
    [first] = square.decisions("1")
    folder = square.config.letters / first.id[:16]
    assert folder.is_dir()

    class Died(Exception):
        pass

    def die(*_):
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(erasing, "remove_letters", die)
        with pytest.raises(Died):
            remove(square, account=("square", "marmalade"))
    assert folder.is_dir()
    done = remove(square, account=("square", "marmalade"))
    assert done.before
    assert done.letters == 3
    assert not folder.exists()
    assert square.verify().kinds["erasure"] == 1


def test_what_waits_to_be_handed_over_is_handed_to_nobody(square, monkeypatch):
    platform = square.open()
    monkeypatch.setattr(type(platform.courier), "deliver", lambda self: 0)
    square.run([square.post(21, ZAP, author="quince", minute=60)])
    assert rows(square, select(t.errands))
    remove(square, post=named(21))
    assert rows(square, select(t.errands)) == []
    monkeypatch.undo()
    square.run()
    assert not any(d for d in square.config.letters.iterdir() if "zap" in
                   "".join(f.read_text() for f in d.iterdir()) and "21" in (
                       d / "actions.json").read_text().split('"native":"')[1][:3])


def test_a_strike_that_nobody_can_explain_any_more_is_none(square):
    before = strikes(square.open().engine, [("square", "marmalade")])
    assert before["square", "marmalade"] == 3
    remove(square, post=named(1))
    assert strikes(square.open().engine, [("square", "marmalade")])["square", "marmalade"] == 2


def test_a_record_that_is_not_sealed_yet_is_sealed_before_it_is_emptied(square, monkeypatch):
    platform = square.open()
    monkeypatch.setattr(type(platform.sequencer), "seal", lambda self: 0)
    square.run([square.post(31, ZAP, author="quince", minute=60)])
    monkeypatch.undo()
    assert len(remove(square, post=named(31)).erasure.entries) == 1
    square.verify()


def test_names_are_found_as_people_write_them(square):
    platform = square.open()
    assert post_named(platform, "1") == post_named(platform, "square:1") == named(1)
    remove(square, post=named(1))
    assert post_named(square.open(), "square:1@1") == named(1)
    with pytest.raises(EvenhandError, match="names no post"):
        post_named(square.open(), "square:77")
    square.run([square.post("1", "Edited.", author="marmalade", id=named(1, "2"))])
    with pytest.raises(EvenhandError, match="several posts"):
        post_named(square.open(), "1")
    assert account_named(square.open(), "marmalade") == ("square", "marmalade")
    assert account_named(square.open(), "square:marmalade") == ("square", "marmalade")
    assert account_named(square.open(), "did:plc:x") == ("square", "did:plc:x")
