"""What a host asks of programs in its `robots.txt`, as RFC 9309 has it.

>>> rules = read_robots("User-agent: *\\nDisallow: /private\\nAllow: /private/facts\\n")
>>> rules.allows("/private/a"), rules.allows("/private/facts/1"), rules.allows("/a")
(False, True, True)
>>> read_robots("User-agent: evenhand\\nDisallow: /*.json$").allows("/feed.json")
False
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from evenhand.edge.fetching import PRODUCT

LONGEST = 500 << 10
"""Characters that are read (section 2.5)."""

MOST_RULES, LONGEST_PATH = 2000, 500
MOST_DELAY = 30.0
"""Seconds that a host may ask for between two requests: its own word, which is no part of the
RFC, and which we follow so far."""


@dataclass(frozen=True, slots=True)
class Robots:
    """What a host allows us: rules of (whether it allows, the beginning of paths, `*` for any)."""

    rules: tuple[tuple[bool, str], ...] = ()
    delay: float = 0.0

    def allows(self, path: str) -> bool:
        """Whether a path, with its query, may be asked for: the longest rule that fits says so, and
        of equal ones the one that allows (section 2.2.2)."""
        fitting = [(len(rule), allow) for allow, rule in self.rules if _fits(rule, path)]
        return not fitting or max(fitting)[1]


ALL = Robots()


def read_robots(text: str) -> Robots:
    """The rules for us: those of the groups that name us, else those for everybody."""
    groups: dict[str, list[tuple[str, str]]] = {}
    names: list[str] = []
    begun = False
    if len(text) > LONGEST:
        text = text[:LONGEST].rpartition("\n")[0]  # half a rule is another one
    for line in text.lstrip("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if begun:
                names, begun = [], False
            names.append(re.split(r"[\s/]", value.lower())[0])
            groups.setdefault(names[-1], [])
        elif key in ("allow", "disallow", "crawl-delay"):
            begun = True
            for name in names:
                groups[name].append((key, value))
    ours = groups.get(PRODUCT, groups.get("*", []))
    rules = tuple((key == "allow", path) for key, path in ours[:MOST_RULES]
                  if key != "crawl-delay" and path and len(path) <= LONGEST_PATH)
    delays = [value for key, value in ours if key == "crawl-delay"
              and re.fullmatch(r"\d{1,6}(\.\d{1,3})?", value, re.ASCII)]
    return Robots(rules, min(MOST_DELAY, max(map(float, delays), default=0.0)))


def _fits(rule: str, path: str) -> bool:
    """Whether a path begins as a rule says, or is it where the rule ends in `$`. Each part between
    stars is looked for once, so that no rule costs more than its length."""
    first, *parts = rule.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    whole = rule.endswith("$")
    for part in parts[:-1] if whole else parts:
        at = path.find(part, at)
        if at < 0:
            return False
        at += len(part)
    if not whole:
        return True
    return len(path) == at if not parts else (
        path.endswith(parts[-1]) and len(path) - len(parts[-1]) >= at)
