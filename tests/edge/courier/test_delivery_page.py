"""spec/delivery.md says what is so: its example, its waits, its answers."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from evenhand.edge.courier.channel import WAITS
from evenhand.edge.courier.courier import CLAIM, REST
from evenhand.edge.courier.webhook import FOR_NOW, PATIENCE, body_of, signature

PAGE = (Path(__file__).parents[3] / "spec" / "delivery.md").read_text(encoding="utf-8")


def test_the_signature_of_the_example_is_that_of_its_body():
    [posted] = re.findall(r"^```http\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    head, _, body = posted.rstrip("\n").partition("\n\n")
    headers = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    secret = re.search(r"secret `(\w+)`", PAGE)[1]
    at = re.search(r"t=(\d+)", headers["Evenhand-Signature"])[1]
    assert headers["Evenhand-Signature"] == signature(secret, body.encode(), int(at))
    assert json.loads(body)["delivery"] == headers["Evenhand-Delivery"]


def test_the_example_and_the_table_have_the_keys_that_are_posted(letter):
    posted = json.loads(body_of(letter()))
    [example] = re.findall(r'^(\{"about".*\})$', PAGE, re.MULTILINE)
    assert json.loads(example).keys() == posted.keys()
    table = PAGE.split("## 5 The webhook")[1]
    for key in posted:
        assert f"`{key}`" in table
    for key in posted["letter"]:
        assert f"`{key}`" in table


def test_the_key_is_made_as_the_page_says(letter):
    said = "evenhand/letter\nsquare.example/log\nreport:r1"
    assert letter().key == sha256(said.encode()).hexdigest()[:32]


def test_the_waits_of_the_page_are_those_of_the_code():
    minutes, hours = timedelta(minutes=1), timedelta(hours=1)
    assert (minutes, 5 * minutes, 30 * minutes, 2 * hours, 6 * hours,
                     *[12 * hours] * 5) == WAITS
    assert f"{len(WAITS) + 1} times in all" in PAGE
    assert CLAIM == REST == 5 * minutes and PATIENCE == 20
    for status in FOR_NOW:
        assert str(status) in PAGE
