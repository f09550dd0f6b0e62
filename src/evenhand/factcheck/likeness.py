"""How alike a text and every claim of a pool are: by words, by letters, by meaning.

Each way of comparing is a likeness: it gives one number for every claim. None is enough alone:
words miss what is said otherwise, letters mend typing errors and dialect, meaning misses names and
numbers. How they are weighed together is `ranking`'s to say.

>>> pool = Pool.of([Claim("Every voter is sent two ballots"), Claim("A cat can be a mayor")])
>>> found = pool and pool.likenesses(["two ballots for every voter"])[0]
>>> 0 if found is None else int(found["words"].argmax())
0
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from evenhand.factcheck.embedding import Embedder
from evenhand.factcheck.proposing import words_with_stemmers
from evenhand.factcheck.words import Words, without_layout

if TYPE_CHECKING:
    import numpy as np

SHORTEST, LONGEST = 3, 5
"""Letters of a run that is compared: within a word, its edges marked by a space."""

K1, B = 1.2, 0.75
"""BM25 as Lucene has it (reference: factcheck, section 4.1)."""

BY_TEXT = ("words", "words of the claim", "words of the title", "letters")
ALL = (*BY_TEXT, "meaning of the claim", "meaning")
"""Every likeness, in the order of a ranking's weights; those of meaning need a model."""

Likenesses: TypeAlias = "dict[str, np.ndarray]"
Vectors: TypeAlias = "Callable[[Sequence[str]], np.ndarray]"
"""The vectors of texts, as `Embedder.vectors` gives them."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What of a fact-check is compared: its claim, its title and what stands under that, the
    language ("en")."""

    claim: str
    title: str = ""
    subtitle: str = ""
    language: str = "en"


class Pool:
    """Claims laid out for comparing. Built once, never changed; equal input, equal answers."""

    def __init__(self, claims: Sequence[Claim], words: Words, embedder: Embedder | None,
                 vectors: Vectors | None = None) -> None:
        """Lay the claims out; use `of`, which knows whether the libraries are there."""
        self.size = len(claims)
        self._words, self._embedder = words, embedder
        whole = [without_layout(f"{c.claim} {c.title} {c.subtitle}") for c in claims]
        self._by_words = _Bm25([words.words_of(text, c.language)
                                for text, c in zip(whole, claims, strict=True)])
        self._by_claim = _Bm25([words.words_of(c.claim, c.language) for c in claims])
        self._by_title = _Bm25([words.words_of(c.title, c.language) for c in claims])
        self._by_letters = _Bm25([list(_runs(text)) for text in whole])
        vectors = vectors or (embedder.vectors if embedder else None)
        self._vectors = None if vectors is None else (
            vectors([without_layout(c.claim) for c in claims]), vectors(whole))

    @classmethod
    def of(cls, claims: Iterable[Claim], embedder: Embedder | None = None, *,
           vectors: Vectors | None = None) -> Pool | None:
        """The pool of these claims, in their order; None where `[match]` is not installed.

        `vectors` gives the vectors of claims instead of the model, from where they are kept.
        """
        words = words_with_stemmers()
        return None if words is None else cls(list(claims), words, embedder, vectors)

    @property
    def names(self) -> tuple[str, ...]:
        """The likenesses that this pool can tell."""
        return ALL if self._embedder is not None else BY_TEXT

    def likenesses(self, texts: Sequence[str], *, language: str = "en",
                   signed: bool = False) -> list[Likenesses]:
        """Of each text its likenesses to every claim, by name.

        Where `signed`, the signature under a quotation counts among the words, as it stands in
        collections of quoted posts. Of a platform's own posts it does not: under another name the
        same words must match alike.
        """
        bare = [without_layout(text, signature=False) for text in texts]
        said = [without_layout(text, signature=True) for text in texts] if signed else bare
        found = [{
            "words": self._by_words.scores(self._words.words_of(whole, language)),
            "words of the claim": self._by_claim.scores(self._words.words_of(text, language)),
            "words of the title": self._by_title.scores(self._words.words_of(text, language)),
            "letters": self._by_letters.scores(list(_runs(whole))),
        } for text, whole in zip(bare, said, strict=True)]
        if self._embedder is not None and self._vectors is not None:
            of_claim, of_all = self._vectors
            narrow = self._embedder.vectors(bare)
            wide = self._embedder.vectors(said) if signed else narrow
            for n, one in enumerate(found):
                one["meaning of the claim"] = of_claim @ narrow[n]
                one["meaning"] = of_all @ wide[n]
        return found


class _Bm25:
    """The BM25 scores of one kind of part of every claim."""

    def __init__(self, claims: Sequence[Sequence[str]]) -> None:
        import bm25s

        self._size = len(claims)
        self._ranking: Any = None
        if any(claims):
            self._ranking = bm25s.BM25(k1=K1, b=B, method="lucene", backend="numpy")
            self._ranking.index([list(claim) for claim in claims], show_progress=False)

    def scores(self, parts: Sequence[str]) -> np.ndarray:
        import numpy as np

        known = [] if self._ranking is None else [
            part for part in dict.fromkeys(parts) if part in self._ranking.vocab_dict]
        if not known:
            return np.zeros(self._size, dtype=np.float32)
        scores: np.ndarray = self._ranking.get_scores(known)
        return scores


def _runs(text: str) -> Iterator[str]:
    """The runs of letters of a text, word by word, the edges of a word marked."""
    for word in text.casefold().split():
        marked = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            for start in range(len(marked) - size + 1):
                yield marked[start:start + size]
