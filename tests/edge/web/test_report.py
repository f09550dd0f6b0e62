"""A report from the form that anybody may fill in: taken in, or what is wrong beside its field."""

from __future__ import annotations

import pytest

from evenhand.edge.store.matters import matters_about

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


def test_a_link_beside_a_post_names_it(post, square):
    told = square.get("/report?post=%22%3E%3Cscript%3E1").text
    assert 'value="&#34;&gt;&lt;script&gt;1"' in told and "<script" not in told
