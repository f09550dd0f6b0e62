"""What is kept of a feed as dirty as real ones are, and every word that is said about the rest."""

from datetime import UTC, datetime
from pathlib import Path

from evenhand.factcheck.claims import read_claims
from evenhand.model.factcheck import FactCheck

GOLDEN = Path(__file__).parent / "golden"
AT = datetime(2020, 5, 27, 12, tzinfo=UTC)


def told(check: FactCheck) -> str:
    names = ("key", "version", "publisher", "url", "title", "claim", "claim_by", "rating",
             "rating_words", "topics", "language", "appearances", "published_at")
    return "\n".join(f"{name}: {getattr(check, name)!r}" for name in names)


def test_a_dirty_feed_keeps_what_is_sound_and_tells_the_rest() -> None:
    checks, problems = read_claims(
        (GOLDEN / "dirty_feed.json").read_text(encoding="utf-8"), where="feed.json",
        retrieved_at=AT, publishers={"checks.example": "platform"})
    report = "\n\n".join([*map(told, checks),
                          *(f"{problem.level}: {problem}" for problem in problems)]) + "\n"
    assert report == (GOLDEN / "dirty_feed.txt").read_text(encoding="utf-8")
