"""What a platform brings is the same value from every format, or is missing and says why."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.edge.brought import BroughtFact
from evenhand.edge.intake.brought import MOST_QUOTED, Bringing
from evenhand.edge.intake.read import read_posts
from evenhand.edge.signals.brought import OBSERVER
from evenhand.errors import EvenhandError
from evenhand.model.post import Brought, Post
from evenhand.record.codec import from_plain, to_plain
from evenhand.rulebook.frames import dtype_of
from evenhand.rulebook.values import check_value
from evenhand.rulebook.vocabulary import (
    DURATION,
    INSTANT,
    INTEGER,
    NUMBER,
    TEXT,
    TRUTH,
    Fact,
    Type,
    choice,
    list_of,
)


def fact(name: str, type_: Type = INTEGER) -> Fact:
    return Fact(name=name, type=type_, meaning="it is made for a test", observer="the platform",
                audience="author", reported_by=OBSERVER)


def one(type_: Type, value: object) -> Brought | None:
    """What is brought of a fact with this value."""
    found = Bringing([BroughtFact(fact=fact("a.b", type_))]).read({"a.b": value})
    return found[0] if found else None


COUNT, FULL = fact("account.followers"), fact("account.verified", TRUTH)
DECLARED = (BroughtFact(fact=COUNT, column="user.followers"), BroughtFact(fact=FULL))


# --- values ---

TAKEN = [
    (INTEGER, 3, 3), (INTEGER, " 3 ", 3), (INTEGER, "-3", -3), (INTEGER, "3.0", 3),
    (INTEGER, 3.0, 3), (INTEGER, Decimal("3.00"), 3), (INTEGER, "+7", 7),
    (NUMBER, 3, 3.0), (NUMBER, "3", 3.0), (NUMBER, " .5", 0.5), (NUMBER, "1e-3", 0.001),
    (NUMBER, Decimal("0.25"), 0.25), (NUMBER, 2**53, float(2**53)),
    (TRUTH, True, True), (TRUTH, "yes", True), (TRUTH, "FALSE", False), (TRUTH, " No ", False),
    (TEXT, "3", "3"), (TEXT, "मूर्ख ", "मूर्ख "), (TEXT, b"caf\xc3\xa9", "café"),
    (choice("a", "b"), "b", "b"), (choice("a", "b"), "c", "c"),
    (INSTANT, "2020-05-26T08:17:43-04:00", datetime(2020, 5, 26, 12, 17, 43, tzinfo=UTC)),
    (INSTANT, 1590495463, datetime(2020, 5, 26, 12, 17, 43, tzinfo=UTC)),
    (INSTANT, date(2020, 5, 26), datetime(2020, 5, 26, tzinfo=UTC)),
    (INSTANT, datetime(2020, 5, 26, 2, tzinfo=timezone(timedelta(hours=2))),
     datetime(2020, 5, 26, tzinfo=UTC)),
    (DURATION, "24 hours", timedelta(days=1)), (DURATION, "3 days 12 hours", timedelta(days=3.5)),
    (DURATION, timedelta(minutes=5), timedelta(minutes=5)),
    (list_of(TEXT), ["a", "b"], ("a", "b")), (list_of(TEXT), '["a", "b"]', ("a", "b")),
    (list_of(TEXT), [], ()), (list_of(INTEGER), "[1, 2.0]", (1, 2)),
    (list_of(NUMBER), [1, 0.5], (1.0, 0.5)), (list_of(DURATION), ["1 day"], (timedelta(days=1),)),
    (list_of(choice("a", "b")), ["a", "z"], ("a", "z")),
]


@pytest.mark.parametrize(("type_", "given_", "value"), TAKEN, ids=repr)
def test_a_value_is_read_in_the_forms_that_files_have_for_it(type_: Type, given_: object,
                                                            value: object) -> None:
    found = one(type_, given_)
    assert found == Brought(name="a.b", value=value)  # type: ignore[arg-type]
    assert found is not None and type(found.value) is type(value)
    if isinstance(value, tuple) and isinstance(found.value, tuple):
        assert [*map(type, found.value)] == [*map(type, value)]


@pytest.mark.parametrize("nothing", [None, "", float("nan"), Decimal("NaN")], ids=repr)
@pytest.mark.parametrize("type_", [INTEGER, TEXT, list_of(TEXT)], ids=Type.describe)
def test_an_empty_cell_null_and_nan_are_nothing(type_: Type, nothing: object) -> None:
    assert one(type_, nothing) is None


WRONG = [
    (INTEGER, "many", '"many" is not a whole number'),
    (INTEGER, "1,000", '"1,000" is not a whole number'),
    (INTEGER, 0.5, "0.5 is not a whole number"),
    (INTEGER, True, "true is not a whole number"),
    (INTEGER, {"n": 3}, "an object is not a whole number"),
    (INTEGER, [3], "a list is not a whole number"),
    (INTEGER, "9" * 200, "a whole number of 665 bits is beyond 2**53, where engines stop agreeing"),
    (INTEGER, float("inf"), "inf is not a whole number"),
    (NUMBER, "0,5", '"0,5" is not a number'),
    (NUMBER, "nan", '"nan" is not a number'),
    (NUMBER, "1e999", "inf is not a number that can be compared"),
    (NUMBER, 2**60, "1152921504606846976 is beyond 2**53, where engines stop agreeing"),
    (TRUTH, 1, "1 is not yes or no"),
    (TRUTH, "ja", '"ja" is not yes or no'),
    (TEXT, 3, "3 is not text"),
    (TEXT, {"a": 1}, "an object is not text"),
    (TEXT, b"\xff", "the text is not UTF-8 at its byte 1"),
    (TEXT, "a\x00", "the text holds a NUL character"),
    (TEXT, "x" * 8193, "the text has more than 8,192 characters"),
    (TEXT, "\ud800", "the text holds half of a surrogate pair"),
    (choice("a", "b"), 3, '3 is not one of "a", "b"'),
    (INSTANT, "yesterday", "`yesterday` is not a time that can be read"),
    (INSTANT, 17, "the number is neither seconds nor milliseconds since 1970"),
    (DURATION, "a while", '"a while" is not a duration'),
    (DURATION, 24, "24 is not a duration"),
    (DURATION, "999999999 weeks", '"999999999 weeks" is longer than any duration'),
    (DURATION, "20000 weeks", "the duration is longer than 285 years"),
    (DURATION, timedelta(days=-200_000), "the duration is longer than 285 years"),
    (list_of(TEXT), "a", '"a" is not a list of text'),
    (list_of(TEXT), "[a]", '"[a]" is not a list in JSON'),
    (list_of(TEXT), ["a", None], "null is not text"),
    (list_of(INTEGER), ["a"], '"a" is not a whole number'),
    (list_of(INTEGER), [[1]], "a list is not a whole number"),
    (list_of(INTEGER), [1] * 1001, "the list has more than 1,000 elements"),
]


@pytest.mark.parametrize(("type_", "given_", "why"), WRONG, ids=lambda v: repr(v)[:40])
def test_what_is_no_value_of_the_type_is_missing_and_says_why(type_: Type, given_: object,
                                                              why: str) -> None:
    found = one(type_, given_)
    assert found == Brought(name="a.b", value=None, why=why)
    assert from_plain(Brought, to_plain(found)) == found


def test_of_a_wrong_column_some_values_are_quoted_and_the_reasons_do_not_grow_with_it() -> None:
    bringing = Bringing([BroughtFact(fact=fact("a.b"))])
    whys = [bringing.read({"a.b": f"v{n % 500}"})[0].why for n in range(1000)]
    assert whys[MOST_QUOTED - 1] == f'"v{MOST_QUOTED - 1}" is not a whole number'
    assert set(whys[MOST_QUOTED:500]) == {"it is not a whole number"}
    assert whys[500] == whys[0] and len(set(whys)) == MOST_QUOTED + 1


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
              st.sampled_from(["3 days", "2020-05-26", "[1]", '["a"]', "yes", "1e9", "٣"]),
              st.binary(max_size=4), st.timedeltas(), st.datetimes(), st.dates(), st.decimals()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.text(max_size=3), inner, max_size=3), max_leaves=5)
TYPES = [INTEGER, NUMBER, TRUTH, TEXT, INSTANT, DURATION, choice("a", "b"), list_of(TEXT),
         list_of(INTEGER), list_of(NUMBER), list_of(INSTANT), list_of(DURATION)]


@given(st.sampled_from(TYPES), JSON)
def test_whatever_is_brought_can_be_recorded_and_a_condition_can_read_it(type_: Type,
                                                                        value: object) -> None:
    found = one(type_, value)
    if found is None:
        return
    again = from_plain(Brought, msgspec.json.decode(msgspec.json.encode(to_plain(found))))
    assert again == found
    assert (found.value is None) == bool(found.why)
    if found.value is not None and type_.name != "choice":
        check_value(fact("a.b", type_), found.value)


THREE = [BroughtFact(fact=fact("a.b"), column="x.y"), BroughtFact(fact=fact("a.c", TRUTH)),
         BroughtFact(fact=fact("a.d", list_of(TEXT)))]
CELL = st.one_of(JSON, st.fixed_dictionaries({}, optional={
    "y": JSON, "c": JSON, "a.c": st.booleans(), "a": st.fixed_dictionaries({"d": JSON})}))
TOGETHER = st.one_of(CELL, CELL.map(lambda cell: str(cell)), st.just('{"a.c": true}'))


@given(st.lists(st.fixed_dictionaries({"x": CELL, "facts": TOGETHER, "a.c": JSON, "a": CELL}),
                max_size=4), st.sets(st.sampled_from(["x", "facts", "a.c", "a"])))
def test_many_rows_bring_what_each_of_them_brings(rows: list[dict[str, Any]],
                                                  left_out: set[str]) -> None:
    rows = [{name: row[name] for name in row if name not in left_out} for row in rows]
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}
    each = [Bringing(THREE).read(row) for row in rows]
    assert list(Bringing(THREE).read_many(columns, len(rows))) == each


# --- files ---

VALUES = {
    INTEGER: st.integers(-2**53, 2**53), NUMBER: st.floats(allow_nan=False, allow_infinity=False),
    TRUTH: st.booleans(),
    TEXT: st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20),
    INSTANT: st.integers(2 * 10**14, 16 * 10**14).map(
        lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)),
    DURATION: st.integers(0, 10**9).map(lambda s: timedelta(seconds=s)),
    choice("free", "paid"): st.sampled_from(["free", "paid"]),
    list_of(TEXT): st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=5),
                            max_size=3).map(tuple),
    list_of(INTEGER): st.lists(st.integers(-9, 9), max_size=3).map(tuple),
}
NAMED = {f"post.of_{n}": type_ for n, type_ in enumerate(VALUES)}
BROUGHT = tuple(BroughtFact(fact=fact(name, type_)) for name, type_ in sorted(NAMED.items()))
ROW = st.fixed_dictionaries({name: st.none() | VALUES[type_] for name, type_ in NAMED.items()})


def in_words(value: Any) -> Any:
    """A value as JSON has it, instants and durations in words."""
    if isinstance(value, timedelta):
        return f"{value // timedelta(seconds=1)} seconds"
    return value.isoformat() if isinstance(value, datetime) else value


def in_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return msgspec.json.encode(value).decode()
    return str(in_words(value))


def files(rows: list[dict[str, Any]]) -> dict[str, bytes]:
    """The same rows in every format."""
    made = {"jsonl": b"".join(msgspec.json.encode(
        {"id": str(n), "text": "x"} | {k: in_words(v) for k, v in row.items()}) + b"\n"
        for n, row in enumerate(rows))}
    for name, options in (("csv", {}), ("tsv", {"delimiter": "\t", "quoting": csv.QUOTE_NONE,
                                                "quotechar": None})):
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n", **options)  # type: ignore[arg-type]
        writer.writerow(["id", "text", *NAMED])
        writer.writerows([str(n), "x", *(in_cell(row[name]) for name in NAMED)]
                         for n, row in enumerate(rows))
        made[name] = text.getvalue().encode()
    frame = polars.DataFrame(
        {"id": [str(n) for n in range(len(rows))], "text": ["x"] * len(rows)} | {
            name: polars.Series([None if row[name] is None else list(row[name])
                                 if isinstance(row[name], tuple) else row[name] for row in rows],
                                dtype=dtype_of(type_), strict=False)
            for name, type_ in NAMED.items()})
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return made | {"parquet": buffer.getvalue()}


def posts_of(content: bytes, kind: Any, facts: Any = BROUGHT, **options: Any) -> list[Post]:
    with read_posts(io.BytesIO(content), platform="agora", format=kind, facts=facts, name="posts",
                    arrival=datetime(2020, 6, 1, tzinfo=UTC), on_reject=pytest.fail,
                    **options) as intake:
        return list(intake)


@given(st.lists(ROW, min_size=1, max_size=3))
@settings(max_examples=30, deadline=None)
def test_what_goes_in_through_each_format_comes_out_as_the_same_value(
        rows: list[dict[str, Any]]) -> None:
    expected = [tuple(Brought(name=name, value=row[name]) for name in sorted(row)
                      if row[name] is not None) for row in rows]
    for kind, content in files(rows).items():
        found = [post.brought for post in posts_of(content, kind)]
        assert found == expected, kind
        for post, row in zip(found, rows, strict=True):
            assert all(type(b.value) is type(row[b.name]) for b in post), kind


def test_a_column_is_found_by_its_path_by_the_facts_name_or_among_the_facts(
        take: Callable[..., Any]) -> None:
    rows = [{"user": {"followers": 3}, "account.verified": True},
            {"user.followers": 3, "account": {"verified": True}},
            {"user": {"followers": 3}, "facts": {"account.verified": True}},
            {"user": {"followers": 3}, "facts": {"account": {"verified": True}}},
            {"user": {"followers": 3}, "facts": '{"account.verified": true}'}]
    content = b"".join(msgspec.json.encode({"id": str(n), "text": "x", **row}) + b"\n"
                       for n, row in enumerate(rows))
    taken = take(content, facts=DECLARED)
    assert [p.brought for p in taken.posts] == [(
        Brought(name="account.followers", value=3), Brought(name="account.verified", value=True)
        )] * len(rows)
    assert not any("no column" in note for note in taken.intake.notes)


@pytest.mark.parametrize(("given_", "why"), [
    ("[1]", "the column `facts` is not an object"), (3, "the column `facts` is not an object"),
    ("{", "the column `facts` is not an object in JSON")])
def test_a_column_of_facts_that_holds_none_is_told(given_: object, why: str,
                                                   take: Callable[..., Any]) -> None:
    [post] = take(msgspec.json.encode({"id": "1", "text": "x", "facts": given_}),
                  facts=DECLARED).posts
    assert post.brought == (Brought(name="account.verified", value=None, why=why),)


def test_a_cell_of_csv_may_hold_an_object_of_facts(take: Callable[..., Any]) -> None:
    [post] = take(b'id,text,facts\n1,x,"{""account.verified"": false}"\n', format="csv",
                  facts=DECLARED).posts
    assert post.brought == (Brought(name="account.verified", value=False),)


def test_notes_say_what_was_taken_for_what_and_what_was_not_there(
        take: Callable[..., Any]) -> None:
    notes = take(b"id,text,user.followers,other\n1,x,3,4\n", format="csv",
                 facts=DECLARED).intake.notes
    assert notes == ("`account.followers` is read from the column `user.followers`",
                     "no column was seen for: `account.verified`", "not read: `other`")
    notes = take(b"id,text,account.verified\n1,x,no\n", format="csv", facts=DECLARED).intake.notes
    assert notes == ("no column was seen for: `account.followers` (`user.followers`)",)


def test_what_is_not_declared_is_not_read(take: Callable[..., Any]) -> None:
    taken = take(b'{"id": "1", "text": "x", "account.followers": 3}')
    assert taken.posts[0].brought == ()
    assert taken.intake.notes == ("not read: `account.followers`",)


def test_a_fact_is_mapped_like_any_part_of_a_post(take: Callable[..., Any]) -> None:
    content = b"id,text,n\n1,x,3\n"
    [post] = take(content, format="csv", facts=DECLARED, mapping={"account.followers": "n"}).posts
    assert post.brought == (Brought(name="account.followers", value=3),)
    for mapping, what, hint in (
            ({"account.folowers": "n"}, "`account.folowers` is not a part of a post",
             "did you mean `account.followers`?"),
            ({"account.followers": "nn"}, "mapped to the column `nn`, which is not there",
             "did you mean `n`?")):
        with pytest.raises(EvenhandError, match=what) as refused:
            take(content, format="csv", facts=DECLARED, mapping=mapping)
        assert refused.value.hint == hint


def test_a_column_that_is_there_twice_is_refused_where_it_is_read(
        take: Callable[..., Any]) -> None:
    content = b"id,text,user.followers,user.followers\n1,x,3,4\n"
    assert take(content, format="csv").posts
    with pytest.raises(EvenhandError, match=r"names `user\.followers` 2 times") as refused:
        take(content, format="csv", facts=DECLARED)
    assert refused.value.hint == "rename all but the one that holds the account.followers"


def test_a_post_that_comes_twice_with_other_facts_is_the_same_post(
        take: Callable[..., Any]) -> None:
    taken = take(b"id,text,user.followers\n1,x,3\n1,x,4\n1,x,\n", format="csv", facts=DECLARED)
    assert (len(taken.posts), taken.intake.duplicates, taken.rejects) == (1, 2, [])
    assert taken.posts[0].brought == (Brought(name="account.followers", value=3),)


def test_a_wrong_value_costs_the_post_nothing(take: Callable[..., Any]) -> None:
    taken = take(b"id,text,user.followers,account.verified\n1,x,many,yes\n", format="csv",
                 facts=DECLARED)
    assert taken.rejects == []
    assert taken.posts[0].brought == (
        Brought(name="account.followers", value=None, why='"many" is not a whole number'),
        Brought(name="account.verified", value=True))


def test_a_post_with_facts_can_be_set_aside_with_its_own_row() -> None:
    rejects: list[Any] = []
    with read_posts(io.BytesIO(b"id,text,user.followers\n1,x,3\n"), platform="agora",
                    format="csv", name="p.csv", facts=DECLARED, on_reject=rejects.append,
                    arrival=datetime(2020, 6, 1, tzinfo=UTC)) as intake:
        [post] = intake
        dated = replace(post, made_at=datetime(2020, 6, 2, tzinfo=UTC))
        assert intake.set_aside(dated, EvenhandError("it was known otherwise"))
    assert [(r.where, r.raw) for r in rejects] == [("p.csv:2", b"1,x,3\n")]
