"""The page of the public log: how large it is, who has seen it, how anybody can check it.

It lies beside the log's files and needs nothing else: no script, no network.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from itertools import pairwise

from evenhand import __version__
from evenhand.edge.cli.markup import Markup, element, joined, page
from evenhand.edge.cli.screen import count
from evenhand.edge.ledger.witnessing import Standing
from evenhand.edge.platform import Platform
from evenhand.edge.store.logs import logs_of
from evenhand.edge.whole_file import write_whole
from evenhand.ledger.checkpoint import Checkpoint, read_unverified
from evenhand.ledger.keys import format_vkey

PAGE = "index.html"


def lay_out_page(platform: Platform) -> None:
    """Write the page beside the log's files, as it stands now."""
    path = platform.config.ledger / PAGE
    write_whole(path, log_page(platform, datetime.now(UTC)).encode())
    path.chmod(0o644)  # for everybody, as the files are


def log_page(platform: Platform, now: datetime) -> str:
    """The page; `now` is the machine's own time, which says how long a witness is silent."""
    head, standing = platform.sequencer.disk.published(), platform.witnessing.standing()
    title = f"The public log of {platform.config.name}"
    body = joined((
        element("header", element("p", platform.config.origin, class_="over"),
                element("h1", title), _lead(platform, head)),
        element("main", *(_alarm(one, platform, now) for one in standing), _head(platform, head),
                _witnesses(platform, standing, now), _check(platform), _before(platform),
                _limits()),
        element("footer", element("p", f"Evenhand {__version__}. Written {now:%d %B %Y %H:%M} UTC "
                                  "by the platform's own clock; only what a witness says of time "
                                  "is attested."))))
    return page("log.html", title=title, body=body)


def _lead(platform: Platform, head: Checkpoint | None) -> Markup:
    size = head.size if head else 0
    replayed = (" It was made on a replayed clock: nothing in it happened when it says."
                if platform.config.clock == "replayed" else "")
    shows = ("" if platform.config.witnesses.all else " to whoever kept an earlier head")
    return element("p", f"What {platform.config.name} does to posts is sealed here before it takes "
                   f"effect: {count(size, 'entry', 'entries')} so far. Nobody, not even the "
                   "platform, can take one out or change it without that showing"
                   f"{shows}.{replayed}", class_="lead")


def _alarm(one: Standing, platform: Platform, now: datetime) -> Markup | None:
    if not one.is_alarm(now, platform.config.witnesses.within):
        return None
    if one.state.claim is not None:
        return _objection(one)
    since = one.state.behind_since
    return element("p", element("b", f"The witness {one.witness.name} has not signed what is new"),
                   f" since {since:%d %B %Y %H:%M} UTC, longer than that may be. "
                   "What was sealed since then it has not seen." if since else "", class_="alarm",
                   role="alert")


def _objection(one: Standing) -> Markup:
    """What a witness says that the record is not: its word, or what it shows."""
    state = one.state
    says = (f"says that it has seen {state.claimed:,} entries of this log"
            if state.claim == "more" else "says that it has seen another history of this log")
    shows = (" It shows a checkpoint of this log's key that the platform's record does not begin "
             "with." if state.shown is not None else " It has shown no checkpoint for that, so "
             "either it or the platform's record is wrong.")
    return element("p", element("b", f"The witness {one.witness.name} {says}"),
                   ", which the platform's record does not hold." + shows
                   + " Nothing is signed until that is resolved.", class_="alarm", role="alert")


def _head(platform: Platform, head: Checkpoint | None) -> Markup:
    rows = [("name (origin)", platform.config.origin),
            ("public key", format_vkey(platform.sequencer.key.verifier))]
    if head is not None:
        rows += [("entries", f"{head.size:,}"), ("root", b64encode(head.root).decode())]
    return element("section", element("h2", "The newest signed head"),
                   element("table", element("tbody", *(
                       element("tr", element("th", name, scope="row"),
                               element("td", element("code", value)))
                       for name, value in rows))))


def _witnesses(platform: Platform, standing: tuple[Standing, ...], now: datetime) -> Markup:
    witnesses = platform.config.witnesses
    if not standing:
        return element("section", element("h2", "Witnesses"), element(
            "p", "Not witnessed. Nobody else signs that this log only grows: keep a checkpoint of "
            "your own, and compare it later."))
    size = platform.sequencer.head_size()
    rows = [element("tr", element("th", one.witness.name, scope="row"), element(
        "td", f"{one.state.seen:,}"), element("td", _when(one.state.seen_at)), element(
            "td", element("span", "objects", class_="behind") if one.state.claim is not None
            else element("span", "signed", class_="signed") if one.state.seen >= size
            else element("span", "behind", class_="behind"))) for one in standing]
    return element("section", element("h2", "Witnesses"), element(
        "p", f"Whoever checks a receipt may ask that {witnesses.quorum} of these "
        f"{len(standing)} have seen the log, only growing. Nothing that is done waits for them; "
        "one that is behind for too long, or has seen something else, is told here."), element(
            "table", element("thead", element("tr", *(element("th", name, scope="col") for name in (
                "witness", "entries seen", "last answer", "")))), element("tbody", *rows)))


def _when(at: datetime | None) -> str:
    return f"{at:%d %B %Y %H:%M} UTC" if at else "never"


def _check(platform: Platform) -> Markup:
    where = f"https://{platform.config.origin}"
    return element("section", element("h2", "Check it"), element(
        "p", "The files beside this page are a C2SP tiled log, which programs of other makers "
        "read too. With Evenhand:"), element(
            "pre", f"evenhand ledger fsck --ledger {where} --policy FILE\n"
            f"evenhand verify RECEIPT --policy FILE\n"
            f"evenhand ledger history RECEIPT --ledger {where} --policy FILE"), element(
                "p", "FILE is the ", element("a", "policy", href="policy"), ": the log's key, and "
                "who must have seen it. Have it from a hand that you trust, and not from here "
                "alone.", class_="quiet"), element(
                    "p", element("a", "checkpoint", href="checkpoint"), " is the newest signed "
                    "head. Keep a copy: with it nobody can show you another past.",
                    class_="quiet"))


def _before(platform: Platform) -> Markup | None:
    logs = logs_of(platform.engine)
    if len(logs) < 2:
        return None
    rows = [element("tr", element("th", one.origin, scope="row"), element(
        "td", f"sealed at {_size(later.sealed)}; its first {later.begins - 1:,} entries are here, "
        "too")) for one, later in pairwise(logs)]
    return element("section", element("h2", "Logs before this one"), element(
        "p", "The platform's store was brought back from an older copy, or the log's key was lost, "
        "so it went on under another name. Receipts of a log before are held against that log's "
        "own key."), element(
            "table", element("tbody", *rows)))


def _size(note: str | None) -> str:
    return count(read_unverified(note).size, "entry", "entries") if note else "no known size"


def _limits() -> Markup:
    return element("section", element("h2", "What it does not show"), element(
        "p", "That everything was logged: an action that was never logged leaves no trace here. "
        "That is why an action without a receipt is not valid; ask for yours. Nor that an entry "
        "is true, nor when something happened, but that it was logged no later than a witness "
        "says."))
