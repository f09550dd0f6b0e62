"""Facts that a platform declares: what is refused, and what becomes of clauses that name them."""

from __future__ import annotations

import runpy
from datetime import timedelta
from pathlib import Path

import pytest

from evenhand.audit.replay import replay_export
from evenhand.edge.config import load_config
from evenhand.edge.export.folder import FilesOnDisk
from evenhand.edge.export.writing import export
from evenhand.edge.facts import vocabulary
from evenhand.errors import EvenhandError
from evenhand.model.post import Brought
from evenhand.rulebook.drafting import DraftingErrors
from evenhand.rulebook.vocabulary import INTEGER, TEXT, Type, choice, list_of

ON_BOTH_ENGINES = True
OFFICE = runpy.run_path(str(Path(__file__).with_name("office.py")))

LEAST = """
[platform]
id = "forum"
name = "Forum"
[clock]
kind = "live"
[ledger]
log = "forum.example/ledger"
"""

FOLLOWERS = """
[facts."account.followers"]
type = "integer"
meaning = "how many accounts followed the author when the post was made"
observer = "our own counts"
at-least = 0
column = "user.followers"
"""


def load(folder, text):
    (folder / "evenhand.toml").write_text(LEAST + text, encoding="utf-8")
    return load_config(folder)


def test_a_declared_fact_is_one_of_the_facts_that_terms_may_name(tmp_path):
    config = load(tmp_path, FOLLOWERS + """
[facts."account.tier"]
type = "choice"
choices = ["free", "paid"]
meaning = "what the account pays for"
audience = "regulator"

[facts."post.labels"]
type = "list of text"
meaning = "what our detectors call it"
""")
    followers, tier, labels = config.facts
    assert (followers.column, tier.column) == ("user.followers", None)
    assert (followers.fact.type, followers.fact.low, followers.fact.high) == (INTEGER, 0, None)
    assert (followers.fact.observer, tier.fact.observer) == ("our own counts", "the platform")
    assert (tier.fact.type, labels.fact.type) == (choice("free", "paid"), list_of(TEXT))
    assert (followers.fact.audience, tier.fact.audience) == ("author", "regulator")
    known = vocabulary(config.brought).facts
    assert {one.reported_by for one in config.brought} == {"brought@1"}
    assert known.keys() - vocabulary().facts.keys() == {
        "account.followers", "account.tier", "post.labels"}


