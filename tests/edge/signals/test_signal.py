"""Every signal found brings examples, and every example is a test."""

import ast
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evenhand.edge.signals as package
from evenhand.edge.signals.admit import at_sight, refusal
from evenhand.edge.signals.post_facts import shouting
from evenhand.edge.signals.signal import (
    NO_HISTORY,
    Example,
    History,
    Measured,
    Signal,
    admitted,
    declared,
    discover,
    exemplars,
    measure,
    observer,
    said,
)
from evenhand.errors import EvenhandError
from evenhand.model.post import Post
from evenhand.model.signal import Reported
from evenhand.rulebook.vocabulary import (
    DURATION,
    INSTANT,
    INTEGER,
    NUMBER,
    TEXT,
    TRUTH,
    Fact,
    choice,
    list_of,
)

EXAMPLES = [(signal, example) for signal in exemplars() for example in signal.examples]


@pytest.mark.parametrize(("signal", "example"), EXAMPLES,
                         ids=[f"{s.name}: {e.title}" for s, e in EXAMPLES])
def test_a_signal_reports_what_its_example_says(signal: Signal, example: Example) -> None:
    measured = signal.report(example.post, example.history)
    reported = {one.name: one.value for one in measured.reported}
    assert {name: reported.get(name) for name in example.facts} == dict(example.facts)
    assert not set(example.missing) & set(reported)
    if example.found is not None:
        text = example.post.text
        assert tuple(text[s.start:s.end] for s in measured.spans) == example.found


@pytest.mark.parametrize(("signal", "example"), EXAMPLES,
                         ids=[f"{s.name}: {e.title}" for s, e in EXAMPLES])
def test_whatever_is_reported_was_declared_and_is_admitted(signal: Signal,
                                                           example: Example) -> None:
    facts = {fact.name: fact for fact in signal.facts}
    measured = signal.report(example.post, example.history)
    assert len({one.name for one in measured.reported}) == len(measured.reported)
    for one in measured.reported:
        assert refusal(facts[one.name], one.value) is None
        assert one.observer == observer(signal) == facts[one.name].reported_by
        assert one.automated


@pytest.mark.parametrize("signal", exemplars(), ids=lambda s: s.name)
def test_every_declared_fact_is_reported_in_some_example(signal: Signal) -> None:
    tried = {one.name for e in signal.examples
             for one in signal.report(e.post, e.history).reported}
    assert tried == {fact.name for fact in signal.facts}


def test_no_file_with_a_signal_is_overlooked() -> None:
    """Whoever defines `report` must be found; nobody has to add a name to a list."""
    folder = Path(package.__path__[0])
    defining = set()
    for file in folder.glob("*.py"):
        classes = [n for n in ast.parse(file.read_text()).body if isinstance(n, ast.ClassDef)]
        if any(isinstance(n, ast.FunctionDef) and n.name == "report" for c in classes
               if c.name != "Signal" for n in c.body):
            defining.add(file.stem)
    assert defining == {signal.name for signal in exemplars()}


def test_what_is_not_known_of_history_is_missing_and_never_zero() -> None:
    measured = measure(discover(), EXAMPLES[0][1].post, NO_HISTORY)
    names = {one.name for one in measured.reported}
    assert not any(name.startswith("reports.") or name == "account.strikes" for name in names)


def test_signals_never_import_the_store() -> None:
    for file in Path(package.__path__[0]).glob("*.py"):
        assert "edge.store" not in file.read_text()


class _Broken:
    name, version, examples = "broken", "1", ()
    facts = (Fact(name="post.length", type=INTEGER, meaning="length", observer="x",
                  audience="author", reported_by="broken@1", low=0),)

    def __init__(self, value: object, fact: str = "post.length") -> None:
        self.value, self.fact = value, fact

    def report(self, post: Post, history: History) -> Measured:
        return Measured(reported=(Reported(name=self.fact, value=self.value,  # type: ignore[arg-type]
                                           observer="broken@1"),))


