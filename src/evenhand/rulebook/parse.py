"""The text of a condition becomes its tree: Python's expression grammar, of which we list the part.

Names and values are masked by letters of the same length before Python's parser reads the text:
so places stay exact, texts of any script stay out of its way, and a fact may be named `act.is`.
Nothing that a drafter writes is ever executed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from evenhand.rulebook.document import Line
from evenhand.rulebook.drafting import DraftingError, Source, suggest
from evenhand.rulebook.lex import TRUTHS, Token, read_tokens
from evenhand.rulebook.order import FUNCTIONS, check_order
from evenhand.rulebook.syntax import (
    And,
    Arithmetic,
    Comparator,
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
    Operator,
    Or,
    Shares,
    Span,
    Tree,
    Unless,
    format_condition,
)
from evenhand.rulebook.vocabulary import Vocabulary

MOST_TOKENS = 2_000
GREATEST_TREE = 40
"""Limits of one condition: its words, and how deep its parts lie within one another."""

_COMPARE: dict[type[ast.cmpop], Comparator] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_ARITHMETIC: dict[type[ast.operator], Operator] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}

_FOR = re.compile(r"(?P<indent>[ \t]*)for\b(?P<rest>.*)")
_HEAD = re.compile(r"[ \t]+(?P<article>an?)[ \t]+(?P<phrase>[^:#]*[^:#\s])[ \t]*:(?P<body>.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the names in a condition may mean, and how dates are read.

    `definition(name, span)` gives the body of a `define` block of that name, or None.
    """

    vocabulary: Vocabulary
    zone: tzinfo
    source: Source
    definition: Callable[[str, Span], Tree | None]


def parse_block(lines: Sequence[Line], names: Names, problems: list[DraftingError], *,
                kind: str = "when", line: int = 1) -> Tree | None:
    """The tree of a `when` or `define` block; None if `problems` were added.

    `line` is that of the block's fence, to blame if the block is empty.
    """
    before = len(problems)
    rest = [x for x in lines if x.text.strip() and not x.text.lstrip().startswith("#")]
    if not rest:
        problems.append(names.source.mistake(f"the `{kind}` block is empty", line=line,
                                             hint="write the condition between its fences"))
        return None
    head = _FOR.fullmatch(rest[0].text)
    binding: tuple[str, str, str] | None = None
    pieces = [(x.text, x.number, x.column) for x in rest]
    if head:
        first = rest.pop(0)
        binding, body = _read_head(first, head, names, problems)
        column = len(first.text) - len(body)
        pieces[0] = (body, first.number, first.column + column)
    read = len(problems)
    tokens = read_tokens(pieces, zone=names.zone, source=names.source, problems=problems)
    if len(problems) > read:
        return None  # what cannot be read as words stands in no order to blame
    if len(tokens) > MOST_TOKENS:
        problems.append(names.source.mistake(
            f"this condition has {len(tokens)} words", line=line,
            hint=f"{MOST_TOKENS} is the most; give parts of it names, in `define` blocks"))
        return None
    margin = len(head["indent"]) + lines[0].column if head else None
    inner, outer = _split(tokens, margin, names, problems, line=line)
    trees: list[Expression | None] = []
    for start, words in (*inner, *outer):
        ordered = check_order(words, after=start, source=names.source, problems=problems)
        trees.append(_Convert(words, names, problems).tree() if ordered else None)
    if len(problems) > before:
        return None
    body_tree, *exceptions = [t for t in trees if t is not None]
    tree: Tree = body_tree
    if binding is not None:
        inside = exceptions[:len(inner) - 1]
        if inside:
            tree = Unless(body=tree, exceptions=tuple(inside), span=_over((tree, *inside)))
        article, phrase, binds = binding
        tree = ForSome(article=article, phrase=phrase, binds=binds, body=tree, span=tree.span)
        exceptions = exceptions[len(inner) - 1:]
    if exceptions:
        tree = Unless(body=tree, exceptions=tuple(exceptions), span=_over((tree, *exceptions)))
    return tree


def _read_head(first: Line, head: re.Match[str], names: Names, problems: list[DraftingError],
               ) -> tuple[tuple[str, str, str] | None, str]:
    """The article, phrase and binding of `for a PHRASE:`, and what follows it in its line."""
    phrases = names.vocabulary.collections
    found = _HEAD.fullmatch(head["rest"])
    at = first.column + len(head["indent"])
    if found is None:
        example = next(iter(phrases), "matched claim")
        problems.append(names.source.mistake(
            "a `for` reads `for a THING:`, with a colon", line=first.number, column=at,
            length=len(first.text.strip()),
            hint=f"write `for a {example}:` and what must hold of one of them beneath it"))
        return None, ""
    phrase = " ".join(found["phrase"].split())
    collection = phrases.get(phrase)
    if collection is None:
        known = ", ".join(f"`{p}`" for p in phrases) or "none here"
        problems.append(names.source.mistake(
            f"there is no `{phrase}` to look for", line=first.number,
            column=first.column + len(head["indent"]) + 3 + found.start("phrase"),
            length=len(found["phrase"]),
            hint=suggest(phrase, phrases) or f"those a record may have several of: {known}"))
        return None, found["body"]
    return (found["article"], phrase, collection.binds), found["body"]


