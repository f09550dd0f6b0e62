"""A receipt that somebody brings to the page: it holds, or what is wrong with it is said."""

from __future__ import annotations

import pytest


@pytest.fixture
def receipt(agora) -> str:
    folder = next(one for one in sorted((agora / "data/letters").iterdir())
                  if "a notice stands" in (one / "notice.txt").read_text())
    return (folder / "receipt.tlog-proof").read_text()


def test_a_receipt_that_holds_shows_the_words_that_were_sealed(pages, receipt):
    told = pages.post("/receipt", {"receipt": receipt.replace("\n", "\r\n")})
    assert told.status_code == 200 and "This receipt holds." in told.text
    assert "WHAT WE DID" in told.text and "not witnessed" in told.text
    assert "&#34;" not in told.text.partition("<h2>")[0]


def test_it_can_be_brought_as_a_file(pages, receipt):
    told = pages.post("/receipt", {"receipt": ""}, files={"file": ("r", receipt.encode())})
    assert told.status_code == 200 and "This receipt holds." in told.text


@pytest.mark.parametrize(("change", "says"), [
    (lambda text: "", "no receipt was given"),
    (lambda text: "<script>alert(1)</script>", "a receipt begins with the line"),
    (lambda text: text.replace("index ", "index 1", 1), "This receipt does not hold"),
    (lambda text: text[:200] + ("A" if text[200] != "A" else "B") + text[201:],
     "This receipt does not hold"),
    (lambda text: text + "\0" * 10, "This receipt does not hold")])
def test_one_that_does_not_says_why_beside_what_was_brought(pages, receipt, change, says):
    told = pages.post("/receipt", {"receipt": change(receipt)})
    assert told.status_code == 422 and says in told.text
    assert "<script>alert" not in told.text and 'aria-invalid="true"' in told.text


def test_a_form_that_is_not_from_our_page_is_not_answered(pages, receipt):
    told = pages.client.post("/receipt", data={"receipt": receipt})
    assert told.status_code == 403 and "This form was open for too long" in told.text
