"""Which version may follow which, and all that a folder of documents is told at once.

Each file of `folders/` is a folder; a line `=====` parts its documents. `EVENHAND_GOLDEN=write
pytest tests/terms/test_succession.py` writes the words anew; read them before they are committed.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from evenhand.clocks import end_of
from evenhand.rulebook.document import Document, read_document
from evenhand.rulebook.drafting import DraftingErrors
from evenhand.terms.clauses import Examined
from evenhand.terms.succession import examine_versions, succession_problems

A, B = "post.satire", "post.news"
FOLDERS = sorted((Path(__file__).parent / "folders").glob("*.md"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def version(making: Any, day: str, *clauses: str, **front: str) -> Any:
    given = {"version": day, "published": f"{day[:8]}01", "in_force": day} | front
    return making.of(*clauses, **given)


def examined(making: Any, *texts: str, **more: Any) -> tuple[Examined, ...]:
    documents = [read_document(t, name=f"{i}.md") for i, t in enumerate(texts)]
    return examine_versions(documents, vocabulary=making.vocabulary, after=end_of, digest=named,
                            **more)


def named(documents: Any, facts: Any) -> str:
    return " ".join(sorted(d.digest for d in documents))


def told(versions: tuple[Examined, ...]) -> list[str]:
    return [p.what for v in versions for p in v.problems]


def succeed(versions: Any, new: Any) -> list[str]:
    return [p.what for p in succession_problems(versions, new, after=end_of)]


# What a folder is told


def read_folder(path: Path) -> tuple[tuple[Document, ...], list[DraftingErrors]]:
    documents, refused = [], []
    for number, text in enumerate(path.read_text(encoding="utf-8").split("=====\n"), 1):
        try:
            documents.append(read_document(text, name=f"{number}.md"))
        except DraftingErrors as wrong:
            refused.append(wrong)
    return tuple(documents), refused


def examine_folder(path: Path, making: Any) -> tuple[tuple[Examined, ...], list[DraftingErrors]]:
    documents, refused = read_folder(path)
    return examine_versions(
        documents, vocabulary=making.vocabulary, after=end_of, digest=named,
        now=at("2020-05-01"), whole=not refused), refused


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.stem)
def test_a_folder_is_told_all_of_this_in_these_words(path: Path, making: Any) -> None:
    versions, refused = examine_folder(path, making)
    problems = [p for v in (*refused, *versions) for p in v.problems]
    words = [str(DraftingErrors(problems))] if problems else []
    words += [f"remark: {r}" for v in versions for r in v.remarks]
    text = "\n\n".join(words or ["nothing is wrong"]) + "\n"
    golden = path.with_suffix(".txt")
    if os.environ.get("EVENHAND_GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.stem)
def test_what_a_folder_is_told_has_place_and_hint(path: Path, making: Any) -> None:
    versions, _ = examine_folder(path, making)
    for problem in (p for v in versions for p in (*v.problems, *v.remarks)):
        assert problem.source_line and problem.hint
        assert problem.what[0] == "`" or problem.what[0].islower()
        assert not problem.what.endswith(".") and problem.what.count("`") % 2 == 0


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.stem)
def test_the_order_of_the_files_changes_nothing_of_whether_a_folder_is_sound(
        path: Path, making: Any) -> None:
    documents, refused = read_folder(path)
    counts = [sum(len(v.problems) for v in examine_versions(
        order, vocabulary=making.vocabulary, after=end_of, digest=named, whole=not refused))
        for order in (documents, documents[::-1])]
    assert counts[0] == counts[1]


def test_there_are_no_words_without_their_folder() -> None:
    assert {p.stem for p in FOLDERS} == {
        p.stem for p in (Path(__file__).parent / "folders").glob("*.txt")}
    assert len(FOLDERS) >= 10


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.stem)
def test_what_is_published_as_it_says_is_refused_if_and_only_if_it_was_told(
        path: Path, making: Any) -> None:
    """Publishing each version at its day's first instant meets what checking the folder met."""
    documents, refused = read_folder(path)
    checked = told(examine_versions(documents, vocabulary=making.vocabulary, after=end_of,
                                    digest=named, whole=not refused))
    published = told(examine_versions(documents, vocabulary=making.vocabulary, after=end_of,
                                      digest=named, whole=not refused,
                                      publishing=lambda instant: instant))
    assert checked == published


# One version after another


def test_versions_that_are_published_already_stay_and_are_told_nothing(making: Any) -> None:
    first = making.document(making.clause("1", A, "remove"))
    (old,) = (v.terms for v in examined(making, first))
    later = making.replaced(old, published_at=at("2020-05-04T09:00"))
    (again,) = examined(making, first, published=(later,),
                        publishing=lambda _: at("2020-09-01"))
    assert again.terms is later and again.problems == ()