_Section = tuple[Token | None, list[Token]]


def _split(tokens: list[Token], margin: int | None, names: Names, problems: list[DraftingError], *,
           line: int) -> tuple[list[_Section], list[_Section]]:
    """Sections under the `for` and sections outside: each a body or an exception.

    A section is the `unless` that begins it, or None, and its words.
    """
    inner: list[_Section] = []
    outer: list[_Section] = []
    sections = inner if margin is not None else outer
    sections.append((None, []))
    depth, last_line = 0, 0
    for token in tokens:
        outdented = margin is not None and token.span.line != last_line \
            and token.span.column <= margin and last_line > 0
        last_line = token.span.line
        if sections is inner and outdented and not depth:
            if token.text != "unless":
                problems.append(names.source.mistake(
                    "this line stands outside the `for`", line=token.span.line,
                    column=token.span.column, hint="indent it if it is about the same thing; if "
                    "it is not, write the `for` in a `define` block and use its name here"))
                return [], []
            sections = outer
        if token.text in ("(", "[") and token.kind == "sign":
            depth += 1
        elif token.text in (")", "]") and token.kind == "sign":
            depth -= 1
        if token.kind == "name" and token.text == "unless" and depth <= 0:
            sections.append((token, []))
        else:
            sections[-1][1].append(token)
    first = (inner or outer)[0]
    if not first[1]:
        nothing = (inner + outer)[1][0] if len(inner + outer) > 1 else None
        if nothing is not None:
            problems.append(names.source.mistake(
                "nothing stands before this `unless`", line=nothing.span.line,
                column=nothing.span.column, length=6,
                hint="write the rule first, then what is excepted; or write `not`"))
        elif margin is not None and not any(p.line == line + 1 for p in problems):
            problems.append(names.source.mistake(
                "nothing stands under this `for`", line=line + 1,
                hint="write beneath it, indented, what must hold of one of them"))
        return [], []
    return inner, outer


def _over(nodes: Sequence[Tree]) -> Span:
    """The span from the first of the nodes to the last."""
    first, last = nodes[0].span, nodes[-1].span
    return Span(line=first.line, column=first.column, end_line=last.end_line,
                end_column=last.end_column)


class _Refused(Exception):
    """Raised once a mistake has been noted, to leave the expression that holds it."""


