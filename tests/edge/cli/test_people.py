"""The work of people as they do it on the command line: golden transcripts of whole errands.

With EVENHAND_GOLDEN=write the transcripts in `people/` are written anew instead of compared. Ids
are made of chance: they stand there as `#1`, `#2`, in the order in which they appear.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GOLDEN = os.environ.get("EVENHAND_GOLDEN") == "write"
TRANSCRIPTS = Path(__file__).parent / "people"
TWEET = "1265255835124539392"
ID = re.compile(r"\b[0-9a-f]{16}\b")

PEOPLE = """
[people.dora]
name = "Dora"
roles = ["senior reviewer"]
[people.eli]
name = "Eli"
roles = ["appeal reviewer"]
[people.finn]
name = "Finn"
roles = ["administrator"]
"""


@pytest.fixture
def staffed(ready: Path, evenhand: Any) -> Path:
    """The example platform after its main job, with more people in it."""
    config = ready / "evenhand.toml"
    config.write_text(config.read_text() + PEOPLE)
    assert evenhand("run", "-c", ready).status == 0
    return ready


class Transcript:
    """Commands as they were typed, and what they answered."""

    def __init__(self, evenhand: Any, platform: Path) -> None:
        self.evenhand, self.platform = evenhand, platform
        self.lines: list[str] = []

    def __call__(self, typed: str, *, stdin: str = "", head: bool = False, status: int = 0) -> str:
        """Type a command; `head` keeps what stands above the first decision."""
        said = self.evenhand(*shlex.split(typed), "-c", self.platform, stdin=stdin.encode())
        assert said.status == status, said.err or said.out
        told = (said.out + said.err).strip("\n")
        self.lines += [f"$ evenhand {typed}", told.split("\n\nDecision")[0] if head else told, ""]
        return str(said.out)

    def compare(self, name: str) -> None:
        seen: dict[str, str] = {}
        text = ID.sub(lambda m: seen.setdefault(m[0], f"#{len(seen) + 1}"), "\n".join(self.lines))
        golden = TRANSCRIPTS / f"{name}.txt"
        if GOLDEN:
            golden.write_text(text, encoding="utf-8")
            return
        assert text == golden.read_text(encoding="utf-8")


@pytest.fixture
def typed(staffed: Path, evenhand: Any) -> Transcript:
    return Transcript(evenhand, staffed)


def last_decision(typed: Transcript, post: str) -> str:
    told = typed.evenhand("show", post, "-c", typed.platform, "--json").json["decisions"]
    return str(told[-1]["record"]["decision"]["id"][:16])


def waiting(typed: Transcript, kind: str) -> str:
    told = typed.evenhand("queue", "-c", typed.platform, "--json").json["waiting"]
    return str(next(w["id"] for w in told if w["kind"] == kind)[:16])


def test_a_report_waits_until_a_reviewer_decides_and_its_sender_is_told(
        typed: Transcript) -> None:
    typed("queue")
    typed('report 1012 --because "He threatens the whole street." --clause 2.1 '
          "--email neighbour@agora.example --once letter-17")
    typed('report 1012 --because "He threatens the whole street." --clause 2.1 '
          "--email neighbour@agora.example --once letter-17")
    typed("report agora:1012@1 --because - --clause 2.1", stdin="It is a threat,\nplain as day.\n")
    typed("queue --at 2020-05-27T09:00:00Z")
    typed("decide 1012 --as reviewer-2 --fact post.stance=asserts")
    typed("queue")
    typed("show 1012", head=True)
    typed.compare("report")


def test_an_appeal_is_filed_point_by_point_and_answered_by_another_person(
        typed: Transcript) -> None:
    decision = last_decision(typed, TWEET)
    typed(f'appeal {decision} --account realDonaldTrump --fact post.stance=reports '
          '--because "I only said what others say." --reading 3.2 --because "It is no claim '
          'about how to vote." --treatment 3.2 --like agora:1001 --like agora:1002 '
          '--because "They were left alone."')
    appeal = waiting(typed, "appeal")
    typed("queue")
    typed(f"answer {appeal}")
    typed(f'answer {appeal} --as eli --agree 1 "The post reports what others say." '
          '--disagree 2 "It is about voting by mail, which is how to vote." '
          '--disagree 3 "Neither of them is about voting at all."')
    typed(f"show {TWEET}", head=True)
    typed(f'answer {appeal} --as eli --agree 1 "The post reports what others say."', status=1)
    typed.compare("appeal")


def test_an_order_is_recorded_decided_post_by_post_and_withdrawn(typed: Transcript) -> None:
    typed('order --kind court-order --from "Amtsgericht Bonn" --email gericht@bonn.example '
          '--legal-basis "Section 185 StGB" --text - --demands removal --post 1002 --post 1005 '
          '--as finn --reference "12 C 34/20" --territory DE --due 2020-06-01',
          stdin="Both posts are to be removed.\n")
    order = waiting(typed, "order")
    typed("decide 1002 --as dora")
    typed("decide 1005 --as reviewer-2")
    typed(f'withdraw {order} --name "Amtsgericht Bonn" --as finn --because "Lifted on appeal."')
    typed("show 1005", head=True)
    typed.compare("order")


def test_a_clause_is_stopped_and_what_it_did_is_taken_back(typed: Transcript) -> None:
    typed('suspend 4.1 --as dora --because "It catches quizzes."')
    typed("queue")
    typed('reverse --clause 4.1 --since 2020-05-11 --as finn --because "It catches quizzes." '
          "--once quizzes")
    typed('reverse --clause 4.1 --since 2020-05-11 --as finn --because "It catches quizzes." '
          "--once quizzes")
    typed("show 1006", head=True)
    typed('reinstate 1003 --as dora --because "The account had been taken over."')
    typed('suspend 4.1 --as dora --because "The clause was mended." --resume')
    typed.compare("brakes")
    assert typed.evenhand("verify", "-c", typed.platform).status == 0


def test_what_is_refused_says_why_and_what_to_do(typed: Transcript) -> None:
    decision = last_decision(typed, TWEET)
    for line in (
            "decide 1012 --as mallory", "decide 1012 --as finn", "decide nobody --as dora",
            "decide 1012 --as dora --fact post.stance=assert",
            "decide 1012 --as dora --fact post.stnce=asserts",
            "decide 1012 --as dora --fact post.stance",
            "decide 1012 --as dora --fact claim.confirmed=yes",
            "decide 1012 --as dora --act 9.9", "decide 1012 --as dora --act 2.1:",
            "decide 1012 --as dora --set-aside 2.1",
            'decide 1012 --as dora --because "for no clause"',
            "decide 1012 --as dora --edit 2.2=nowhere.txt",
            "report 1012", "report 1012 --because x --clause 9.9",
            'report 1012 --because "It is illegal here." --illegal-under "Section 241 StGB"',
            'report 1012 --because "It is spam." --clause 4.1 --category quizes',
            "order --kind court-order --as finn", "order --kind cort-order --as finn",
            f'appeal {decision} --account mallory --reading 3.2 --because "It is not so."',
            f"appeal {decision} --account realDonaldTrump",
            f'appeal {decision} --account realDonaldTrump --fact post.stance=yes --because "No."',
            f'appeal {decision} --account realDonaldTrump --because "It is not so."',
            f'appeal {decision} --reading 3.2 --because "It is not so."',
            'appeal zzzz --account realDonaldTrump --reading 3.2 --because "It is not so."',
            "answer abcd", 'answer abcd --agree 1 "So it is, I think."',
            'reinstate 1001 --as dora --because "Nothing was taken."',
            'reinstate 1003 --as reviewer-2 --because "It was taken."',
            "withdraw abcd", "withdraw abcd --account ada",
            'suspend 3.1 --as dora --because "It has no rule."',
            'suspend 2.1 --as reviewer-2 --because "I may not."', "suspend 2.1 --as dora "
            "--because quiet", 'suspend 2.1 --as dora --because "It is wrong." --terms 2020',
            'reverse --clause 2.1 --since 2999-01-01 --as dora --because "It is wrong."',
            'reverse --clause 2.1 --since yesterday --as dora --because "It is wrong."'):
        typed(line, status=1)
    typed.compare("refused")


FORM = {"party": "author", "disputes": [
    {"kind": "a fact", "fact": "post.stance", "value": "reports", "words": "As others say."},
    {"kind": "the treatment of like posts", "clause": "3.2", "like": ["agora:1001"],
     "words": "It was left alone."}]}


def test_a_form_in_json_is_the_same_appeal(staffed: Path, evenhand: Any) -> None:
    decisions = evenhand("show", TWEET, "-c", staffed, "--json").json["decisions"]
    decision = decisions[-1]["record"]["decision"]["id"]
    filed = evenhand("appeal", "--form", "-", "--account", "realDonaldTrump", "-c", staffed,
                     "--json", stdin=json.dumps(FORM | {"decision": decision}).encode())
    assert filed.status == 0, filed.err
    assert filed.json["against"] == decision and filed.json["decisive"] == [0]
    assert [p["kind"] for p in filed.json["points"]] == [d["kind"] for d in FORM["disputes"]]
    story = evenhand("show", TWEET, "-c", staffed, "--json").json["story"]
    assert [one["entry"] for one in story if one["kind"] == "appeal"] == [filed.json["entry"]]


@pytest.mark.parametrize(("form", "told"), [
    (b"[", "is not JSON"), (b"[]", "is not an object"), (b"\xff", "is not UTF-8"),
    (b'{"disputes": 3}', "has no points"), (b'{"disputs": []}', "did you mean `disputes`"),
    (b'{"disputes": []}', "has no point"), (b'{"party": "judge", "disputes": []}', "author or"),
    (b'{"disputes": [{"kind": "a fct"}]}', "did you mean `a fact`"),
    (b'{"disputes": [{"kind": "a fact", "fact": "post.stance", "value": 3, "words": "x"}]}',
     "is not one of"),
    (b'{"disputes": [{"kind": "a fact", "fact": "post.stance", "worth": 3}]}', "`words`"),
    (b'{"decision": "0000", "disputes": []}', "the form is against"),
    (b"[" * 100_000, "is not JSON"),
])
def test_a_form_that_is_none_is_told(staffed: Path, evenhand: Any, form: bytes,
                                     told: str) -> None:
    decisions = evenhand("show", TWEET, "-c", staffed, "--json").json["decisions"]
    decision = decisions[-1]["record"]["decision"]["id"]
    said = evenhand("appeal", decision, "--form", "-", "--account", "realDonaldTrump", "-c",
                    staffed, stdin=form)
    assert said.status == 1
    assert told in said.err.replace('"worth"', "`words`")


def test_a_live_platform_is_not_told_what_time_it_is(tmp_path: Path, evenhand: Any) -> None:
    assert evenhand("init", "forum").status == 0
    config = tmp_path / "forum" / "evenhand.toml"
    config.write_text(config.read_text() + PEOPLE)
    assert evenhand("publish", "-c", "forum").status == 0
    post = json.dumps({"id": "1", "author": "ada", "text": "Good morning."}).encode()
    assert evenhand("run", "-", "-c", "forum", "--format", "jsonl", stdin=post).status == 0
    for args in (("queue",), ("decide", "1", "--as", "dora"),
                 ("report", "1", "--because", "It is spam.", "--clause", "1.1")):
        said = evenhand(*args, "-c", "forum", "--at", "2020-01-01")
        assert said.status == 1 and "leave --at out" in said.err
    told = evenhand("queue", "-c", "forum")
    assert (told.status, told.out.split("  ")[0]) == (0, "nothing waits for a person")
    assert evenhand("report", "1", "--because", "It is spam.", "--clause", "1.1", "-c",
                    "forum").status == 0


ODD = ("", " ", "-", "x" * 30_000, "[/]", "[bold]x[/]", "\u202egnp", "\x1b[31m", "\x01", "a\nb",
       ":", "@", "=", "a:b@c@d", "agora:", "1001", "2.1", "2.1:", "post.stance=", "-1", "9" * 400,
       "9999-12-31", "0001-01-01", "dora", "abcd", "f" * 64, "\U0001f600", "é" * 500, "/dev/null",
       "/", "{}")

EVERY_PLACE: tuple[tuple[str, ...], ...] = (
    ("decide", "?", "--as=dora"), ("decide", "1001", "--as=?"),
    *(("decide", "1001", "--as=dora", f"--{option}=?") for option in (
        "fact", "confirm", "deny", "act", "beyond-cap", "edit", "set-aside", "because",
        "unfounded", "at")),
    ("decide", "1001", "--as=dora", "--set-aside=2.1", "--because=?"),
    ("report", "?", "--because=It is spam."),
    *(("report", "1001", "--because=It is spam.", "--clause=4.1", f"--{option}=?") for option in (
        "because", "clause", "illegal-under", "name", "email", "account", "flagger", "category",
        "where", "once", "at")),
    *(("order", "--kind=court order", "--from=A court", "--legal-basis=A law", "--text=-",
       "--demands=removal", "--post=1001", "--as=finn", f"--{option}=?") for option in (
        "kind", "from", "email", "legal-basis", "text", "demands", "post", "reference",
        "territory", "due", "once", "at", "as")),
    ("appeal", "?", "--account=ada", "--accept"), ("appeal", "!", "--account=?", "--accept"),
    *(("appeal", "!", "--account=realDonaldTrump", f"--{option}=?", "--because=It is not so.")
      for option in ("fact", "reading", "treatment", "form", "once", "at", "claim", "like")),
    ("appeal", "!", "--account=realDonaldTrump", "--fact=post.stance=asserts", "--claim=?"),
    ("answer", "?"), ("answer", "?", "--as=eli", "--agree", "1", "It is so."),
    ("reinstate", "?", "--as=dora", "--because=It is so."),
    ("reinstate", "1003", "--as=dora", "--because=?"),
    ("withdraw", "?", "--account=ada"), ("withdraw", "abcd", "--email=?"),
    ("suspend", "?", "--as=dora", "--because=It is so."),
    ("suspend", "4.1", "--as=dora", "--because=It is so.", "--terms=?"),
    ("suspend", "4.1", "--as=?", "--because=It is so."),
    *(("reverse", "--clause=4.1", "--since=2020-05-01", "--as=dora", "--because=It is so.",
       f"--{option}=?") for option in ("clause", "since", "until", "as", "because", "terms",
                                       "once", "at")),
    ("queue", "--at=?"), ("show", "?"))

DRIVER = """
import contextlib, io, json, sys
from evenhand.edge.cli import main
for words in json.load(open(sys.argv[1])):
    sys.argv = ["evenhand", *words]
    sys.stdin = io.TextIOWrapper(io.BytesIO(b"Words of standard input."))
    try:
        main()
    except SystemExit as end:
        print("\\nSTATUS", end.code, json.dumps(words)[:200], file=sys.__stdout__, flush=True)
