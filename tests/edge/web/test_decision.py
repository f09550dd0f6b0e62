"""The author's page: who may open it, what it says, an appeal from the form to its answer."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from evenhand.edge.config import load_config
from evenhand.edge.web.keys import load_web_key, web_key_of
from evenhand.edge.web.links import Links
from evenhand.errors import EvenhandError

OFFICE = runpy.run_path(str(Path(__file__).parents[1] / "office.py"))

BUZZ = "I will buzz you tonight"


@pytest.fixture
def removed(office, square):
    """A post that a clause removed: its decision, and the address of its author's page."""
    office.post(1, BUZZ + " <script>alert(1)</script>", author="cy")
    decision = office.decide(1, facts={"post.stance": "asserts"}, at=5)
    assert [a.kind.value for a in decision.actions] == ["remove"]
    return decision, square.links.decision(decision.id)


def test_the_page_tells_what_was_done_why_and_what_can_be_done(removed, square):
    decision, path = removed
    told = square.get(path).text
    for words in ("We removed your post", "Clause 2.3", "You may not buzz at people",
                  "<mark>buzz you</mark>", "where the poster stands", "a reviewer said so",
                  "A person decided.", "Send the appeal", decision.id[:16]):
        assert words in told, words
    assert "&lt;script&gt;alert(1)" in told and "<script>alert" not in told
    assert "ada" not in told.replace("adapt", ""), "who decided is not told"


@pytest.mark.parametrize("bend", [
    lambda path: path[:-1] + ("0" if path[-1] != "0" else "1"), lambda path: path[:-1],
    lambda path: path.rpartition("/")[0] + "/" + "0" * 32,
    lambda path: "/decision/" + "a" * 64 + "/" + path.rpartition("/")[2]])
def test_an_address_that_was_made_up_opens_nothing(removed, square, bend):
    _, path = removed
    for more in ("", "/receipt.tlog-proof"):
        answer = square.get(bend(path) + more)
        assert answer.status_code == 404 and "buzz" not in answer.text
    assert square.post(bend(path) + "/appeal", {}, on=path).status_code == 404


def test_the_receipt_can_be_taken_away(removed, square):
    _, path = removed
    answer = square.get(f"{path}/receipt.tlog-proof")
    assert answer.text.startswith("c2sp.org/tlog-proof@v1\n")
    assert answer.headers["content-disposition"] == 'attachment; filename="receipt.tlog-proof"'
    for one in (answer, square.get(path)):
        assert one.headers["cache-control"] == "no-store" and "noindex" in one.headers[
            "x-robots-tag"]
    assert "This receipt holds." in square.post("/receipt", {"receipt": answer.text}).text


def test_an_appeal_goes_from_the_form_to_its_answer(removed, square, office):
    _, path = removed
    sent = square.post(f"{path}/appeal", {
        "point": "fact:post.stance", "value:fact:post.stance": "mocks",
        "words:fact:post.stance": "It is a line of a film. <b>", "once": "one"}, on=path)
    assert sent.status_code == 303 and sent.headers["location"] == f"{path}#appeals"
    told = square.get(path).text
    assert "waits for an answer" in told and "It is a line of a film. &lt;b&gt;" in told
    assert "Send the appeal" not in told
    [matter] = _appeals(office)
    assert matter.record.appeal.known_by == "signed link"
    office.answer(matter.id, True, at=60)
    after = square.get(path).text
    assert "does not stand any more" in after and "the decision fell" in after
    assert "We agree." in after and "We looked at it again with care." in after
    later = office.standing(1)
    assert square.links.decision(later.id) in after


def _appeals(office):
    from evenhand.edge.store.matters import matters_about
    return matters_about(office.world.open().engine, [office.id(1)], kinds=("appeal",))


def test_the_same_form_sent_twice_is_one_appeal(removed, square, office):
    _, path = removed
    form = {"point": "reading:2.3", "words:reading:2.3": "It does not say so.", "once": "two"}
    for _ in range(2):
        square.post(f"{path}/appeal", form, on=path)
    assert len(_appeals(office)) == 1


