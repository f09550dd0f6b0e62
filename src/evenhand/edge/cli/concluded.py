"""How a conclusion of law looks on a screen."""

from __future__ import annotations

SILENT = ("not applicable", "not in force", "not excepted")
"""What no table need tell."""

_STYLES = {"protected": "good", "met": "good", "not protected": "bad", "not met": "bad",
           "undetermined": "ask", "contested": "ask"}


def styled(conclusion: str) -> str:
    """A conclusion in its colour; what says nothing is quiet."""
    style = _STYLES.get(conclusion, "quiet")
    return f"[{style}]{conclusion}[/{style}]"
