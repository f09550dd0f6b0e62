"""Conditions and records to be drawn: every kind of part, and every edge of every type."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from evenhand.rulebook.condition import Condition
from evenhand.rulebook.syntax import (
    And,
    Arithmetic,
    Comparison,
    Count,
    Defined,
    Expression,
    FactName,
    ForSome,
    ListLiteral,
    Literal,
    Membership,
    Not,
    Or,
    Shares,
    Tree,
    Unless,
)
from evenhand.rulebook.vocabulary import (
    DURATION,
    INSTANT,
    INTEGER,
    NUMBER,
    TEXT,
    TRUTH,
    Collection,
    Fact,
    Type,
    Vocabulary,
    choice,
    list_of,
)

TYPES: dict[str, Type] = {
    "post.paid": TRUTH, "post.seen": TRUTH, "post.copies": INTEGER, "post.score": NUMBER,
    "post.text": TEXT, "post.stance": choice("asserts", "rebuts", "reports"),
    "post.made": INSTANT, "post.age": DURATION, "post.topics": list_of(TEXT),
    "post.counts": list_of(INTEGER), "post.weights": list_of(NUMBER),
    "post.tags": list_of(choice("asserts", "vote")), "post.edits": list_of(INSTANT),
    "post.waits": list_of(DURATION), "post.marks": list_of(TRUTH),
    "claim.confirmed": TRUTH, "claim.match": NUMBER, "claim.rating": choice("false", "true"),
    "claim.topics": list_of(TEXT), "claim.checked": INSTANT, "claim.held": DURATION,
    "claim.counts": list_of(INTEGER),
    "appeal.late": TRUTH, "appeal.filed": INSTANT, "appeal.points": INTEGER,
    "appeal.grounds.named": list_of(TEXT),
}
VOCABULARY = Vocabulary.of(
    [Fact(name=n, type=t, meaning="", observer="", audience="author") for n, t in TYPES.items()],
    [Collection(phrase="matched claim", binds="claim", meaning=""),
     Collection(phrase="earlier appeal", binds="appeal", meaning="")])

WRITTEN = ("", "vote", "how to vote", 'a "quoted" \\ text', "मतदान", "asserts", "false",
           "e\u0301", "é", "\U0001f5f3")
TEXTS = (*WRITTEN, "\x00", "\x00vote", "VOTE", "\uffff", "\U0010ffff")
SECOND = timedelta(seconds=1)
LONGEST_IN_A_COLUMN = timedelta(microseconds=2**63 - 1)

INTEGERS = st.integers(-(2**53), 2**53) | st.integers(-3, 3) | st.sampled_from(
    [2**53, -(2**53), 2**53 - 1])
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [0.0, -0.0, 0.5, 1.0, 1e308, -1e308, 5e-324, float(2**53)])
MICROSECONDS = st.integers(-3, 3).map(lambda m: timedelta(microseconds=m))
INSTANTS = st.one_of(
    st.integers(-10**9, 10**9).map(lambda s: datetime(2020, 5, 27, tzinfo=UTC)
                                   + timedelta(seconds=s)),
    MICROSECONDS.map(lambda m: datetime(2020, 5, 27, tzinfo=UTC) + m),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC),
                     datetime(2020, 5, 27, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)]))
ELSEWHERE = st.builds(lambda hours, m: (datetime(2020, 5, 27, tzinfo=UTC) + m).astimezone(
    timezone(timedelta(hours=hours))), st.integers(-11, 14), MICROSECONDS)
DURATIONS = st.one_of(
    st.integers(-10**13, 10**13).map(lambda s: timedelta(seconds=s)), MICROSECONDS,
    st.sampled_from([timedelta(0), timedelta(days=7), timedelta(days=3_652_058),
                     timedelta.max.days * timedelta(days=1), timedelta.max, timedelta.min]))


def values(type_: Type, *, written: bool = False) -> st.SearchStrategy[Any]:
    """The values of a type: those that a condition may write, or all that a record may hold."""
    match type_.name:
        case "truth":
            return st.booleans()
        case "integer":
            return INTEGERS
        case "number":
            return NUMBERS | st.integers(-3, 3)
        case "text":
            return st.sampled_from(WRITTEN if written else TEXTS)
        case "choice":
            return st.sampled_from(type_.choices)
        case "instant":
            return INSTANTS if written else INSTANTS | ELSEWHERE
        case "duration":
            whole = DURATIONS.map(lambda d: d // SECOND * SECOND)
            return whole if written else DURATIONS
    assert type_.of is not None
    return st.lists(values(type_.of), max_size=3).map(tuple)


def literal(type_: Type) -> st.SearchStrategy[Literal]:
    return values(type_, written=True).map(lambda value: Literal(value=value))


Bound = tuple[str, ...]
"""The words that are bound where a part stands."""


def in_reach(name: str, bound: Bound) -> bool:
    return name.split(".")[0] in ("post", *bound)


def named(*types: str, bound: Bound) -> st.SearchStrategy[FactName]:
    return st.sampled_from([n for n, t in TYPES.items() if t.name in types
                            and in_reach(n, bound)]).map(lambda name: FactName(name=name))


def listed(*types: str, bound: Bound) -> st.SearchStrategy[Expression]:
    """Facts that are lists of one of these types."""
    return st.sampled_from([n for n, t in TYPES.items() if t.of is not None
                            and t.of.name in types and in_reach(n, bound)]).map(
        lambda name: FactName(name=name))


def lists_of(type_: Type, *types: str, bound: Bound) -> st.SearchStrategy[Expression]:
    return listed(*types, bound=bound) | st.lists(
        literal(type_), min_size=1, max_size=3).map(lambda i: ListLiteral(items=tuple(i)))


def arithmetic(signs: str, left: st.SearchStrategy[Expression],
               right: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.builds(Arithmetic, operator=st.sampled_from(signs), left=left, right=right)


def numbers(bound: Bound) -> st.SearchStrategy[Expression]:
    base = literal(INTEGER) | literal(NUMBER) | named("integer", "number", bound=bound) | \
        listed("text", "integer", "number", "instant", bound=bound).map(lambda x: Count(of=x))
    return st.recursive(base, lambda inner: arithmetic("+-*", inner, inner), max_leaves=4)


def durations(bound: Bound) -> st.SearchStrategy[Expression]:
    base = literal(DURATION) | named("duration", bound=bound) | arithmetic(
        "-", named("instant", bound=bound), named("instant", bound=bound))
    whole = literal(INTEGER) | named("integer", bound=bound) | \
        listed("text", bound=bound).map(lambda x: Count(of=x))
    return st.recursive(base, lambda inner: arithmetic("+-", inner, inner)
                        | arithmetic("*", whole, inner) | arithmetic("*", inner, whole),
                        max_leaves=3)


def instants(bound: Bound) -> st.SearchStrategy[Expression]:
    base = literal(INSTANT) | named("instant", bound=bound)
    return base | arithmetic("+-", base, durations(bound)) | \
        arithmetic("+", durations(bound), base)


ORDER = ("==", "!=", "<", "<=", ">", ">=")


def compared(of: st.SearchStrategy[Expression],
             signs: tuple[str, ...] = ORDER) -> st.SearchStrategy[Expression]:
    pair = st.builds(lambda a, b, s: Comparison(operands=(a, b), operators=(s,)), of, of,
                     st.sampled_from(signs))
    if "<" not in signs:
        return pair
    chain = st.builds(lambda a, b, c, s: Comparison(operands=(a, b, c), operators=s), of, of, of,
                      st.sampled_from([("<", "<="), ("<=", "<"), (">", ">"), (">=", ">")]))
    return pair | chain


def within(member: st.SearchStrategy[Expression],
           container: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.builds(Membership, member=member, container=container, negated=st.booleans())


def shared(type_: Type, *types: str, bound: Bound) -> st.SearchStrategy[Expression]:
    """Two lists that may have an element in common, one of them a fact."""
    fact, either = listed(*types, bound=bound), lists_of(type_, *types, bound=bound)
    return st.builds(Shares, left=fact, right=either) | st.builds(Shares, left=either, right=fact)


def parts(bound: Bound = (), defined: st.SearchStrategy[Expression] | None = None,
          ) -> st.SearchStrategy[Expression]:
    text = literal(TEXT) | named("text", "choice", bound=bound)
    number, span, instant = numbers(bound), durations(bound), instants(bound)
    texts = lists_of(TEXT, "text", "choice", bound=bound)
    counted = lists_of(INTEGER, "integer", "number", bound=bound)
    truth = literal(TRUTH) | named("truth", bound=bound)
    leaf = st.one_of(
        named("truth", bound=bound), compared(truth, ("==", "!=")),
        compared(number), compared(span), compared(instant), compared(text, ("==", "!=")),
        within(text, texts), within(number, counted),
        within(instant, lists_of(INSTANT, "instant", bound=("post",))),
        within(span, lists_of(DURATION, "duration", bound=("post",))),
        shared(TEXT, "text", "choice", bound=bound),
        shared(INTEGER, "integer", "number", bound=bound),
        shared(INSTANT, "instant", bound=bound), shared(DURATION, "duration", bound=bound),
        shared(TRUTH, "truth", bound=bound))
    if defined is not None:
        leaf = leaf | defined
    return st.recursive(leaf, lambda inner: st.one_of(
        inner.map(lambda p: Not(part=p)),
        st.lists(inner, min_size=2, max_size=3).map(lambda p: And(parts=tuple(p))),
        st.lists(inner, min_size=2, max_size=3).map(lambda p: Or(parts=tuple(p)))), max_leaves=6)


def excepted(body: st.SearchStrategy[Tree], exception: st.SearchStrategy[Expression],
             ) -> st.SearchStrategy[Tree]:
    return body | st.builds(lambda b, e: Unless(body=b, exceptions=tuple(e)), body,
                            st.lists(exception, min_size=1, max_size=2))


def some(phrase: str, binds: str, body: st.SearchStrategy[Expression],
         ) -> st.SearchStrategy[ForSome]:
    return st.builds(ForSome, article=st.just("a"), phrase=st.just(phrase),
                     binds=st.just(binds), body=excepted(body, body))


def define(name: str, body: st.SearchStrategy[Tree]) -> st.SearchStrategy[Defined]:
    return body.map(lambda b: Defined(name=name, body=b))


def brief(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The same, but not written out whole wherever Hypothesis shows it."""
    @st.composite
    def drawn(draw: st.DrawFn) -> Any:
        return draw(of)
    return drawn()


