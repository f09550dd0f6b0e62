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

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from evenhand.factcheck.embedding import Embedder
from evenhand.factcheck.postings import Postings
from evenhand.factcheck.proposing import words_with_stemmers
from evenhand.factcheck.words import Words, without_layout

if TYPE_CHECKING:
    import numpy as np

SHORTEST, LONGEST = 3, 5
"""Letters of a run that is compared: within a word, its edges marked by a space."""

BLOCK = 512
"""Claims whose vectors are multiplied in one go: they stay in the cache while all texts have them,
and a text's numbers do not depend on the texts beside it."""

BY_TEXT = ("words", "words of the claim", "words of the title", "letters")
ALL = (*BY_TEXT, "meaning of the claim", "meaning")
"""Every likeness, in the order of a ranking's weights; those of meaning need a model."""

DETAILS = ("share of the claim", "share of the text", "share of the text in the claim",
           "numbers shared", "numbers of the text missing", "numbers of the claim missing",
           "length of the claim", "length of the text", "share of words that no claim has")
"""Every detail, in the order of a verifier's weights. A share is of the weight of words, not of
their number; a length is the logarithm of one more than the number of words."""

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

    A gate (`factcheck.gate`) shares how texts become words, and the words and letters of claims.
    """

    def __init__(self, claims: Sequence[Claim], words: Words, embedder: Embedder | None,
                 vectors: Vectors | None = None) -> None:
        """Lay the claims out; use `of`, which knows whether the libraries are there."""
        self.size = len(claims)
        self.words, self._embedder = words, embedder
        whole = [without_layout(f"{c.claim} {c.title} {c.subtitle}") for c in claims]
        of_all = [words.words_of(text, c.language) for text, c in zip(whole, claims, strict=True)]
        of_claims = [words.words_of(c.claim, c.language) for c in claims]
        self.by_words, self._by_claim = Postings(of_all), Postings(of_claims)
        self._by_title = Postings(words.words_of(c.title, c.language) for c in claims)
        self.by_letters = Postings(list(runs(text)) for text in whole)
        self._details = _Details(of_claims, of_all)
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
        """Of each text its likenesses to every claim, and their details, by name.

        Where `signed`, the signature under a quotation counts among the words, as it stands in
        collections of quoted posts. Of a platform's own posts it does not: under another name the
        same words must match alike.
        """
        bare = [without_layout(text, signature=False) for text in texts]
        said = [without_layout(text, signature=True) for text in texts] if signed else bare
        split = [self.words.words_of(text, language) for text in bare]
        found = [{
            "words": self.by_words.scores(
                self.words.words_of(whole, language) if signed else words),
            "words of the claim": self._by_claim.scores(words),
            "words of the title": self._by_title.scores(words),
            "letters": self.by_letters.scores(runs(whole)),
        } for words, whole in zip(split, said, strict=True)]
        if self._embedder is not None and self._vectors is not None:
            of_claim, of_all = self._vectors
            narrow = self._embedder.vectors(bare)
            wide = self._embedder.vectors(said) if signed else narrow
            for one, claim, both in zip(found, cosines(of_claim, narrow), cosines(of_all, wide),
                                        strict=True):
                one["meaning of the claim"], one["meaning"] = claim, both
        return [one | self._details.of(words) for one, words in zip(found, split, strict=True)]


def cosines(claims: np.ndarray, texts: np.ndarray) -> np.ndarray:
    """The cosine of each text with every claim, (texts, claims) float32."""
    import numpy as np

    found = np.empty((len(texts), len(claims)), dtype=np.float32)
    for start in range(0, len(claims), BLOCK):
        some = claims[start:start + BLOCK]
        for row, text in zip(found, texts, strict=True):
            np.dot(some, text, out=row[start:start + BLOCK])
    return found


class _Details:
    """What of a text stands in every claim, and what of every claim in the text.

    A word weighs its inverse document frequency over all parts of the claims, in Lucene's form.
    """

    def __init__(self, claims: Sequence[Sequence[str]], whole: Sequence[Sequence[str]]) -> None:
        """Lay out the words of the claims, and those of all parts of each."""
        import numpy as np

        self._size = len(claims)
        self._of_claim, self._of_all = _places(claims), _places(whole)
        self._rarest = self._weight(0)
        # What is unescaped twice in the whole may stand as another word in the claim alone.
        self._weights = dict.fromkeys(self._of_claim, self._rarest) | {
            word: self._weight(len(at)) for word, at in self._of_all.items()}
        held = [set(words) for words in claims]
        self._claims = np.array([sum(map(self._weights.__getitem__, sorted(words)))
                                 for words in held]) + 1e-9
        self._numbers = np.array([sum(map(_is_number, words)) for words in held])
        self._lengths = np.log1p([len(words) for words in claims])

    def of(self, words: Sequence[str]) -> Likenesses:
        """The details of a text with these words, for every claim."""
        import numpy as np

        held = list(dict.fromkeys(words))
        weight = sum(self._weights.get(word, self._rarest) for word in held) + 1e-9
        numbers = [word for word in held if _is_number(word)]
        shared = self._sum(self._of_claim, held)
        both = self._sum(self._of_all, numbers, even=True)
        unknown = sum(word not in self._weights for word in held)
        details = (shared / self._claims, self._sum(self._of_all, held) / weight, shared / weight,
                   both, len(numbers) - both,
                   self._numbers - self._sum(self._of_claim, numbers, even=True), self._lengths,
                   np.broadcast_to(np.log1p(len(words)), self._size),
                   np.broadcast_to(unknown / max(1, len(held)), self._size))
        return dict(zip(DETAILS, details, strict=True))

    def _sum(self, places: Mapping[str, np.ndarray], words: Sequence[str], *,
             even: bool = False) -> np.ndarray:
        """The weights of those words that each claim has; each is 1 where they weigh `even`."""
        import numpy as np

        known = [word for word in words if word in places]
        if not known:
            return np.zeros(self._size)
        at = [places[word] for word in known]
        weights = np.repeat([1.0 if even else self._weights[word] for word in known],
                            [len(some) for some in at])
        return np.bincount(np.concatenate(at), weights, minlength=self._size)

    def _weight(self, claims: int) -> float:
        return math.log(1 + (self._size - claims + 0.5) / (claims + 0.5))


def _places(texts: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
    """In which of the texts each word stands."""
    import numpy as np

    places: dict[str, list[int]] = {}
    for n, words in enumerate(texts):
        for word in dict.fromkeys(words):
            places.setdefault(word, []).append(n)
    return {word: np.array(at, dtype=np.int64) for word, at in places.items()}


def _is_number(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def runs(text: str) -> Iterator[str]:
    """The runs of letters of a text, word by word, the edges of a word marked."""
    for word in text.casefold().split():
        marked = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            for start in range(len(marked) - size + 1):
                yield marked[start:start + size]
