"""The one tree of errors: each says what is wrong, where it is, and what to do.

This file is floor 0 of the house (docs/adr/0002): every floor may import it, and it imports
nothing, so that a caller can catch `EvenhandError` and be sure that every refusal of ours, and
nothing else, has been caught.

>>> raise EvenhandError("`verison` is not a key of the front matter",
...                     where="terms.md:3", hint="did you mean `version`?")
Traceback (most recent call last):
    ...
evenhand.errors.EvenhandError: terms.md:3: `verison` is not a key of the front matter
  did you mean `version`?
"""


class EvenhandError(Exception):
    """A refusal that a person can act on.

    `what` is lower case, without a final period, with backticks around names; `where` names a
    file and line, a record or a command; `hint` says what to do.
    """

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        """Keep the three parts apart, so that the command line and `--json` can lay them out."""
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        """Lay the parts out as one message: where, what, and the hint on its own line."""
        message = f"{self.where}: {self.what}" if self.where else self.what
        return f"{message}\n  {self.hint}" if self.hint else message
