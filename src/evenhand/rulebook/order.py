"""Whether the words of a condition stand in an order that can mean something, told word by word.

Python's own parser would only say "invalid syntax"; this says what a drafter did. What passes here
is an expression of Python's grammar.
"""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.rulebook.drafting import DraftingError, Source, suggest
from evenhand.rulebook.lex import Token

FUNCTIONS = {"count": 1, "shares": 2}
"""What a condition may call, and with how many lists."""

GREATEST_DEPTH = 30
"""Brackets and `not`s within one another; deeper, no reader follows."""

_CONNECTIVES = ("and", "or")
_BINARY = (*_CONNECTIVES, "in", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*")

_REFUSED_SIGNS = {
    "=": ("`=` does not compare", "write `==`"),
    "===": ("`===` does not compare", "write `==`"),
    "=>": ("`=>` does not compare", "write `>=`"),
    "<>": ("`<>` does not compare", "write `!=`"),
    ":=": ("a condition sets no names", "write the condition in a `define` block and name it"),
    "->": ("`->` stands in cases only", "a condition says when; what follows goes into `then`"),
    "&&": ("`&&` does not join conditions", "write `and`"),
    "&": ("`&` does not join conditions", "write `and`"),
    "||": ("`||` does not join conditions", "write `or`"),
    "|": ("`|` does not join conditions", "write `or`"),
    "!": ("`!` does not turn a condition around", "write `not`"),
    "~": ("`~` does not turn a condition around", "write `not`"),
    "/": ("conditions do not divide", "multiply the other side: `a > 2 * b` for `a / b > 2`"),
    "//": ("conditions do not divide", "multiply the other side: `a > 2 * b` for `a / b > 2`"),
    "%": ("`%` has no meaning in a condition", "write a share of a hundred as a number: `0.5`"),
    "**": ("conditions do not raise to powers", "multiply with `*`"),
    "^": ("`^` has no meaning in a condition", "write `not` for the opposite"),
    ";": ("a block is one condition", "join the parts with `and` or `or`"),
    ":": ("`:` stands after `for a ...` only", "begin the block with it: `for a matched claim:`"),
    "{": ("braces have no meaning in a condition", "write a list as `[1, 2]`"),
    "}": ("braces have no meaning in a condition", "write a list as `[1, 2]`"),
    "@": ("`@` has no meaning in a condition", "put text in quotation marks"),
    "?": ("`?` has no meaning in a condition", "write the parts with `and`, `or` and `not`"),
}
_REFUSED_WORDS = {
    "is": ("`is` does not compare", "write `==`, or `in` for one of several"),
    "are": ("`are` does not compare", "write `==`, or `in` for one of several"),
    "equals": ("`equals` does not compare", "write `==`"),
    "contains": ("`contains` does not look into lists", "turn it around: `ELEMENT in LIST`"),
    "has": ("`has` does not look into lists", "turn it around: `ELEMENT in LIST`"),
    "if": ("conditions have no `if`", "write the parts with `and`, `or` and `not`"),
    "else": ("conditions have no `else`", "write the parts with `and`, `or` and `not`"),
    "when": ("the block itself says `when`", "begin with the condition"),
    "then": ("conditions have no `then`", "what follows goes into a `then` block"),
    "lambda": ("conditions define no functions", "write a `define` block and name it"),
    "for": ("`for` begins a block or does not stand in it",
            "write the other `for` in a `define` block of its own, and use its name here"),
    "None": ("a missing fact is not a value",
             "take this part out: a part about a missing fact is undetermined by itself"),
    "xor": ("conditions have no `xor`", "write `(a or b) and not (a and b)`"),
}
_REFUSED_WORDS["none"] = _REFUSED_WORDS["null"] = _REFUSED_WORDS["unknown"] = \
    _REFUSED_WORDS["None"]
_SHOUTED = ("AND", "OR", "NOT", "IN", "UNLESS", "And", "Or", "Not", "In", "Unless")


def check_order(tokens: Sequence[Token], *, after: Token | None, source: Source,
                problems: list[DraftingError]) -> bool:
    """Add what is wrong with the order of one expression's words; whether nothing was.

    `after` is the word before the expression (`unless`), to blame if it is empty.
    """
    before = len(problems)
    for token in tokens:
        # After another refused word, a `:` is a part of that word's own syntax.
        if (wrong := _refusal(token)) is not None and (token.text != ":" or
                                                       len(problems) == before):
            _blame(token, wrong[0], wrong[1], source, problems)
    if len(problems) == before:
        _Walk(source=source, problems=problems).go(tokens, after)
    return len(problems) == before


def _refusal(token: Token) -> tuple[str, str] | None:
    if token.kind == "sign":
        return _REFUSED_SIGNS.get(token.text)
    if token.kind == "name" and token.text in _SHOUTED:
        return f"`{token.text}` is not a word of conditions", f"write `{token.text.lower()}`"
    return _REFUSED_WORDS.get(token.text) if token.kind == "name" else None


def _blame(token: Token, what: str, hint: str | None, source: Source,
           problems: list[DraftingError]) -> None:
    problems.append(source.mistake(what, line=token.span.line, column=token.span.column,
                                   length=token.span.end_column - token.span.column, hint=hint))


class _Walk:
    """One pass over the words: each either begins a value or follows one."""

    def __init__(self, *, source: Source, problems: list[DraftingError]) -> None:
        self.source, self.problems = source, problems
        self.brackets: list[tuple[Token, str]] = []  # what is open, and what may stand in it
        self.not_in = False  # whether a `not` stands before, of which `in` is the rest

    def go(self, tokens: Sequence[Token], after: Token | None) -> None:
        previous, value_stands, nots = after, False, 0
        for index, token in enumerate(tokens):
            word = token.text if token.kind != "value" else ""
            following = tokens[index + 1] if index + 1 < len(tokens) else None
            nots = nots + 1 if word == "not" else nots if word == "(" else 0
            if len(self.brackets) + nots > GREATEST_DEPTH:
                return self.blame(token, "this is nested too deeply to be read",
                                  "give a part of it a name, in a `define` block")
            if value_stands:
                stays = self.after_value(token, word, previous, following)
            else:
                stays = self.before_value(token, word, previous, following)
            if stays is None:
                return
            value_stands, previous = stays, token
        if self.brackets:
            token = self.brackets[-1][0]
            return self.blame(token, f"this `{token.text}` is never closed",
                              f"close it with `{')' if token.text == '(' else ']'}`")
        if not value_stands and previous is not None:
            self.blame(previous, f"something is missing after `{previous.text}`",
                       "write the rest of the condition, or take the word out")

    def before_value(self, token: Token, word: str, previous: Token | None,
                     following: Token | None) -> bool | None:
        """Where a value must begin: whether one stands after this word, or None if it is wrong."""
        opens = previous is None or previous.text in ("(", "[", ",")
        if self.not_in:
            self.not_in = False
            return False
        if word == "(" or word == "[":
            self.brackets.append((token, "call" if previous and previous.text in FUNCTIONS
                                  and previous.kind == "name" else word))
            return False
        if word in ("]", ")") and self.brackets and previous is not None \
                and previous.text in ("[", ",") and word == "]":
            return self.close(token, word)
        if word == "not":
            if not opens and previous is not None and previous.text not in (
                    "and", "or", "not", "unless"):
                return self.wrong(token, f"`not` cannot follow `{previous.text}`",
                                  "put what it turns around in brackets, or write `!=`")
            return False
        if word == "-":
            return False
        if word == "." and following is not None and following.text[0].isdigit():
            return self.wrong(token, "a number begins with a digit",
                              f"write `0.{following.text}`")
        if word in _BINARY or word in (")", "]", ",", ".", "unless"):
            return self.wrong(
                token, f"something is missing before `{word}`" if previous is None or opens
                else f"something is missing between `{previous.text}` and `{word}`",
                "write what stands on its left, or take the word out")
        if word in FUNCTIONS and (following is None or following.text != "("):
            return self.wrong(token, f"`{word}` needs a list",
                              f"write `{word}({', '.join(['LIST'] * FUNCTIONS[word])})`")
        return word not in FUNCTIONS

    def after_value(self, token: Token, word: str, previous: Token | None,
                    following: Token | None) -> bool | None:
        """Where a value has ended: as `before_value`."""
        if word in (")", "]"):
            return self.close(token, word)
        if word == ",":
            if self.brackets and self.brackets[-1][1] != "(":
                return False
            if previous and following and previous.kind == following.kind == "value":
                return self.wrong(token, "a comma stands only in lists",
                                  "write numbers without separators, `1000` or `1_000`; a list "
                                  "stands in square brackets")
            return self.wrong(token, "a comma stands only in lists",
                              "join conditions with `and` or `or`; put a list in square brackets")
        if word == "not":
            if following is None or following.text != "in":
                return self.wrong(token, "nothing joins this to what stands before it",
                                  "write `and not`, `or not`, or `not in`")
            self.not_in = True
            return False
        if word in _BINARY:
            return False
        if word == "(" and previous is not None and previous.kind == "name":
            return self.wrong(previous, f"a condition cannot call `{previous.text}`",
                              suggest(previous.text, FUNCTIONS)
                              or "it calls nothing but `count(LIST)` and `shares(LIST, LIST)`")
        if word == "[" and previous is not None and previous.kind == "name":
            return self.wrong(token, f"one element of `{previous.text}` cannot be picked out",
                              f"ask whether something is in it: `ELEMENT in {previous.text}`")
        if word == ".":
            return self.wrong(token, "this point joins nothing",
                              "a fact is named in one word, `post.stance`, without spaces")
        if word == "unless":
            return self.wrong(token, "`unless` cannot stand in brackets",
                              "write it after the whole rule, or write `and not`")
        return self.wrong(token, "nothing joins this to what stands before it",
                          self.guess(token, previous) or "write `and` or `or` before it")

    @staticmethod
    def guess(token: Token, previous: Token | None) -> str | None:
        """Guess what two words in a row were meant to be, or None."""
        if previous is None:
            return None
        if token.text[0] in "\"'" and previous.span.end_line == token.span.line \
                and previous.span.end_column == token.span.column:
            return "write the text without letters before its quotation marks"
        if previous.kind == "value" and previous.text[-1].isdigit() and token.kind == "name":
            return suggest(token.text, ("days", "hours", "minutes", "seconds", "weeks"))
        return None

    def close(self, token: Token, word: str) -> bool | None:
        if not self.brackets:
            return self.wrong(token, f"this `{word}` closes nothing",
                              "take it out, or open it before")
        opened = self.brackets.pop()[0]
        if (opened.text == "(") != (word == ")"):
            return self.wrong(token, f"this `{word}` closes a `{opened.text}`",
                              f"write `{')' if opened.text == '(' else ']'}`")
        return True

    def wrong(self, token: Token, what: str, hint: str | None) -> bool | None:
        self.blame(token, what, hint)
        return None

    def blame(self, token: Token, what: str, hint: str | None) -> None:
        _blame(token, what, hint, self.source, self.problems)