PARTS = brief(parts())
OF_ONE_CLAIM = brief(parts(("claim",)))
TREES = brief(excepted(PARTS | some("matched claim", "claim", OF_ONE_CLAIM), PARTS))

# Definitions, with a `for` of their own: outside of another, within it, and about both elements.
OF_THE_POST = define("of_the_post", PARTS) | define(
    "claimed", some("matched claim", "claim", OF_ONE_CLAIM))
OF_A_CLAIM = define("of_a_claim", OF_ONE_CLAIM) | define("of_the_post", PARTS) | define(
    "appealed", some("earlier appeal", "appeal", brief(parts(("appeal",)))
                     | brief(parts(("claim", "appeal")))))
WITH_DEFINITIONS = brief(parts((), OF_THE_POST))
DEFINED = brief(excepted(
    WITH_DEFINITIONS | some("matched claim", "claim", brief(parts(("claim",), OF_A_CLAIM))),
    WITH_DEFINITIONS))


def some_of(prefix: str, *, fit_columns: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    facts = st.fixed_dictionaries({}, optional={n: values(t) for n, t in TYPES.items()
                                                if n.startswith(prefix)})
    return facts.map(shorten) if fit_columns else facts


def shorten(facts: dict[str, Any]) -> dict[str, Any]:
    """The same with each duration as long as a column can hold."""
    def short(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(short, value))
        return max(min(value, LONGEST_IN_A_COLUMN), -LONGEST_IN_A_COLUMN) \
            if isinstance(value, timedelta) else value
    return {name: short(value) for name, value in facts.items()}


def records(*, fit_columns: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    def elements(binds: str) -> st.SearchStrategy[Any]:
        return st.none() | st.lists(some_of(binds + ".", fit_columns=fit_columns),
                                    max_size=3).map(tuple)
    return st.builds(
        lambda post, claims, appeals: {**post, **{k: v for k, v in (
            ("claim", claims), ("appeal", appeals)) if v is not None}},
        some_of("post.", fit_columns=fit_columns), elements("claim"), elements("appeal"))


RECORDS = records()


def condition(tree: Tree) -> Condition:
    return Condition.of(tree, VOCABULARY)
