"""One version in two languages: one document is authentic, the other brings the words over."""

from __future__ import annotations

from typing import Any

ENGLISH = ('label sat "This is satire" for 3 days\nremove\ncategory violence',)


def two(making: Any) -> tuple[str, str]:
    english = making.document(
        "## 1 Freedom\n\nSay what you think.\n",
        making.clause("2", "post.satire", ENGLISH[0], words="You may not."), authentic="yes")
    french = making.document(
        "## 1 Liberté\n\nDites ce que vous pensez.\n\n## 2 Satire\n\nVous ne pouvez pas.\n\n"
        '```then\nlabel sat "Ceci est une satire" for 3 days\n```\n',
        language="fr", appeals_to="un autre modérateur")
    return english, french


def test_a_translation_brings_the_words_of_the_actions(making: Any) -> None:
    terms = making.terms(*two(making))
    assert terms.languages == ("en", "fr")
    assert terms.words_of("2", "label sat") == (("fr", "Ceci est une satire"),)
    assert terms.words_of("2", "remove") == terms.words_of("9", "x") == ()


def test_the_authentic_document_comes_first_in_whatever_order_they_are_read(making: Any) -> None:
    english, french = two(making)
    for order in ((english, french), (french, english)):
        terms = making.terms(*order)
        assert terms.documents[0].front["language"].text == "en"
        assert terms.clause("2").words == "You may not."
        assert terms.front.appeals_to == "another reviewer"


def test_a_version_in_one_language_need_not_say_that_it_is_authentic(making: Any) -> None:
    terms = making.of(making.clause("1", "post.satire", "remove"))
    assert terms.languages == ("en",)
    assert terms.clause("1").citation.digest == terms.digest
    assert terms.clause("7") is None


def test_a_citation_names_document_version_digest_and_number(making: Any) -> None:
    cited = making.of(making.clause("3.2", "post.satire", "remove")).clause("3.2").citation
    assert (cited.document, cited.version, cited.number) == (
        "Agora Terms of Service", "2020-05-11", "3.2")
