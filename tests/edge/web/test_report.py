"""A report from the form that anybody may fill in: taken in, or what is wrong beside its field."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from evenhand.edge.store.matters import matters_about
from evenhand.errors import EvenhandError

FULL = {"post": "1", "words": "It is a threat to my neighbours.", "clause": "2.3",
        "name": "Jon", "address": "jon@mail.example", "good_faith": "yes"}


@pytest.fixture
def post(office, square):
    office.post(1, "I will whistle at you.", url="https://square.example/cy/1")
    return office.id(1)


def reports(office):
    return matters_about(office.world.open().engine, [office.id(1)], kinds=("report",))


@pytest.mark.parametrize("named", ["1", "square:1", "https://square.example/cy/1",
                                   "https://square.example/cy/1/?from=feed"])
def test_a_report_is_recorded_with_what_its_sender_typed(post, square, office, named):
    sent = square.post("/report", FULL | {"post": named, "once": "a"})
    assert sent.status_code == 201 and "Your report is recorded" in sent.text
    [matter] = reports(office)
    report = matter.record.report
    assert (report.clause, report.good_faith, report.by.name) == ("2.3", True, "Jon")
    assert report.known_by == "their own word" and matter.record.notice is not None
    assert square.post("/report", FULL | {"once": "a"}).status_code == 201
    assert len(reports(office)) == 1, "the same form twice is one report"


@pytest.mark.parametrize(("change", "beside"), [
    ({"post": "99"}, "post"), ({"post": ""}, "post"), ({"words": ""}, "words"),
    ({"clause": "", "illegal_under": ""}, "clause"), ({"clause": "9.9"}, "clause"),
    ({"address": "nobody"}, "address"), ({"good_faith": "", "illegal_under": "§ 1"}, "good_faith"),
    ({"name": "J\u202eon"}, "name")])
def test_what_is_wrong_stands_beside_its_field_and_the_rest_is_kept(
        post, square, office, change, beside):
    told = square.post("/report", FULL | change)
    assert told.status_code == 422 and f'id="wrong-{beside}"' in told.text
    assert ((FULL | change)["words"] in told.text and "selected" in told.text) or (
        "clause" in change)
    assert reports(office) == ()


def test_lines_and_signs_come_back_as_they_were_typed_and_are_recorded_so(post, square, office):
    typed = FULL | {"words": "one\r\ntwo \u202e three", "address": "nobody"}
    told = square.post("/report", typed)
    assert told.status_code == 422 and ">one\ntwo \u202e three</textarea>" in told.text
    square.post("/report", FULL | {"words": "one\r\ntwo"})
    assert reports(office)[0].record.report.words == "one\ntwo"


def test_the_newest_version_of_a_post_is_meant(square, office):
    for version in range(1, 13):
        post = office.world.post(1, f"Wheeep {version}", minute=version)
        office.world.run([replace(post, id=replace(post.id, version=str(version)))])
    square.post("/report", FULL | {"clause": "4.1"})
    [matter] = matters_about(office.world.open().engine, [
        replace(office.id(1), version="12")], kinds=("report",))
    assert matter.record.report.post.version == "12"
    square.post("/report", FULL | {"post": "square:1@3", "clause": "4.1", "once": "b"})
    assert len(matters_about(office.world.open().engine, [
        replace(office.id(1), version="3")], kinds=("report",))) == 1


@pytest.mark.parametrize("named", [
    "https://square.example/p/a%20b.c", "square:a b.c", "https://square.example/p/a%20b.c/photo/1"])
def test_an_address_is_read_as_a_browser_writes_it(square, office, named):
    office.post("a b.c", "Wheeep")
    assert square.post("/report", FULL | {"post": named, "clause": "4.1"}).status_code == 201


@pytest.mark.parametrize("named", ["http://[x", "//[", "\0", "x" * 5000])
def test_what_is_no_address_is_told(post, square, named):
    assert square.post("/report", FULL | {"post": named}).status_code == 422


def test_reports_that_come_at_once_are_each_taken_in_and_told_so(post, square, office):
    token = square.get("/report").text.partition('name="_csrf_token" value="')[2].partition('"')[0]

    def send(n):
        return square.client.post("/report", data=FULL | {
            "_csrf_token": token, "once": f"k{n}", "name": f"N{n}"}).status_code

    with ThreadPoolExecutor(6) as several:
        assert list(several.map(send, range(6))) == [201] * 6
    assert len(reports(office)) == 6


def test_a_report_is_told_as_taken_in_whatever_became_of_its_letter(
        post, square, office, monkeypatch):
    def broken(self):
        if reports(office):
            raise EvenhandError("the notice cannot be handed over")
        return 0

    monkeypatch.setattr("evenhand.edge.courier.courier.ErrandCourier.deliver", broken)
    assert square.post("/report", FULL | {"once": "c"}).status_code == 201
    assert len(reports(office)) == 1


def test_a_link_beside_a_post_names_it(post, square):
    told = square.get("/report?post=%22%3E%3Cscript%3E1").text
    assert 'value="&#34;&gt;&lt;script&gt;1"' in told and "<script" not in told
