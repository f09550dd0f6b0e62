"""Whatever people do, in whatever order, and wherever the process dies: the invariants hold.

Hypothesis drives an office (posts, fact-checks, statements, reports, orders, withdrawals,
decisions, appeals, answers, what is given back, brakes, erasures and holds, new versions, time),
and `holding` reads tables, records, letters and log. It is the same sequence on every run;
`EVENHAND_STATES=N` plays N times as many, each run others.
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import os
import runpy
import shutil
import sqlite3
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from evenhand.audit.export import verify_export
from evenhand.audit.replay import replay_export
from evenhand.edge.config import load_config
from evenhand.edge.erasing import erase, lift
from evenhand.edge.erasing import hold as hold_by_law
from evenhand.edge.export.folder import FilesOnDisk
from evenhand.edge.export.writing import export
from evenhand.errors import EvenhandError
from evenhand.ledger.policy import parse_policy
from evenhand.model.appeal import DisputeKind
from evenhand.model.matter import Sender
from evenhand.record.kinds import AppealRecord, OrderRecord

HERE = Path(__file__)
OFFICE = runpy.run_path(str(HERE.with_name("office.py")))
HOLDING = runpy.run_path(str(HERE.with_name("holding.py")))
DYING = runpy.run_path(str(HERE.with_name("dying.py")))
hold, Died = HOLDING["hold"], DYING["Died"]

LONGER = int(os.environ.get("EVENHAND_STATES", "0"))
PROFILE = settings(
    max_examples=20 * (LONGER or 1), stateful_step_count=60 if LONGER else 30,
    derandomize=not LONGER, database=None, deadline=None,
    suppress_health_check=list(HealthCheck),
    # What fails is made smaller only where somebody has the time for it.
    phases=(Phase.explicit, Phase.generate, Phase.shrink) if LONGER else
    (Phase.explicit, Phase.generate))

TEXTS = ("Good morning.", "I will zap you.", "I will buzz you.", "wheeep", "Shout shout shout",
         "Every voter here is sent two ballots", "wheeep, I will zap you and buzz you")
AUTHORS = ("cy", "di", "ed")
PEOPLE = ("ada", "bo", "dora", "eli", "finn", "mallory")
CLAUSES = ("2.1", "2.2", "2.3", "3.1", "4.1", "5.1", "5.2")
STANCES = ("asserts", "reports", "mocks")
KINDS = ("court order", "authority's order", "government request")
CHECK = "https://checkers.example/ballots"

any_ = st.integers(0, 11)
posts = people = authors = any_
yes = st.booleans()


def pick(things, n):
    return things[n % len(things)]


class People(RuleBasedStateMachine):
    """A platform at work. What is refused must be refused in our own words, and keep nothing."""

    template = folder = numbers = tally = None

    @initialize()
    def open(self):
        # Made once, and copied: what is tried here is not how a store is made.
        self.office = copy.copy(self.template)
        world = self.office.world = copy.copy(self.template.world)
        world.folder = self.folder / str(next(self.numbers))
        shutil.copytree(self.template.world.folder, world.folder)
        world.config, world.opened, world.rejects = load_config(world.folder), [], []
        self.world, self.minute, self.arrived, self.version = world, 1, 0, 1
        self.doom, self.tokens = None, itertools.count()
        for text, author in ((1, 0), (2, 1)):
            self.arrive(text, author)

    def teardown(self):
        if not hasattr(self, "world"):
            return
        self.world.run()
        hold(self.office, finished=True)
        for sealed in (False, True):
            out = self.world.folder / f"export-{sealed}"
            export(self.world.open(), out, sealed=sealed)
            files = FilesOnDisk(out)
            verify_export(files, parse_policy(files.read("policy")))
            if sealed:
                again = replay_export(files)
                assert not again.differences and again.agreed + again.erased == again.decisions
        self.world.close()
        shutil.rmtree(self.world.folder)

    # How things are done: refused, or cut off, or done.

    def do(self, what, call, *args, once=False, **named):
        """Do it as a process of its own. A refusal keeps nothing; where it dies, what was brought
        is brought again under the same key, and is there once."""
        self.minute += 1
        named.setdefault("at", self.minute)
        if named["at"] is None:
            del named["at"]
        if once:
            named["once"] = f"key {next(self.tokens)}"
        before, doom, self.doom = self.kept(), self.doom, None
        try:
            with DYING["dying"](*doom) if doom else contextlib.nullcontext():
                done = call(*args, **named)
        except EvenhandError as refused:
            return self.refuse(what, str(refused), before)
        except Died:
            self.tally["died"] += 1
            hold(self.office)
            return self.again(what, call, args, named, before) if once else None
        self.tally[what] += 1
        return done

    def again(self, what, call, args, named, before):
        """Bring it again under the same key, and once more for good measure."""
        try:
            done = call(*args, **named)
        except EvenhandError as refused:
            return self.refuse(what, str(refused), before)
        assert call(*args, **named).id == done.id
        assert self.kept()[what] == before[what] + 1, "once, and no oftener"
        self.tally[what] += 1
        return done

    def refuse(self, what, said, before):
        assert not said[0].isupper(), said
        assert self.kept() == before, f"what is refused keeps nothing: {said}"
        self.tally[f"{what} refused"] += 1

    def rows(self, query):
        """What the tables say, read past our code."""
        with contextlib.closing(sqlite3.connect(self.world.config.store)) as connection:
            return connection.execute(query).fetchall()

    def kept(self):
        """How much of everything is kept, but for letters and places in the log."""
        counts = Counter(dict(self.rows("SELECT kind, count(*) FROM matters GROUP BY kind")))
        for table in ("decisions", "statements", "measurements", "answers", "brakes"):
            [[counts[f"rows of {table}"]]] = self.rows(f"SELECT count(*) FROM {table}")  # noqa: S608
        return counts

    def matters(self, *kinds):
        return [id_ for id_, kind in self.rows("SELECT id, kind FROM matters ORDER BY n")
                if kind in kinds]

    def open_appeals(self):
        return [id_ for id_, in self.rows(
            "SELECT id FROM matters WHERE kind = 'appeal' AND id NOT IN (SELECT matter FROM answers"
            ") AND id NOT IN (SELECT withdraws FROM matters WHERE withdraws IS NOT NULL)")]

    def decisions(self):
        """Those that stand and act first, the latest of them first of all."""
        return [id_ for id_, in self.rows(
            "SELECT d.id FROM decisions AS d JOIN outbox AS o ON o.key = 'decision:' || d.id "
            "ORDER BY EXISTS (SELECT 1 FROM decisions AS l WHERE l.supersedes = d.id), "
            "d.outcome <> 'acted', o.n DESC")]

    # What happens.

    @rule(text=any_, author=authors)
    def arrive(self, text, author):
        self.arrived += 1
        self.do("post", lambda: self.world.run([self.world.post(
            self.arrived, pick(TEXTS, text), author=pick(AUTHORS, author),
            minute=self.minute)]), at=None)

    @rule(rating=st.sampled_from(("False", "True", "Mostly true")))
    def fact_check(self, rating):
        self.do("fact-check", lambda: (self.world.learn(checks=[self.world.check(rating=rating)]),
                                       self.world.run()), at=None)

    @rule(post=posts, stance=any_, person=st.sampled_from(("ada", "bo", "eli")), claim=yes)
    def state(self, post, stance, person, claim):
        more = {"fact": "claim.confirmed", "value": stance % 2 == 0, "claim": CHECK,
                "scope": "all copies" if stance % 3 == 0 else "this post"} if claim \
            else {"value": pick(STANCES, stance)}
        said = self.world.said(str(1 + post % self.arrived), by=person, minute=self.minute, **more)
        self.do("statement", lambda: (self.world.learn(said=[said]), self.world.run()), at=None)

    @rule(post=posts, by=st.sampled_from(tuple(OFFICE["BY"])), clause=st.sampled_from(
        ("2.1", "5.1", "9.9")))
    def report(self, post, by, clause):
        self.do("report", self.office.report, 1 + post % (self.arrived + 1), by, clause=clause,
                once=True)

    @rule(first=posts, more=st.integers(0, 2), kind=st.sampled_from(KINDS), basis=yes)
    def order(self, first, more, kind, basis):
        named = dict.fromkeys(1 + (first + i) % self.arrived for i in range(1 + more))
        self.do("order", self.office.order, *named, kind=kind, once=True,
                **({} if basis else {"legal_basis": ""}),
                due_at=self.office.when(self.minute + 2000))

    @precondition(lambda self: self.matters("report", "order", "appeal"))
    @rule(n=any_, by=st.sampled_from(("itself", "itself", "itself", *OFFICE["BY"])))
    def withdraw(self, n, by):
        matter = self.office.matter(pick(self.matters("report", "order", "appeal")[::-1], n // 4))
        record = matter.record
        if record is not None:
            said = record.appeal if isinstance(record, AppealRecord) else (
                record.order if isinstance(record, OrderRecord) else record.report)
            sender = said.by if by == "itself" else OFFICE["BY"][by]
            self.do("withdrawal", self.office.withdraw, matter.id, sender)

    @rule(post=posts, person=people, how=st.sampled_from(("look", "stance", "aside", "act", "own")),
          n=any_)
    def decide(self, post, person, how, n):
        asked = {"look": {}, "stance": {"facts": {"post.stance": pick(STANCES, n)}},
                 "aside": {"set_aside": {pick(CLAUSES, n): "It does not mean this post."}},
                 "act": {"chosen": {pick(CLAUSES, n): ("remove",)}},
                 "own": {"facts": {"hits.zaps": n}}}[how]
        self.do("decision", self.office.decide, 1 + post % self.arrived, pick(PEOPLE, person),
                **asked)

    @precondition(lambda self: self.decisions())
    @rule(n=st.integers(0, 40), kind=st.sampled_from(tuple(DisputeKind)), clause=any_,
          who=st.sampled_from(("author", "author", "author", "reporter", "somebody")),
          by=st.sampled_from(tuple(OFFICE["BY"])))
    def appeal(self, n, kind, clause, who, by):
        decision = pick(self.decisions(), n // 4)
        try:
            record = self.world.open().store.record(decision)[0]
        except EvenhandError:
            return  # it was erased
        number = pick([g.citation.number for g in record.decision.grounds] or CLAUSES, clause)
        point = {DisputeKind.FACT: self.office.fact("post.stance", pick(STANCES, clause)),
                 DisputeKind.READING: self.office.reading(number),
                 DisputeKind.TREATMENT: self.office.treatment(number),
                 DisputeKind.ASKS_BACK: self.office.back()}[kind]
        sender = Sender(account=record.post.author.id) if who == "author" else OFFICE["BY"][by]
        self.do("appeal", self.office.appeal, decision, point, by=sender, once=True,
                party="reporter" if who == "reporter" else "author")

    @precondition(lambda self: self.matters("appeal"))
    @rule(n=any_, person=st.sampled_from(("dora", "eli", "ada")), agreed=yes,
          reasons=st.sampled_from(("We looked at it again with care.",) * 4 + ("No.",)))
    def answer(self, n, person, agreed, reasons):
        appeal = pick(self.open_appeals() or self.matters("appeal"), n)
        self.do("answer", self.office.answer, appeal, agreed, person=person, reasons=reasons)

    @rule(n=any_, kind=st.sampled_from(tuple(DisputeKind)), agreed=yes, person=st.sampled_from(
        ("dora", "eli")), between=st.sampled_from(("", "decide", "fact_check", "reverse", "wait")))
    def be_heard(self, n, kind, agreed, person, between):
        """An appeal and its answer, with something in between or nothing."""
        self.appeal(n, kind, n, "author", "ivy")
        if between:
            self.rules_of[between](self)
        if self.open_appeals():
            self.answer(0, person, agreed, "We looked at it again with care.")

    rules_of: ClassVar = {
        "decide": lambda self: self.decide(0, 1, "stance", 1),
        "fact_check": lambda self: self.fact_check("True"),
        "reverse": lambda self: self.reverse("2.1", 40),
        "wait": lambda self: self.wait(9)}

    @rule(post=posts, person=people)
    def give_back(self, post, person):
        self.do("reinstatement", self.office.reinstate, 1 + post % self.arrived,
                pick(PEOPLE, person))

    @rule(number=st.sampled_from(CLAUSES), resumes=yes, person=st.sampled_from(("dora", "ada")))
    def suspend(self, number, resumes, person):
        self.do("suspension", self.office.suspend, number, person, resumes=resumes)

    @rule(number=st.sampled_from(CLAUSES), back=st.integers(1, 40))
    def reverse(self, number, back):
        self.do("reversal", self.office.reverse, number, since=self.minute - back, once=True)

    @rule(days=st.sampled_from((1, 3, 9, 40)))
    def wait(self, days):
        self.minute += days * 24 * 60
        self.arrive(0, days)

    @precondition(lambda self: self.version < 4)
    @rule(words=yes)
    def publish(self, words):
        self.version += 1
        self.minute += 24 * 60
        day = (self.office.start + timedelta(minutes=self.minute)).date()
        self.office.republish(
            (lambda text: text.replace("You may not zap people.", "Zap nobody."))
            if words else (lambda text: text), version=str(self.version),
            published=str(day), in_force=str(day + timedelta(days=1)))
        self.minute += 2 * 24 * 60

    @rule(post=posts)
    def erase(self, post):
        self.do("erasure", lambda at: erase(
            self.world.open(), post=self.office.id(1 + post % self.arrived), person="finn",
            legal_basis="Regulation 2016/679, Article 17", at=self.office.when(at)))

    @rule(post=posts)
    def hold(self, post):
        self.do("legal-hold", lambda at: hold_by_law(
            self.world.open(), post=self.office.id(1 + post % self.arrived), person="finn",
            legal_basis="Case 17 of the District Court of Ley", at=self.office.when(at)))

    @precondition(lambda self: self.matters("legal-hold"))
    @rule(n=any_)
    def lift(self, n):
        self.do("lifted", lambda at: lift(
            self.world.open(), pick(self.matters("legal-hold"), n), person="finn",
            legal_basis="The case has ended.", at=self.office.when(at)))

    @rule(point=st.sampled_from(DYING["POINTS"]), nth=st.integers(1, 3))
    def die_at(self, point, nth):
        """Whatever is done next dies there, if it gets there."""
        self.doom = (point, nth)

    @rule()
    def look(self):
        hold(self.office)

    @rule()
    def run(self):
        self.do("run", self.world.run, at=None)


def test_whatever_people_do_in_whatever_order_the_invariants_hold(worlds, tmp_path, batches):
    batches(3)
    office = OFFICE["Office"](worlds("template", terms=False))
    office.world.run()
    office.world.close()

    class Here(People):
        template, folder, numbers, tally = office, tmp_path / "each", itertools.count(), Counter()

    run_state_machine_as_test(Here, settings=PROFILE)
    if not LONGER:
        done = {what for what, times in Here.tally.items() if times}
        assert {"post", "report", "order", "withdrawal", "decision", "appeal", "answer",
                "reinstatement", "suspension", "reversal", "erasure", "legal-hold",
                "died"} <= done, "all of it was tried"


def test_the_invariants_catch_what_breaks_them(office_of, monkeypatch):
    """Negative controls: a store that counts otherwise, and a letter that nobody sealed."""
    office = office_of("wrong")
    office.post(1, "I will zap you.")
    hold(office, finished=True)
    with monkeypatch.context() as wrong:
        wrong.setitem(hold.__globals__, "strikes", lambda *_: Counter())
        with pytest.raises(AssertionError):
            hold(office)
    letter = office.world.config.letters / ("f" * 16)
    letter.mkdir()
    with pytest.raises(AssertionError, match="nothing lies there that is not sealed"):
        hold(office)


@pytest.fixture
def office_of(worlds):
    return lambda name: OFFICE["Office"](worlds(name, terms=False))
