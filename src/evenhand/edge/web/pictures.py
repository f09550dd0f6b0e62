"""Pictures of numbers as SVG: no script, readable without colour, the number beside it says all.

>>> 'width="25%"' in bar(1, 4)
True
"""

from __future__ import annotations

from markupsafe import Markup


def bar(n: int, most: int) -> Markup:
    """A bar as long as a number is large beside the greatest; for eyes alone, since the number
    stands in the same row."""
    share = 0.0 if not most else max(100 * n / most, 1.0 if n else 0.0)
    return Markup(
        '<svg class="bars" aria-hidden="true" focusable="false"><rect class="track" width="100%" '
        'height="100%" rx="2"/><rect class="bar" width="{:.4g}%" height="100%" rx="2"/></svg>'
    ).format(share)
