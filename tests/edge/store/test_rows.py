"""What is stored of a measurement is its dossier, whatever of it was kept from those before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from evenhand.edge.brought_columns import BroughtColumns
from evenhand.edge.posts import Posts
from evenhand.edge.store.rows import _facts, post_bytes, post_digest, post_row, post_rows
from evenhand.model.post import Account, Brought, Media, Post, PostId
from evenhand.model.signal import Dossier, Reported, Span
from evenhand.record.canonical import canonical, digest
from evenhand.record.codec import from_plain, to_plain
from evenhand.record.written import written

AT = datetime(2020, 5, 26, tzinfo=UTC)


@pytest.mark.parametrize("value", [
    True, 1, 1.0, "1", 0, False, (), (True,), (1,), ("a", "b"), AT, "\U0001f600"], ids=repr)
def test_the_bytes_of_a_dossier_are_those_of_all_its_parts(value):
    dossier = Dossier(
        reported=(Reported(name="a.b", value=value, observer="s@1"),
                  Reported(name="a.b", value=value, observer="person:ada", at=AT)),
        matches=(), spans=(Span(start=0, end=3, fact="hits.a"),))
    for _ in range(2):
        data = _facts(dossier)
        assert data == msgspec.json.encode(to_plain(dossier))
        [first, _] = from_plain(Dossier, msgspec.json.decode(data)).reported
        assert first.value == value and type(first.value) is type(value)


@pytest.mark.parametrize("value", [None, True, 3, 0.5, "few", AT, timedelta(hours=24), ("a", "b")],
                         ids=repr)
def test_what_is_brought_is_stored_and_is_no_part_of_what_makes_a_post_the_same(value):
    bare = Post(id=PostId(platform="agora", native="17"), text="hello", made_at=AT,
                author=Account(platform="agora", id="ada"))
    post = replace(bare, brought=(
        Brought(name="a.b", value=value, why="" if value is not None else "it is no number"),))
    row = post_row(post)
    columns = BroughtColumns.of([post.brought, ()], ["a.b", "a.c"])
    assert post_rows(replace(Posts.of([post, bare]), brought=columns)) == [row, post_row(bare)]
    assert from_plain(Post, msgspec.json.decode(row["body"])) == post
    assert row["digest"] == post_digest(post) == post_digest(bare)
    assert b'"brought":[]' in post_bytes(bare)


WHOLE = Post(
    id=PostId(platform="agora", native="17", version="2"), text='a "quote"\n\x1b \U0001f600',
    author=Account(platform="agora", id="ad\\a", name="Ada é", created_at=AT),
    made_at=AT.replace(microsecond=7), language="en", url="https://agora.example/17",
    links=("https://a.example", "https://b.example"), reply_to="agora:16@1",
    media=(Media(kind="image", digest="sha256:0", alt="a cat"),
           Media(kind="video", digest="sha256:1")))


@pytest.mark.parametrize("post", [
    WHOLE, replace(WHOLE, made_at_is="arrival"), replace(WHOLE, links=(), media=(), reply_to=None),
    replace(WHOLE, language=None, url=None, author=replace(WHOLE.author, created_at=None))])
def test_a_row_of_a_batch_is_written_as_the_noun_is(post):
    [row] = post_rows(Posts.of([post]))
    assert row["body"] == written(post) == canonical(to_plain(post))
    said = to_plain(post) | {"author": post.author.id}
    for left_out in ["brought", "made_at"] if post.made_at_is == "arrival" else ["brought"]:
        del said[left_out]
    assert row["digest"] == digest(canonical(said))