class _Convert:
    """One expression: its words to Python's tree, and that to ours, node by listed node."""

    def __init__(self, tokens: list[Token], names: Names, problems: list[DraftingError]) -> None:
        self.tokens, self.names, self.problems = tokens, names, problems
        self.first = tokens[0].span.line
        self.masked = {(t.span.line, t.span.column): t for t in tokens
                       if t.kind == "value" or (t.kind == "name" and t.text not in
                                                ("and", "or", "not", "in", *FUNCTIONS))}

    def tree(self) -> Expression | None:
        """Our tree, or None once a mistake has been noted."""
        try:
            parsed = ast.parse(self.mask(), mode="eval")
            if _depth(parsed.body) > GREATEST_TREE:
                self.refuse(self.tokens[0].span, "this is nested too deeply to be read",
                            "give a part of it a name, in a `define` block")
            return self.convert(parsed.body)
        except _Refused:
            return None
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            # What `check_order` lets through is Python's grammar; should it not be, say so.
            span = self.tokens[0].span
            self.problems.append(self.names.source.mistake(
                "this cannot be read as a condition", line=span.line, column=span.column,
                hint="join its parts with `and`, `or`, `not`; compare with `==`, `<`, `in`"))
            return None

    def mask(self) -> str:
        """The expression in brackets that start in a line of their own, each word in its place."""
        rows: list[str] = []
        for token in self.tokens:
            while len(rows) <= token.span.line - self.first:
                rows.append("")
            here = (token.span.line, token.span.column)
            text = "L" * len(token.text) if here in self.masked else token.text
            row = rows[-1]
            rows[-1] = row + " " * (token.span.column - len(row)) + text
        return "(\n" + "\n".join(rows) + "\n)"

    def span(self, node: ast.expr) -> Span:
        # Everything is masked to ASCII, so Python's byte offsets are our columns.
        return Span(line=node.lineno + self.first - 2, column=node.col_offset,
                    end_line=(node.end_lineno or node.lineno) + self.first - 2,
                    end_column=node.end_col_offset or node.col_offset)

    def refuse(self, span: Span, what: str, hint: str) -> None:
        length = span.end_column - span.column if span.end_line == span.line else None
        self.problems.append(self.names.source.mistake(
            what, line=span.line, column=span.column, length=length, hint=hint))
        raise _Refused

    def convert(self, node: ast.expr) -> Expression:
        span = self.span(node)
        match node:
            case ast.Name():
                return self.name(span)
            case ast.BoolOp(op=ast.And(), values=values):
                return And(parts=tuple(self.convert(v) for v in values), span=span)
            case ast.BoolOp(values=values):
                return Or(parts=tuple(self.convert(v) for v in values), span=span)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(part=self.convert(operand), span=span)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.negative(self.convert(operand), span)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return Arithmetic(operator=_ARITHMETIC[type(op)], left=self.convert(left),
                                  right=self.convert(right), span=span)
            case ast.Compare():
                return self.compare(node, span)
            case ast.List(elts=items):
                return self.list_literal(items, span)
            case ast.Call(func=ast.Name(id=called), args=args, keywords=[]):
                return self.call(called, args, span)
        self.refuse(span, "this has no meaning in a condition",
                    "write it with `and`, `or`, `not`, comparisons and `in`")
        raise AssertionError("a refusal leaves the expression")

    def name(self, span: Span) -> Expression:
        token = self.masked[(span.line, span.column)]
        if token.kind == "value":
            return Literal(value=token.value, span=span)
        if token.text in TRUTHS:
            return Literal(value=TRUTHS[token.text], span=span)
        before = len(self.problems)
        body = self.names.definition(token.text, span)
        if len(self.problems) > before:
            raise _Refused
        if body is not None:
            return Defined(name=token.text, body=body, span=span)
        return FactName(name=token.text, span=span)

    def negative(self, operand: Expression, span: Span) -> Expression:
        if isinstance(operand, Literal) and isinstance(operand.value, int | float | timedelta) \
                and not isinstance(operand.value, bool):
            return Literal(value=-operand.value, span=span)
        self.refuse(span, "only a number or a duration takes a minus sign",
                    f"write a difference: `0 - {format_condition(operand)}`")
        raise AssertionError("a refusal leaves the expression")

    def compare(self, node: ast.Compare, span: Span) -> Expression:
        operands = [self.convert(n) for n in (node.left, *node.comparators)]
        membership = [op for op in node.ops if isinstance(op, ast.In | ast.NotIn)]
        if membership and len(node.ops) > 1:
            self.refuse(span, "`in` cannot stand in a chain with another comparison",
                        "write two conditions and join them with `and`")
        if membership:
            return Membership(member=operands[0], container=operands[1],
                              negated=isinstance(membership[0], ast.NotIn), span=span)
        operators = tuple(_COMPARE[type(op)] for op in node.ops)
        if len(operators) > 1 and not (set(operators) <= {"<", "<="}
                                       or set(operators) <= {">", ">="}):
            self.refuse(span, "a chain of comparisons must rise or fall all along",
                        "write `1 <= a.number < 10`, or two conditions joined with `and`")
        return Comparison(operands=tuple(operands), operators=operators, span=span)

    def list_literal(self, items: Sequence[ast.expr], span: Span) -> ListLiteral:
        if not items:
            self.refuse(span, "this list is empty", "write its elements, or take the part out; "
                        "to ask whether a list has none, write `count(LIST) == 0`")
        literals = []
        for item in items:
            literal = self.convert(item)
            if not isinstance(literal, Literal):
                self.refuse(self.span(item), "a list holds values only",
                            "write facts outside it: `a.b == c.d or a.b in [...]`")
            else:
                literals.append(literal)
        return ListLiteral(items=tuple(literals), span=span)

    def call(self, called: str, args: Sequence[ast.expr], span: Span) -> Expression:
        wanted = FUNCTIONS[called]
        if len(args) != wanted:
            self.refuse(span, f"`{called}` takes {'one list' if wanted == 1 else 'two lists'}",
                        f"write `{called}({', '.join(['LIST'] * wanted)})`")
        lists = [self.convert(a) for a in args]
        if called == "count":
            return Count(of=lists[0], span=span)
        return Shares(left=lists[0], right=lists[1], span=span)


def _depth(node: ast.AST) -> int:
    """How deep the parts of a Python tree lie, found without recursion."""
    deepest, stack = 0, [(node, 1)]
    while stack:
        top, depth = stack.pop()
        deepest = max(deepest, depth)
        stack.extend((child, depth + 1) for child in ast.iter_child_nodes(top))
    return deepest
