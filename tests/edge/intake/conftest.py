"""A short way to read posts from bytes in every test of the intake."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from evenhand.edge.intake.read import Intake, read_posts
from evenhand.edge.intake.reject import Reject
from evenhand.model.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came out of a file: its posts, its rejects, and the intake with its counts."""

    posts: list[Post]
    rejects: list[Reject]
    intake: Intake


def take_from(content: object, /, **options: Any) -> Taken:
    rejects: list[Reject] = []
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    options = {"platform": "agora", "arrival": datetime(2020, 6, 1, tzinfo=UTC), **options}
    if isinstance(content, bytes):
        options.setdefault("name", "posts")
        options.setdefault("format", "jsonl")
    with read_posts(source, on_reject=rejects.append, **options) as intake:  # type: ignore[arg-type]
        posts = list(intake)
    assert intake.rows_seen == intake.posts + intake.duplicates + intake.rejects
    assert (intake.posts, intake.rejects) == (len(posts), len(rejects))
    return Taken(posts=posts, rejects=rejects, intake=intake)


@pytest.fixture
def take() -> Callable[..., Taken]:
    """Read posts from bytes or a path; the counts are checked on the way."""
    return take_from