"""


def test_no_word_in_any_place_of_any_verb_ends_in_a_traceback(
        staffed: Path, evenhand: Any, tmp_path: Path) -> None:
    decisions = evenhand("show", TWEET, "-c", staffed, "--json").json["decisions"]
    decision = decisions[-1]["record"]["decision"]["id"][:16]
    every = [[word.replace("?", odd).replace("!", decision) for word in words] + ["-c",
             str(staffed)] for n, words in enumerate(EVERY_PLACE)
             for odd in ODD[n % 8::8]]  # every word somewhere, and others in every place
    (tmp_path / "words.json").write_text(json.dumps(every))
    done = subprocess.run([sys.executable, "-c", DRIVER, tmp_path / "words.json"], cwd=tmp_path,
                          capture_output=True, timeout=600, check=False)
    told = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    ends = re.findall(r"^STATUS (\d+) (.*)$", told, re.MULTILINE)
    assert len(ends) == len(every)
    assert {status for status, _ in ends} <= {"0", "1", "2"}, [
        end for end in ends if end[0] not in "012"]
    assert "\x1b" not in told and "\u202e" not in told and "\x01" not in told
    assert evenhand("verify", "-c", staffed).status == 0


@pytest.mark.parametrize("columns", [80, 120])
def test_a_screen_is_never_overrun(typed: Transcript, on_screen: Callable[..., str],
                                   columns: int) -> None:
    typed('report 1012 --because "He threatens the whole street." --clause 2.1')
    typed('suspend 4.1 --as dora --because "It catches quizzes."')
    for words in (("queue",), ("show", "1012"), ("show", "1003"),
                  ("decide", "1012", "--as", "dora", "--fact", "post.stance=asserts")):
        told = on_screen(*words, "-c", typed.platform, columns=columns)
        above = told.split("\nThe receipt")[0].splitlines()
        # What is to be copied stays whole.
        long = [line for line in above if len(line) > columns
                and not line.startswith("    evenhand ")]
        assert not long, long


def test_who_is_asked_for_a_stance_sees_the_words_that_hint_at_it_as_a_suggestion(
        staffed: Path, evenhand: Any) -> None:
    text = "I will kill you, he wrote. Is that what he wrote?"
    post = json.dumps({"id": "2001", "author": "ada", "text": text, "language": "en",
                       "made_at": "2020-05-28T12:00:00Z"}).encode()
    assert evenhand("run", "-", "-c", staffed, "--format", "jsonl", stdin=post).status == 0
    told = evenhand("queue", "-c", staffed, "--json").json["waiting"]
    [waits] = [w for w in told if w["posts"] == ["agora:2001@1"]]
    cue = {"stance": "asks", "start": 43, "end": 49, "words": "wrote?"}
    expected = [{"fact": "post.stance", "by": "stance_cues@1", "values": ["asks"], "cues": [cue]}]
    assert waits["suggested"] == expected and waits["missing"] == ["post.stance"]
    assert all(w["suggested"] for w in told if "post.stance" in w["missing"])
    line = "a machine suggests asks (“wrote?”); it is yours to say"
    assert line in evenhand("queue", "-c", staffed).out
    assert line in evenhand("show", "2001", "-c", staffed).out
    assert evenhand("show", "2001", "-c", staffed, "--json").json["suggested"] == expected
    assert evenhand("decide", "2001", "--as", "dora", "--fact", "post.stance=reports", "-c",
                    staffed).status == 0
    shown = evenhand("show", "2001", "-c", staffed, "--json").json
    assert shown["suggested"] == [], "nobody is asked any more"
    [said] = [r for r in shown["decisions"][-1]["record"]["decision"]["dossier"]["reported"]
              if r["name"] == "post.stance"]
    assert said["suggested"] == {"by": "stance_cues@1", "values": ["asks"]}
    assert said["value"] == "reports"


def test_a_word_on_all_copies_is_said_with_an_option_and_reaches_them(
        staffed: Path, evenhand: Any) -> None:
    claim = "https://agora.example/events/mail-in-ballots"
    text = "They print our ballots twice and nobody counts them"
    posts = b"\n".join(json.dumps({"id": str(n), "author": f"a{n}", "text": said, "made_at":
                                   f"2020-05-28T12:0{n}:00Z"}).encode() for n, said in (
        (1, text), (2, f"Wow: {text.upper()}!"), (3, text + "?")))
    assert evenhand("run", "-", "-c", staffed, "--format", "jsonl", stdin=posts).status == 0
    said = evenhand("decide", "1", "--as", "dora", "--fact", "post.stance=asserts", "--all-copies",
                    "-c", staffed)
    assert said.status == 1 and "nothing is said of the copies" in said.err
    assert evenhand("decide", "1", "--as", "dora", "--fact", "post.stance=asserts", "--confirm",
                    claim, "--all-copies", "-c", staffed).status == 0
    shown = {n: evenhand("show", n, "-c", staffed, "--json").json["decisions"] for n in "123"}
    matches = {n: [(m["by"], m["confirmed"]) for d in told[-1:]
                   for m in d["record"]["decision"]["dossier"]["matches"]]
               for n, told in shown.items()}
    assert matches == {"1": [("confirmed pair", True)], "2": [("confirmed copy", True)], "3": []}
    waits = evenhand("queue", "-c", staffed, "--json").json["waiting"]
    assert [w["missing"] for w in waits if w["posts"] == ["agora:2@1"]] == [["post.stance"]], (
        "a stance is said of one post")
