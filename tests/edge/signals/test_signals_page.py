"""What spec/signals.md shows is what the code does."""

import io
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from evenhand.edge.signals.signal import NO_HISTORY, declared, discover
from evenhand.edge.signals.stated import FACTS, read_stated
from evenhand.edge.signals.text import EXAMPLES, EXEMPLAR, TermList, TextSignal

PAGE = (Path(__file__).parents[3] / "spec" / "signals.md").read_text()


def block(info: str) -> str:
    found = re.search(rf"^```{re.escape(info)}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"spec/signals.md has no block {info}"
    return found[1]


def test_the_signal_on_the_page_is_found_and_keeps_its_example(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "signals_of_the_page"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "exclamation.py").write_text(block("python"))
    monkeypatch.syspath_prepend(str(tmp_path))
    package = ModuleType(folder.name)
    package.__path__ = [str(folder)]
    [signal] = discover(package)
    [example] = signal.examples
    measured = signal.report(example.post, NO_HISTORY)
    assert {one.name: one.value for one in measured.reported} == example.facts
    assert "post.exclamations" in declared([*discover(), signal]).facts


def test_the_page_lists_the_facts_that_are_declared() -> None:
    table = PAGE.split("## 2 Our facts")[1].split("## 3")[0]
    listed = {name for line in table.splitlines() if line.startswith("| `")
              for name in re.findall(r"`([a-z_.A-Z]+)`", line.split("|")[1])}
    assert listed == {*declared(discover(), FACTS).facts, "hits.NAME"}


def test_the_words_on_the_page_find_what_the_page_says() -> None:
    terms = block("words rude on folded text").split("\n")[:-1]
    signal = TextSignal.compile([TermList(name="rude", entries=tuple(terms))])
    sentence = PAGE.split("finds `")[1].split("\n")[0]
    finds, leaves = ("`" + sentence).split("; and not ")
    post = EXAMPLES[0].post

    def hits(text: str) -> object:
        return signal.report(replace(post, text=text), NO_HISTORY).reported[0].value

    for text in re.findall(r"`([^`]+)`", finds):
        assert hits(text) == 1, text
    for text in [*re.findall(r"`([^`]+)`", leaves), "https://agora.example/n1twit"]:
        assert hits(text) == (0 if text != "n1twit" else 1), text
    assert len(re.findall(r"`([^`]+)`", finds)) == 9
    assert EXEMPLAR.name == signal.name


def test_the_stated_fact_on_the_page_is_read() -> None:
    [stated] = read_stated(io.BytesIO(block("json").encode()), platform="agora",
                           vocabulary=declared(discover(), FACTS), on_reject=print)
    assert (str(stated.post), stated.reported.value) == ("agora:17@1", "rebuts")