@pytest.mark.parametrize(("value", "why"), [
    (-1, "-1 is below 0, the least that `post.length` can be"),
    (float("nan"), "nan is not a whole number"),
    (2**53 + 1, "9007199254740993 is beyond 2**53, where engines stop agreeing"),
    ("5", '"5" is not a whole number'),
])
def test_a_value_that_its_fact_does_not_admit_is_missing_and_said_so(value: object,
                                                                     why: str) -> None:
    measured = measure([_Broken(value)], EXAMPLES[0][1].post)
    assert measured.reported == ()
    assert [(one.fact, one.why) for one in measured.silent] == [("post.length", why)]


def test_a_signal_that_reports_an_undeclared_fact_is_a_broken_invariant() -> None:
    with pytest.raises(AssertionError, match=r"did not declare `post\.lenght`"):
        measure([_Broken(1, "post.lenght")], EXAMPLES[0][1].post)


def test_two_signals_cannot_declare_one_fact_differently() -> None:
    with pytest.raises(EvenhandError, match=r"`post\.length` is declared twice"):
        declared([*discover(), _Broken(1)])


@pytest.mark.parametrize(("source", "message"), [
    ("SIGNAL = 17", "`SIGNAL` is not a signal"),
    ("from evenhand.edge.signals.post_facts import SIGNAL",
     "the signal calls itself `post_facts`"),
])
def test_a_file_that_holds_no_proper_signal_is_refused(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, message: str) -> None:
    folder = tmp_path / f"house{abs(hash(source))}"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "mine.py").write_text(source + "\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = ModuleType(folder.name)
    found.__path__ = [str(folder)]
    with pytest.raises(EvenhandError, match=message):
        discover(found)


FACTS = [Fact(name="x.y", type=type_, meaning="made for a test", observer="x", audience="author",
              low=low, high=high)
         for type_ in (INTEGER, NUMBER, TEXT, TRUTH, INSTANT, DURATION, choice("a", "b"),
                       list_of(TEXT))
         for low, high in ((None, None), (0, None), (0.5, 3.5), (-1, 1))]
VALUES = st.one_of(
    st.integers(), st.integers(-4, 4), st.sampled_from([2**53, 2**53 + 1, -2**53 - 1]),
    st.floats(), st.floats(-4, 4), st.booleans(), st.text(max_size=3), st.none(),
    st.sampled_from(["a", "\ud800", ("a",), ["a"]]), st.timedeltas(), st.datetimes(),
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))])))


@given(st.sampled_from(FACTS), VALUES)
def test_what_is_admitted_at_sight_is_admitted(fact: Fact, value: object) -> None:
    if at_sight(fact)(value):
        assert refusal(fact, value) is None


def test_what_was_admitted_once_is_believed_for_the_very_facts_of_the_signal() -> None:
    post, facts = EXAMPLES[0][1].post, _Broken.facts
    wrong = Measured(reported=(Reported(name="post.length", value=-1, observer="broken@1"),))
    held = admitted(facts, wrong)
    assert (held.reported, [one.fact for one in held.silent]) == ((), ["post.length"])
    broken = _Broken(0)
    broken.report = lambda post, history: replace(  # type: ignore[method-assign]
        wrong, admitted_by=(*facts,))  # held against others, though equal ones
    assert measure([broken], post) == Measured(silent=held.silent)


def test_a_value_that_two_types_share_stays_of_its_type() -> None:
    values = [said("x.y", value, "x@1").value for value in (1, True, 1.0)]
    assert [type(value) for value in values] == [int, bool, float]


@given(st.text(max_size=40))
def test_the_share_of_capitals_is_that_of_counting_each_letter(text: str) -> None:
    capitals, small = sum(map(str.isupper, text)), sum(map(str.islower, text))
    share = capitals / (capitals + small) if capitals + small >= 10 else None
    assert shouting(text) == share


def test_the_order_of_facts_is_that_of_their_declaration() -> None:
    history = History(strikes=1, posts_last_hour=2, posts_last_day=3, reports=4,
                      distinct_reporters=5, trusted_flaggers=6, orders={"court order": 7})
    names = [one.name for one in measure(discover(), EXAMPLES[0][1].post, history).reported]
    declared_order = [fact.name for signal in discover() for fact in signal.facts]
    assert names == [name for name in declared_order if name in names]
