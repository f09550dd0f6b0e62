"""The `define` blocks of a document: conditions with a name, used by several provisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from evenhand.rulebook.document import Block, Document, Provision
from evenhand.rulebook.drafting import DraftingError
from evenhand.rulebook.lex import TRUTHS
from evenhand.rulebook.lists import NAME
from evenhand.rulebook.order import FUNCTIONS
from evenhand.rulebook.parse import Names, parse_block
from evenhand.rulebook.soundness import check_sound
from evenhand.rulebook.syntax import Defined, Literal, Span, Tree, children
from evenhand.rulebook.vocabulary import Vocabulary

RESERVED = frozenset({"and", "or", "not", "in", "unless", "for", "if", "is", "none", "count",
                      "shares", *TRUTHS, *FUNCTIONS})

DEEPEST = 6
MOST_PARTS = 5_000
"""How far definitions may use one another, and how many parts a condition may have with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A named condition: its tree, and the provision and line where it stands."""

    name: str
    tree: Tree
    provision: str
    line: int


class Definitions:
    """Reads the conditions of one document, each definition once, when it is first used."""

    def __init__(self, document: Document, vocabulary: Vocabulary, zone: tzinfo,
                 problems: list[DraftingError]) -> None:
        """Find the `define` blocks of the document; what is wrong with their names is added."""
        self.problems, self.vocabulary, self.source = problems, vocabulary, document.source
        self.blocks: dict[str, tuple[Block, Provision]] = {}
        self.trees: dict[str, Tree | None] = {}
        self.open: list[str] = []
        self.used: set[str] = set()
        self.sizes: dict[str, int] = {}
        self.broken = False
        self.names = Names(vocabulary=vocabulary, zone=zone, source=self.source,
                           definition=self.body)
        for provision in document.provisions:
            for block in provision.blocks:
                if block.kind == "define" and self.well_named(block):
                    self.blocks[block.info] = (block, provision)

    def well_named(self, block: Block) -> bool:
        """Whether a definition has a name of its own; if not, why is added."""
        name, source = block.info, self.source
        wrong: tuple[str, str] | None = None
        if not NAME.fullmatch(name):
            wrong = (f"`{name}` cannot be the name of a definition" if name
                     else "this definition has no name",
                     "write ```define NAME: lower-case letters, digits and single underscores")
        elif name in RESERVED:
            wrong = f"`{name}` is a word of conditions", "give the definition another name"
        elif name in self.blocks:
            first = self.blocks[name][0].line
            wrong = (f"`{name}` is defined twice",
                     f"the first definition stands in line {first}: rename one, or take it out")
        elif name in self.vocabulary.facts or any(c.binds == name for c in
                                                  self.vocabulary.collections.values()):
            wrong = f"`{name}` is a fact already", "give the definition another name"
        if wrong is not None:
            self.problems.append(source.mistake(wrong[0], line=block.line, hint=wrong[1]))
        return wrong is None

    def read(self, block: Block) -> Tree | None:
        """The sound tree of a `when` block, or None if it, or a definition it uses, is wrong."""
        self.broken = False
        tree = self.parse(block)
        return None if self.broken else tree

    def parse(self, block: Block) -> Tree | None:
        """The sound tree of a block, or None once a mistake in it has been added."""
        before = len(self.problems)
        tree = parse_block(block.lines, self.names, self.problems, kind=block.kind,
                           line=block.line)
        if tree is not None:
            check_sound(tree, vocabulary=self.vocabulary, source=self.source,
                        problems=self.problems, defines=tuple(self.blocks),
                        inside_define=block.kind == "define")
            if self.size(tree) > MOST_PARTS:
                self.problems.append(self.source.mistake(
                    f"with its definitions, this has more than {MOST_PARTS} parts",
                    line=block.line, hint="make several provisions of it"))
        return tree if len(self.problems) == before else None

    def size(self, tree: Tree) -> int:
        """How many parts a tree has, those of its definitions counted at each use."""
        if isinstance(tree, Defined):
            return self.sizes.get(tree.name, 1)
        return 1 + sum(self.size(child) for child in children(tree))

    def body(self, name: str, span: Span) -> Tree | None:
        """The body of a definition for whoever uses it at `span`; None if there is none."""
        if name not in self.blocks:
            return None
        self.used.add(name)
        if name in self.open:
            path = " uses ".join(f"`{n}`" for n in (*self.open[self.open.index(name):], name))
            self.problems.append(self.source.mistake(
                f"`{name}` is defined by itself", line=span.line, column=span.column,
                length=span.end_column - span.column, hint=f"{path}: break the circle"))
            return None
        if len(self.open) >= DEEPEST:
            self.problems.append(self.source.mistake(
                f"`{name}` is the definition of a definition, {DEEPEST} deep", line=span.line,
                column=span.column, length=span.end_column - span.column,
                hint="write some of them out: no reader follows so far"))
            return None
        if name not in self.trees:
            self.open.append(name)
            held = self.broken
            tree = self.trees[name] = self.parse(self.blocks[name][0])
            self.sizes[name] = self.size(tree) if tree is not None else 1
            self.broken = self.broken or held
            self.open.pop()
        tree = self.trees[name]
        if tree is None:
            # The definition's own mistake has been told; whoever uses it is not blamed for it.
            self.broken = True
            return Literal(value=True)
        return tree

    def finish(self, *, unread: bool) -> tuple[Definition, ...]:
        """Read the definitions that nobody used, and tell so; all that are sound, in order.

        Where a condition is `unread`, for its mistakes, it may be the one that uses them.
        """
        for name, (block, _) in self.blocks.items():
            if name not in self.used and not unread:
                self.problems.append(self.source.mistake(
                    f"`{name}` is defined, and never used", line=block.line,
                    hint="use it in a condition, or take it out"))
            if name not in self.trees:
                self.trees[name] = self.parse(block)
        return tuple(
            Definition(name=name, tree=tree, provision=provision.number, line=block.line)
            for name, (block, provision) in self.blocks.items()
            if (tree := self.trees[name]) is not None)

