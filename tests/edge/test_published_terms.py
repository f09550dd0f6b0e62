"""Terms are found by their digest among documents, and by nothing else."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from evenhand.edge.published_terms import PublishedTerms, documents_beside
from evenhand.record.frozen import freeze, version_digest
from evenhand.rulebook.document import read_document
from evenhand.terms.clauses import Terms, read_terms

D = runpy.run_path(str(Path(__file__).parents[1] / "audit" / "datasets.py"))


def version(making: Any, *texts: str) -> Terms:
    """A version under its true digest."""
    documents = [read_document(text, name="terms") for text in texts]
    return read_terms(documents, vocabulary=making.vocabulary,
                      digest=version_digest(documents, freeze(making.vocabulary)))


@pytest.fixture
def terms(making: Any) -> Terms:
    """A version in two languages."""
    english = making.document(making.clause("1", "post.paid", "remove"), authentic="yes")
    german = making.document("## 1 Clause\n\nDas ist verboten.\n", language="de")
    return version(making, english, german)


def test_a_version_is_found_with_all_its_languages(tmp_path: Path, making: Any,
                                                   terms: Terms) -> None:
    other = version(making, making.document(making.clause("1", "post.news", "remove"),
                                            version="2020-06-01"))
    for one in (terms, other):
        D["publish"](tmp_path, one)
    (tmp_path / "notes").write_bytes(b"\xff no document")
    (tmp_path / "large").write_bytes(b"#" * (5 << 20))
    (tmp_path / "folder").mkdir()
    published = PublishedTerms([tmp_path])
    for one in (terms, other):
        found = published.find(one.digest)
        assert found is not None and found.digest == one.digest
        assert found.languages == one.languages and found.clauses == one.clauses
    assert published.find("sha256:" + "0" * 64) is None


def test_terms_that_were_given_are_found_with_the_facts_of_today(making: Any,
                                                                 terms: Terms) -> None:
    given = PublishedTerms([], terms.documents, [freeze(making.vocabulary)])
    assert given.find(terms.digest) is not None
    assert PublishedTerms([], terms.documents).find(terms.digest) is None


def test_a_draft_of_a_published_version_is_not_mixed_with_it(tmp_path: Path, making: Any,
                                                             terms: Terms) -> None:
    D["publish"](tmp_path, terms)
    draft = read_document(making.document(making.clause("1", "post.news", "remove")), name="draft")
    assert PublishedTerms([tmp_path], [draft]).find(terms.digest) is not None


def test_terms_that_cannot_be_read_any_more_are_not_found_and_it_is_said_why(
        tmp_path: Path, making: Any, terms: Terms) -> None:
    broken = terms.documents[0].text.replace("post.paid", "post.payed").encode()
    document = read_document(broken.decode(), name="broken")
    digest = version_digest([document], freeze(making.vocabulary))
    (tmp_path / "a").write_bytes(broken)
    (tmp_path / "b").write_bytes(freeze(making.vocabulary))
    published = PublishedTerms([tmp_path])
    assert published.find(digest) is None and "post.payed" in published.unread[digest]
    (tmp_path / "c").write_bytes(b"{}")
    assert PublishedTerms([tmp_path]).find(version_digest([document], b"{}")) is None


@pytest.mark.parametrize(("facts", "documents"), [
    ("export/facts", "export/documents"), ("export", "export/documents"),
    ("data/facts", "data/ledger/documents"), ("data", "data/ledger/documents")])
def test_documents_lie_beside_the_dataset(tmp_path: Path, facts: str, documents: str) -> None:
    (tmp_path / documents).mkdir(parents=True)
    dataset = tmp_path / facts / ("" if facts.endswith("facts") else "facts")
    dataset.mkdir(parents=True)
    file = dataset / "a.parquet"
    file.write_bytes(b"")
    for named in (tmp_path / facts, file):
        assert documents_beside(named) == (tmp_path / documents,)
    assert documents_beside(tmp_path / "nowhere") == ()