def test_a_second_appeal_is_refused_aloud_and_its_words_are_shown(removed, square, office):
    _, path = removed
    first = {"point": "reading:2.3", "words:reading:2.3": "It does not say so.", "once": "a"}
    assert square.post(f"{path}/appeal", first, on=path).status_code == 303
    told = square.post(f"{path}/appeal", first | {
        "once": "b", "words:reading:2.3": "My second words."}, on="/receipt")
    assert told.status_code == 422 and 'role="alert"' in told.text
    assert "is still open" in told.text and "My second words." in told.text
    assert f"/language/de?to={path}\"" in told.text, "the page, which can be asked for again"


def test_a_key_of_another_appeal_files_nothing(removed, square, office):
    _, path = removed
    form = {"point": "reading:2.3", "words:reading:2.3": "It does not say so.", "once": "same"}
    assert square.post(f"{path}/appeal", form, on=path).status_code == 303
    office.post(2, BUZZ, author="di")
    other = square.links.decision(office.decide(2, facts={"post.stance": "asserts"}, at=9).id)
    told = square.post(f"{other}/appeal", form, on=other)
    assert told.status_code == 422 and "another appeal was filed under this key" in told.text


@pytest.mark.parametrize(("form", "says"), [
    ({}, "Tick at least one point."),
    ({"point": "fact:post.stance", "value:fact:post.stance": "mocks"}, "Say why, in your words."),
    ({"point": "fact:post.stance", "value:fact:post.stance": "yes",
      "words:fact:post.stance": "Kept words."}, "post.stance"),
    ({"point": "treatment:2.3", "words:treatment:2.3": "Kept words."}, "like"),
    ({"point": ["accept", "reading:2.3"], "words:accept": "Kept words.",
      "words:reading:2.3": "More."}, "disputes the decision and asks back"),
    ({"point": "reading:9.9", "words:reading:9.9": "Kept words."}, "Tick at least one point.")])
def test_what_is_wrong_is_told_and_what_was_typed_is_kept(removed, square, office, form, says):
    _, path = removed
    told = square.post(f"{path}/appeal", form, on=path)
    assert told.status_code == 422 and says in told.text
    if "Kept words." in str(form) and "9.9" not in str(form):
        assert "Kept words." in told.text
    assert _appeals(office) == ()


def test_what_was_erased_says_so(removed, square, office):
    from evenhand.edge.erasing import erase
    _, path = removed
    erase(office.world.open(), post=office.id(1), person="finn", legal_basis="GDPR Art. 17")
    told = square.get(path)
    assert told.status_code == 404 and "was erased" in told.text and "buzz" not in told.text


def test_the_letter_names_the_page_where_the_configuration_says_where_pages_are(
        worlds):
    world = worlds("square", terms=False)
    file = world.folder / "evenhand.toml"
    file.write_text(file.read_text() + '[web]\naddress = "https://pages.square.example/"\n')
    world.config = load_config(world.folder)
    office = OFFICE["Office"](world)
    office.post(1, BUZZ)
    decision = office.decide(1, facts={"post.stance": "asserts"}, at=5)
    letter = (world.config.letters / decision.id[:16] / "notice.txt").read_text()
    key = load_web_key(web_key_of(world.config.key_file))
    path = Links(key).decision(decision.id)
    assert f"\n  https://pages.square.example{path}\n" in letter


@pytest.mark.parametrize("address", [
    "http://square.example", "square.example", "https://", "https://a b", "https://x/?y=1",
    "javascript:alert(1)", "https://u@x", "https://x/path"])
def test_an_address_that_is_none_is_refused(worlds, address):
    world = worlds("square", terms=False)
    file = world.folder / "evenhand.toml"
    file.write_text(file.read_text() + f'[web]\naddress = "{address}"\n')
    with pytest.raises(EvenhandError, match="is not where pages are served"):
        load_config(world.folder)
