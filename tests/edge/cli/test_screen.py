"""What is piped is one line for one thing, however long; boxes keep their width."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LONG = ("a very long name " * 20).strip()


def test_nothing_outside_a_box_is_wrapped_when_piped(
        ready: Path, evenhand: Any, tmp_path: Path) -> None:
    terms = next((ready / "terms").glob("*.md"))
    terms.write_text(terms.read_text().replace("version: 2020-05-11", "version: two").replace(
        "published: 2020-05-04", "published: 2020-06-01").replace(
        "in force: 2020-05-11", "in force: 2020-06-08").replace(
        "### 2.1 Threats of violence", f"### 2.1 {LONG}"))
    assert LONG in terms.read_text()
    assert evenhand("publish", terms, "-c", ready).status == 0
    words = "I will kill you " + LONG
    (tmp_path / "posts.jsonl").write_text(json.dumps({
        "id": "1", "author": "ada", "text": words, "made_at": "2020-06-20",
        "url": "https://agora.example/" + "x" * 200,
        "media": [{"kind": "image", "digest": "sha256:" + "0" * 64, "alt": LONG}]}))
    ran = evenhand("run", "posts.jsonl", "-c", ready, columns=40)
    assert ran.status == 0, ran.err
    assert any(LONG in line and "2.1" in line for line in ran.out.splitlines())
    assert any(line.startswith("1 post read: ") and line.endswith(" 0 set aside")
               for line in ran.out.splitlines())
    told = evenhand("show", "1", "-c", ready, columns=40).out.splitlines()
    assert f"  │ {words}" in told
    assert any(LONG in line and line.startswith("  image sha256:") for line in told)
    assert all(line == line.rstrip() for line in told), "no line is filled up"


def test_boxes_keep_the_width_of_a_screen_when_piped(ready: Path, evenhand: Any) -> None:
    assert evenhand("run", "-c", ready).status == 0
    told = evenhand("show", "1265255835124539392", "-c", ready, columns=60).out.splitlines()
    boxed = [line for line in told if line[:1] in tuple("┌│└╭╰")]
    assert len(boxed) > 10 and {len(line) for line in boxed} == {60}


@pytest.mark.parametrize("verb", [("run",), ("verify",), ("check", "agora/terms")])
def test_the_width_of_a_screen_that_is_not_there_changes_no_line(
        ready: Path, evenhand: Any, verb: tuple[str, ...]) -> None:
    args = (*verb, *(() if verb[0] == "check" else ("-c", ready)))
    evenhand("run", "-c", ready)
    narrow, wide = (evenhand(*args, columns=columns) for columns in (30, 300))
    assert (narrow.status, narrow.out, narrow.err) == (wide.status, wide.out, wide.err)


def test_a_screen_that_is_there_keeps_its_width(ready: Path, tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text(json.dumps({
        "id": "1", "author": "ada", "text": LONG, "made_at": "2020-06-20"}))
    ours, theirs = pty.openpty()
    for verb in (("run", "posts.jsonl"), ("show", "1")):
        subprocess.run([sys.executable, "-m", "evenhand.edge.cli", *verb, "-c", ready],
                       cwd=tmp_path, stdout=theirs, stderr=subprocess.DEVNULL, timeout=120,
                       check=True, env=os.environ | {"COLUMNS": "60", "NO_COLOR": "1",
                                                     "TERM": "dumb"})
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed, and all was read
            break
        seen += part
    os.close(ours)
    quoted = [line for line in seen.decode().splitlines() if line.startswith("  │ ")]
    assert len(quoted) > 3 and all(len(line) <= 60 for line in quoted)
