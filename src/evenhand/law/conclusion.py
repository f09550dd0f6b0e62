"""What a reading, or a regime, concludes of what was done.

The words are DESIGN's (section 5). An exception concludes `excepted` or not: it protects nobody by
itself, and takes protection away.
"""

from __future__ import annotations

from enum import StrEnum


class Conclusion(StrEnum):
    """Protected or met under a reading, or not; or why nothing can be said."""

    PROTECTED = "protected"
    NOT_PROTECTED = "not protected"
    MET = "met"
    NOT_MET = "not met"
    EXCEPTED = "excepted"
    NOT_EXCEPTED = "not excepted"
    UNDETERMINED = "undetermined"
    CONTESTED = "contested"
    NOT_IN_FORCE = "not in force"
    NOT_APPLICABLE = "not applicable"


OPPOSITE = {
    Conclusion.PROTECTED: Conclusion.NOT_PROTECTED, Conclusion.NOT_PROTECTED: Conclusion.PROTECTED,
    Conclusion.MET: Conclusion.NOT_MET, Conclusion.NOT_MET: Conclusion.MET,
    Conclusion.EXCEPTED: Conclusion.NOT_EXCEPTED, Conclusion.NOT_EXCEPTED: Conclusion.EXCEPTED,
}
"""What a reading may say in `then`, and what its opposite is."""

SPEAKS = frozenset({*OPPOSITE, Conclusion.UNDETERMINED, Conclusion.CONTESTED})
"""Where a reading says something of what was done; the other two say nothing."""


class Gives(StrEnum):
    """What a provision gives: protection from liability, a duty, an exception from protection, or
    words that other provisions use."""

    PROTECTION = "protection"
    DUTY = "duty"
    EXCEPTION = "exception"
    WORDS = "words"


MAY_SAY = {
    Gives.PROTECTION: (Conclusion.PROTECTED, Conclusion.NOT_PROTECTED),
    Gives.DUTY: (Conclusion.MET, Conclusion.NOT_MET),
    Gives.EXCEPTION: (Conclusion.EXCEPTED, Conclusion.NOT_EXCEPTED),
    Gives.WORDS: (),
}
"""What a reading of such a provision may conclude."""
