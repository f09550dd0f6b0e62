"""How alike a text and every claim of a pool are: by words, by letters, by meaning.

Each way of comparing is a likeness: it gives one number for every claim. None is enough alone:
words miss what is said otherwise, letters mend typing errors and dialect, meaning misses names and
numbers. Beside them stand details, by which nothing is ranked, and which tell whether the best is
good enough: how much of either stands in the other, and numbers. How all are weighed together is
`ranking`'s to say.

>>> pool = Pool.of([Claim("Every voter is sent two ballots"), Claim("A cat can be a mayor")])
>>> found = pool and pool.likenesses(["two ballots for every voter"])[0]
>>> 0 if found is None else int(found["words"].argmax())
0
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from evenhand.factcheck.details import Details
from evenhand.factcheck.embedding import Embedder
from evenhand.factcheck.postings import Postings
from evenhand.factcheck.proposing import words_with_stemmers
from evenhand.factcheck.words import Tongues, Words, runs_of, without_layout

if TYPE_CHECKING:
    import numpy as np

BLOCK = 512
"""Claims whose vectors are multiplied in one go: they stay in the cache while all texts have them,
and a text's numbers do not depend on the texts beside it."""

BY_TEXT = ("words", "words of the claim", "words of the title", "letters")
ALL = (*BY_TEXT, "meaning of the claim", "meaning")
"""Every likeness, in the order of a ranking's weights; those of meaning need a model."""

Likenesses: TypeAlias = "dict[str, np.ndarray]"
"""Of one text, for every claim of the pool: each likeness of it, then each detail, by name."""


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
    """Claims laid out for comparing. Built once, never changed; equal input, equal answers.

    A gate (`factcheck.gate`) shares how texts become words, and the words and letters of claims. A
    claim is compared in its own language, and a text in every language of the claims.
    """

    def __init__(self, claims: Sequence[Claim], words: Words, embedder: Embedder | None,
                 vectors: Vectors | None = None) -> None:
        """Lay the claims out; use `of`, which knows whether the libraries are there."""
        self.size = len(claims)
        self._embedder = embedder
        self.tongues = Tongues(words, tuple(sorted({c.language for c in claims})))
        split = self.tongues.words_of
        whole = [without_layout(f"{c.claim} {c.title} {c.subtitle}") for c in claims]
        of_all = [split(text, c.language) for text, c in zip(whole, claims, strict=True)]
        of_claims = [split(c.claim, c.language) for c in claims]
        self.by_words, self._by_claim = Postings(of_all), Postings(of_claims)
        self._by_title = Postings(split(c.title, c.language) for c in claims)
        self.by_letters = Postings(list(runs_of(text)) for text in whole)
        self.languages = [self.tongues.languages.index(c.language) for c in claims]
        self._details = Details(self._by_claim, self.by_words, self.languages)
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

    def likenesses(self, texts: Sequence[str], *, signed: bool = False) -> list[Likenesses]:
        """Of each text, in whatever language it is, its likenesses to every claim, and their
        details, by name.

        Where `signed`, the signature under a quotation counts among the words, as it stands in
        collections of quoted posts. Of a platform's own posts it does not: under another name the
        same words must match alike.
        """
        bare = [without_layout(text, signature=False) for text in texts]
        said = [without_layout(text, signature=True) for text in texts] if signed else bare
        split = [list(self.tongues.in_each(text)) for text in bare]
        together = [list(chain.from_iterable(each)) for each in split]
        found = [{
            "words": self.by_words.scores(self.tongues.in_every(whole) if signed else words),
            "words of the claim": self._by_claim.scores(words),
            "words of the title": self._by_title.scores(words),
            "letters": self.by_letters.scores(runs_of(whole)),
        } for words, whole in zip(together, said, strict=True)]
        if self._embedder is not None and self._vectors is not None:
            of_claim, of_all = self._vectors
            narrow = self._embedder.vectors(bare)
            wide = self._embedder.vectors(said) if signed else narrow
            for one, claim, both in zip(found, cosines(of_claim, narrow), cosines(of_all, wide),
                                        strict=True):
                one["meaning of the claim"], one["meaning"] = claim, both
        return [one | self._details.of(each) for one, each in zip(found, split, strict=True)]


def cosines(claims: np.ndarray, texts: np.ndarray) -> np.ndarray:
    """The cosine of each text with every claim, (texts, claims) float32."""
    import numpy as np

    found = np.empty((len(texts), len(claims)), dtype=np.float32)
    for start in range(0, len(claims), BLOCK):
        some = claims[start:start + BLOCK]
        for row, text in zip(found, texts, strict=True):
            np.dot(some, text, out=row[start:start + BLOCK])
    return found