def test_a_version_is_published_on_the_day_that_it_says(making: Any) -> None:
    text = making.document(making.clause("1", A, "remove"))
    (late,) = examined(making, text, publishing=lambda _: at("2020-05-05"))
    assert late.terms is None and "published on 2020-05-04" in late.problems[0].what
    (hour,) = examined(making, text, publishing=lambda _: at("2020-05-04T15:00"))
    assert hour.terms and hour.terms.published_at == at("2020-05-04T15:00")


def test_a_version_published_on_its_first_day_is_in_force_from_that_instant(making: Any) -> None:
    text = making.document(making.clause("1", A, "remove"), in_force="2020-05-04")
    (found,) = examined(making, text, publishing=lambda _: at("2020-05-04T15:00"))
    assert found.terms and found.terms.in_force_from == at("2020-05-04T15:00")


def test_a_version_that_changes_is_told_that_and_not_its_day_besides(making: Any) -> None:
    (first,) = examined(making, making.document(making.clause("1", A, "remove")))
    changed = making.document(making.clause("1", B, "remove"))
    found = examined(making, changed, published=(first.terms,),
                     publishing=lambda _: at("2020-08-01"))
    assert told(found) == ["version 2020-05-11 was already published with other words"]


@pytest.mark.parametrize(("hour", "fine"), [("00:00", True), ("00:00:00.000001", False)])
def test_the_notice_runs_from_the_hour_of_publication(
        making: Any, hour: str, fine: bool) -> None:
    first = making.document(making.clause("1", A, "remove"), notice_before_change="7 days")
    second = making.document(making.clause("1", B, "remove"), version="2",
                             published="2020-06-01", in_force="2020-06-08")
    old = making.replaced(examined(making, first)[0].terms, published_at=at("2020-05-04"))
    found = examined(making, second, published=(old,),
                     publishing=lambda _: at(f"2020-06-01T{hour}"))
    assert (told(found) == []) is fine


@pytest.mark.parametrize(("now", "remarks"), [
    ("2020-05-01", 1), ("2020-06-01T23:59:59", 1), ("2020-06-02", 0)])
def test_a_notice_that_no_hour_of_the_day_can_keep_is_remarked_while_it_can_be_mended(
        making: Any, now: str, remarks: int) -> None:
    first = making.document(making.clause("1", A, "remove"), notice_before_change="7 days")

    def second(in_force: str) -> str:
        return making.document(making.clause("1", B, "remove"), version="2",
                               published="2020-06-01", in_force=in_force)

    assert len(examined(making, first, second("2020-06-08"), now=at(now))[1].remarks) == remarks
    assert examined(making, first, second("2020-06-09"), now=at(now))[1].remarks == ()


def test_a_first_version_owes_no_notice(making: Any) -> None:
    assert succeed((), version(making, "2020-05-11", making.clause("1", A, "remove"))) == []


def test_a_version_may_follow_once_the_promised_notice_has_run(making: Any) -> None:
    first = version(making, "2020-05-11", making.clause("1", A, "remove"),
                    notice_before_change="7 days")
    new = version(making, "2020-07-08", making.clause("1", B, "remove"))
    assert succeed((first,), new) == []  # published on the first of July, in force on the eighth
    (soon,) = succession_problems((first,), making.replaced(
        new, in_force_from=new.in_force_from - timedelta(microseconds=1)), after=end_of)
    assert "promise 7 days of notice" in soon.what
    assert "2020-07-08" in (soon.hint or "")


def test_the_notice_that_counts_is_promised_by_the_terms_in_force(making: Any) -> None:
    first = version(making, "2020-05-11", making.clause("1", A, "remove"))
    new = version(making, "2020-07-02", making.clause("1", B, "remove"),
                  notice_before_change="1 month")
    assert succeed((first,), new) == []


def test_a_published_version_never_changes(making: Any) -> None:
    first = version(making, "2020-05-11", making.clause("1", A, "remove"))
    other = version(making, "2020-05-11", making.clause("1", B, "remove"))
    assert succeed((first,), other) == [
        "version 2020-05-11 was already published with other words"]
    assert succeed((first,), first) == []  # publishing the same words again is no change


def test_two_versions_are_never_in_force_from_one_instant(making: Any) -> None:
    first = version(making, "2020-05-11", making.clause("1", A, "remove"))
    (found,) = succeed((first,), version(making, "2020-05-11", making.clause("1", B, "remove"),
                                         version="2"))
    assert "overlaps version 2020-05-11" in found


def test_a_version_does_not_slip_in_before_one_that_is_published(making: Any) -> None:
    first = version(making, "2020-07-11", making.clause("1", A, "remove"))
    (found,) = succeed((first,), version(making, "2020-05-11", making.clause("1", B, "remove")))
    assert "before version 2020-07-11" in found