FACT = '[facts."{}"]\ntype = "integer"\nmeaning = "it is made for a test"\n'
OF = FACT.format("a.b")
REFUSED = {
    "facts that are no table": ('[people]\n', 'facts = 3\n', ("`facts`", "this is not a table")),
    "a fact that is no table": ('[facts]\n"a.b" = 3\n', "", (
        '`facts."a.b"`', '[facts."a.b"]')),
    "a name without quotes": ("[facts.a.b]\ntype = \"integer\"\n", "", (
        "`facts.a`", 'write it in quotes: `[facts."a.b"]`')),
    "a name without a dot": (FACT.format("followers"), "", (
        "`followers` is not the name of a fact", "account.followers")),
    "a name with capitals": (FACT.format("account.Followers"), "", ("is not the name of a fact",)),
    "a name with two underscores": (FACT.format("a.b__c"), "", ("single `_`",)),
    "a name that ends in one": (FACT.format("a_.b"), "", ("is not the name of a fact",)),
    "a name with a space": (FACT.format("a b.c"), "", ("is not the name of a fact",)),
    "a long name": (FACT.format("a." + 99 * "b"), "", ("at most 100 characters",)),
    "a word list's": (FACT.format("hits.rude"), "", ("cannot begin with `hits.`", "word lists")),
    "a match's": (FACT.format("claim.known"), "", ("cannot begin with `claim.`", "a match")),
    "a word of conditions": (FACT.format("for.b"), "", ("cannot begin with `for.`",)),
    "one of ours": (FACT.format("post.length"), "", (
        "`post.length` is a fact of ours already", "post_facts@1", "choose another name")),
    "one that people state": (FACT.format("post.stance"), "", ("`statements` bring",)),
    "an unknown key": (OF + "at-lest = 3\n", "", (
        'facts."a.b".at-lest', "did you mean `at-least`")),
    "no type": ('[facts."a.b"]\nmeaning = "it is"\n', "", (
        "a type is missing", "one of integer, number", 'facts."a.b".type')),
    "a type of no kind": (OF.replace('"integer"', '"intger"'), "", ("did you mean `integer`?",)),
    "a type of others": (OF.replace('"integer"', '"boolean"'), "", ("did you mean `truth`?",)),
    "a list of lists": (OF.replace('"integer"', '"list of list of text"'), "", (
        "is no type of a fact",)),
    "a list of nothing": (OF.replace('"integer"', '"list"'), "", ("`list of text`",)),
    "a type that is no text": (OF.replace('"integer"', "5"), "", ("a type is missing",)),
    "a choice of nothing": (OF.replace('"integer"', '"choice"'), "", (
        'facts."a.b".choices', 'choices = ["free", "paid"]')),
    "an empty word to choose": (OF.replace('"integer"', '"choice"') + 'choices = ["a", " "]\n', "",
                                ("made of texts",)),
    "a word twice": (OF.replace('"integer"', '"choice"') + 'choices = ["a", "a"]\n', "", (
        "`a` is said twice",)),
    "choices of numbers": (OF + "choices = [1]\n", "", ("has no choices", "drop the key")),
    "no meaning": ('[facts."a.b"]\ntype = "text"\n', "", (
        'facts."a.b".meaning', "a text is missing", "authors and courts")),
    "an empty meaning": (OF.replace("it is made for a test", " "), "", ("a text is missing",)),
    "a meaning of lines": (OF.replace("it is made", "it is\\nmade"), "", ("on one line",)),
    "a long meaning": (OF.replace("it is", 600 * "x"), "", ("at most 500",)),
    "an observer that is no text": (OF + "observer = 3\n", "", ('facts."a.b".observer',)),
    "a column that is empty": (OF + 'column = ""\n', "", ('facts."a.b".column', "drop the key")),
    "an audience of no kind": (OF + 'audience = "auther"\n', "", ("did you mean `author`?",)),
    "bounds that cross": (OF + "at-least = 5\nat-most = 3\n", "", (
        "`5` lies above `at-most`, `3`", "turn them around")),
    "a bound that is no number": (OF + 'at-least = "3"\n', "", ("is not a bound",)),
    "a bound that is yes": (OF + "at-least = true\n", "", ("is not a bound",)),
    "half a whole number": (OF + "at-most = 0.5\n", "", (
        "`0.5` is not a bound of a whole number",)),
    "an endless bound": (OF.replace("integer", "number") + "at-most = inf\n", "", (
        "`inf` is not a bound",)),
    "a bound beyond": (OF + "at-most = 9007199254740993\n", "", ("2**53",)),
    "bounds of a text": (OF.replace("integer", "text") + "at-most = 5\n", "", (
        "text has no bounds", "drop the key")),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_declaration_that_says_what_it_cannot_is_refused_with_its_key(tmp_path, what):
    text, before, expected = REFUSED[what]
    (tmp_path / "evenhand.toml").write_text(before + LEAST + ("" if before else text))
    with pytest.raises(EvenhandError) as refused:
        load_config(tmp_path)
    assert refused.value.where.endswith("evenhand.toml")
    said = f"{refused.value.what} ({refused.value.hint})"
    assert "`facts" in said and not refused.value.what.endswith(".")
    for words in expected:
        assert words in said


# --- what becomes of clauses that name them ---

CLAUSES = """
## 1.1 Posting to nobody

You may not post again and again from an account that hardly anybody follows.

```when
account.followers < 5 and account.posts_last_day >= 2
```

```then
limit reach for 24 hours
category scams: inauthentic accounts
objection otherwise objectionable
if undetermined, ask a reviewer within 24 hours
```

```case many posts to nobody
account.followers = 4; account.posts_last_day = 2
-> limit reach
```

```case many posts to many
account.followers = 5; account.posts_last_day = 2
-> does not hold
```

```case few posts to nobody
account.followers = 4; account.posts_last_day = 1
-> does not hold
```
"""
DECLARED = FOLLOWERS.replace('column = "user.followers"\n', "at-most = 1000\n")


def declaring(world, text):
    """The same platform with another configuration."""
    file = world.folder / "evenhand.toml"
    file.write_text(file.read_text().split("\n[facts.")[0] + text)
    world.config = load_config(world.folder)
    return world


@pytest.fixture
def forum(worlds):
    world = declaring(worlds("square", terms=False), DECLARED)
    world.publish(CLAUSES)
    return world


def followed(value, why=""):
    return (Brought(name="account.followers", value=value, why=why),)


def silent(summary):
    return dict(summary.silent.keys())


def test_a_clause_over_what_was_brought_acts_asks_where_it_is_missing_and_leaves_alone(forum):
    forum.run([forum.post(n, author=author, minute=n, brought=brought) for n, author, brought in (
        (1, "cy", followed(4)), (2, "cy", followed(4)), (3, "di", followed(900)),
        (4, "di", followed(900)), (5, "ed", ()), (6, "ed", ()))])
    assert [said[1:] for said in forum.outcomes()] == [
        ("square:2@1", "arrival", "acted 1.1:limit"),
        ("square:6@1", "arrival", "asked a reviewer 1.1?")]
    acted, asked = forum.decisions()
    [relied] = [r for r in acted.dossier.reported if r.name == "account.followers"]
    assert (relied.value, relied.observer, relied.automated) == (4, "brought@1", True)
    assert [ask.missing for ask in asked.asks] == [("account.followers",)]
    forum.verify()


def test_the_author_is_told_what_it_means_and_sees_of_the_record_no_more_than_they_may(forum):
    forum.run([forum.post(n, minute=n, brought=followed(3)) for n in (1, 2)])
    [decision] = forum.decisions()
    platform = forum.open()
    record, _ = platform.store.record(decision.id)
    assert "how many accounts followed the author when the post was made: 3" in record.notice.words
    assert record.post.brought == followed(3)
    receipt, _ = platform.courier.receipt(decision.id)
    assert b'"brought"' not in receipt.extra, "what is for every audience is not the author's"


def test_a_value_out_of_bounds_or_of_no_type_is_missing_and_told(forum):
    summary = forum.run([forum.post(n, minute=n, brought=brought) for n, brought in enumerate((
        followed(-1), followed(1001), followed(None, '"n/a" is not a whole number')))])
    assert sorted(why for fact, why in summary.silent) == [
        '"n/a" is not a whole number',
        "it is above 1000, the most that it can be", "it is below 0, the least that it can be"]
    assert [said[3] for said in forum.outcomes()] == ["asked a reviewer 1.1?"] * 2


def test_what_is_known_of_an_account_may_change_and_its_post_is_the_same(forum):
    posts = [forum.post(n, minute=n, brought=followed(900)) for n in (1, 2)]
    assert forum.run(posts).measured == 2
    again = forum.run([forum.post(n, minute=n, brought=followed(3)) for n in (1, 2)])
    assert (again.known_before, again.measured, again.set_aside) == (2, 0, 0)
    bare = forum.run([forum.post(n, minute=n) for n in (1, 2)])
    assert (bare.known_before, forum.rejects, forum.decisions()) == (2, [], [])
    assert forum.open().store.post(posts[0].id).brought == followed(900), "what came first"


def test_a_fact_that_is_no_longer_declared_is_missing_and_no_error(forum):
    declaring(forum, "")
    summary = forum.run([forum.post(n, minute=n, brought=followed(3)) for n in (1, 2)])
    assert silent(summary) == {
        "account.followers": "the configuration no longer declares it"}
    assert [said[3] for said in forum.outcomes()] == ["asked a reviewer 1.1?"]
    with pytest.raises(DraftingErrors, match=r"`account\.followers` is not a declared fact"):
        forum.terms(CLAUSES, version="2")


def test_a_fact_of_another_type_than_the_terms_knew_is_missing_under_them_alone(forum):
    declaring(forum, DECLARED.replace("integer", "number"))
    summary = forum.run([forum.post(n, minute=n, brought=followed(3.0)) for n in (1, 2)])
    assert silent(summary) == {
        "account.followers": "it is declared as a number, and was a whole number when these terms "
                             "were published"}
    assert [said[3] for said in forum.outcomes()] == ["asked a reviewer 1.1?"]
    forum.publish(CLAUSES, version="2", published="2020-05-21", in_force="2020-05-22")
    later = timedelta(days=3).total_seconds() / 60
    again = forum.run([forum.post(n, minute=later + n, brought=followed(3.0)) for n in (3, 4)])
    assert silent(again) == {}
    assert forum.outcomes()[-1][3] == "acted 1.1:limit"


def test_a_persons_word_prevails_over_what_was_brought(forum):
    forum.run([forum.post(n, minute=n, brought=followed(3)) for n in (1, 2)])
    forum.learn(said=[forum.said("2", "account.followers", 30, minute=9)])
    assert forum.run().decisions == 1
    first, second = forum.decisions("2")
    assert (second.actions, second.supersedes) == ((), first.id)


def test_a_word_that_old_terms_cannot_read_is_left_out_under_them(forum):
    forum.run([forum.post(n, minute=n, brought=followed(900)) for n in (1, 2)])
    forum.learn(said=[forum.said("2", "account.followers", 3, minute=9)])
    declaring(forum, DECLARED.replace("integer", "text").replace("at-least = 0\nat-most = 1000\n",
                                                                 ""))
    forum.learn(said=[forum.said("2", "account.followers", "few", minute=10)])
    forum.run([forum.post(3, minute=20, brought=(Brought(name="account.followers", value="3"),))])
    assert [said[1:] for said in forum.outcomes()] == [
        ("square:2@1", "review", "acted 1.1:limit"), ("square:2@1", "review", "acted 1.1:limit"),
        ("square:3@1", "arrival", "asked a reviewer 1.1?")]
    forum.verify()


def test_what_was_decided_on_it_is_decided_again_from_an_export(worlds):
    office = OFFICE["Office"](declaring(worlds("square", terms=False), DECLARED))
    world = office.world
    world.publish(CLAUSES, version="2", published="2020-05-03", in_force="2020-05-04")
    world.run([world.post(n, author=author, minute=n, brought=brought)
               for n, author, brought in ((1, "cy", followed(4)), (2, "cy", followed(4)),
                                          (3, "di", ()), (4, "di", ()))])
    office.decide(4, facts={"account.followers": 2}, at=9)
    declaring(world, "")  # neither is today's configuration needed
    export(world.open(), world.folder / "export", sealed=True)
    report = replay_export(FilesOnDisk(world.folder / "export"))
    assert (report.decisions, report.agreed, report.differences) == (3, 3, [])


def test_the_types_of_facts_are_those_of_the_vocabulary():
    from evenhand.edge.brought import TYPES

    assert all(isinstance(one, Type) and one.name == name for name, one in TYPES.items())
