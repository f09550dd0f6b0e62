"""Trust policies (c2sp.org/tlog-policy): which log, which witnesses, and how many of them.

A policy is the text a court is handed together with a receipt; it needs no program to be read.

>>> from evenhand.ledger.checkpoint import sign_checkpoint
>>> from evenhand.ledger.merkle import EMPTY_ROOT
>>> from evenhand.ledger.keys import PrivateKey, format_vkey
>>> from evenhand.ledger.note import add_signatures, cosign
>>> log = PrivateKey(name="agora.example/log", seed=bytes(32))
>>> anna = PrivateKey(name="anna.example", seed=bytes([1]) * 32)
>>> ben = PrivateKey(name="ben.example", seed=bytes([2]) * 32)
>>> policy = parse_policy(f'''
... log {format_vkey(log.verifier)}
... witness anna {format_vkey(anna.cosigner)}
... witness ben {format_vkey(ben.cosigner)}
... group both all anna ben
... quorum both
... ''')
>>> note = sign_checkpoint(Checkpoint(origin="agora.example/log", size=0, root=EMPTY_ROOT), log)
>>> check_checkpoint(add_signatures(note, [cosign(note, anna, 1589803200)]), policy)
Traceback (most recent call last):
    ...
evenhand.ledger.errors.NotWitnessed: the checkpoint of `agora.example/log` at size 0 is witnessed
by `anna` but not by `ben`, and the policy asks for all of `anna`, `ben`: the log could have shown
somebody else another history
  ask for one with more cosignatures: a witness may be slow, or silent

That the log itself signed it stands; `check_signature` gives that, and who is missing:

>>> print(check_signature(add_signatures(note, [cosign(note, anna, 1589803200)]), policy))
agora.example/log at size 0, signed by the log itself and not witnessed yet as the policy asks: by
`anna` at 2020-05-18 12:00:00 UTC but not by `ben`, and it asks for all of `anna`, `ben`
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from evenhand.ledger.checkpoint import Checkpoint, parse_checkpoint
from evenhand.ledger.cosignature import instant_of
from evenhand.ledger.errors import Malformed, NotSigned, NotWitnessed
from evenhand.ledger.keys import ED25519, PublicKey, format_vkey, parse_vkey
from evenhand.ledger.note import open_note, parse_note
from evenhand.ledger.text import parse_number, show

NO_QUORUM: Final = "none"
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BLANKS: Final = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A log that the policy accepts; its key is named like its origin."""

    key: PublicKey
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Somebody who cosigns; `name` has a meaning inside the policy only."""

    name: str
    key: PublicKey
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Witnesses and earlier groups of which `threshold` must have seen a checkpoint."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The logs, witnesses and groups, and the name of the witness or group that is enough.

    `quorum` is `none` for a policy that asks for no witness.
    """

    logs: tuple[Log, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NO_QUORUM

    @property
    def asks_for_witnesses(self) -> bool:
        """Whether a checkpoint without witnesses would be refused."""
        return self.quorum != NO_QUORUM

    @property
    def asking_nobody(self) -> "Policy":
        """The same trust in the same keys, and no witness asked for."""
        return replace(self, groups=(), quorum=NO_QUORUM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """A checkpoint that a log of a policy signed, and by whose signatures it is to be relied on.

    `witnessed` has the name of each witness whose cosignature is good and the second since 1970
    at which it was made: the times to rely on, since the platform's own clock proves nothing.
    `undated` are those who signed without a time: that says nothing of when, and counts for nobody.
    `missing` are the witnesses who have not signed, where the policy asks for more than have;
    `asked` says for whom it asks.
    """

    checkpoint: Checkpoint
    log: PublicKey
    witnessed: tuple[tuple[str, int], ...]
    quorum: str
    undated: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    asked: str = ""

    @property
    def is_witnessed(self) -> bool:
        """Whether the policy asked for witnesses, and enough of them signed."""
        return self.quorum != NO_QUORUM and not self.missing

    @property
    def witnesses(self) -> tuple[str, ...]:
        """The names of those whose cosignatures are good and dated."""
        return tuple(name for name, _ in self.witnessed)

    def __str__(self) -> str:
        """Say it in a line, for reports."""
        names = ", ".join(f"{name} at {instant_of(at)}" for name, at in self.witnessed)
        if self.missing:
            seen = (
                "signed by the log itself and not witnessed yet as the policy asks: "
                f"{_who(self)}, and it asks for {self.asked}"
            )
        elif self.is_witnessed:
            seen = f"witnessed by {names}"
        elif names:
            seen = f"not witnessed: the policy asks for no witness (cosigned by {names})"
        else:
            seen = "not witnessed: the policy asks for no witness"
        return f"{self.checkpoint.origin} at size {self.checkpoint.size}, {seen}"


def parse_policy(data: str | bytes) -> Policy:
    """Read a policy (tlog-policy, "Policy file syntax"). Raises `Malformed` with the line."""
    try:
        text = data.decode() if isinstance(data, bytes) else data
        text.encode()
    except UnicodeError:
        raise Malformed("the policy is not UTF-8 text", where="policy") from None
    reading = _Reading()
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            if _FORBIDDEN.search(line):
                raise Malformed("a policy holds no control characters but tab and newline")
            words = _BLANKS.split(line.strip(" \t"))
            if words[0] and not words[0].startswith("#"):
                reading.take(words)
        except Malformed as refused:
            raise Malformed(refused.what, where=f"policy:{number}", hint=refused.hint) from None
    if reading.quorum is None:
        raise Malformed(
            "the policy has no `quorum` line",
            where="policy",
            hint="`quorum none` says that no witness is asked for",
        )
    return Policy(
        logs=tuple(reading.logs),
        witnesses=tuple(reading.witnesses),
        groups=tuple(reading.groups),
        quorum=reading.quorum,
    )


class _Reading:
    """What has been read of a policy so far."""

    def __init__(self) -> None:
        self.logs: list[Log] = []
        self.witnesses: list[Witness] = []
        self.groups: list[Group] = []
        self.quorum: str | None = None
        self.names: set[str] = set()
        self.taken: set[str] = set()

    def take(self, words: list[str]) -> None:
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                self._log(parse_vkey(vkey), "".join(words[2:]))
            case ["witness", name, vkey] | ["witness", name, vkey, _]:
                self._witness(name, parse_vkey(vkey), "".join(words[3:]))
            case ["group", name, threshold, _, *_]:
                self._group(name, threshold, tuple(words[3:]))
            case ["quorum", name]:
                self._quorum(name)
            case _:
                raise Malformed(
                    f"`{show(' '.join(words))}` is not a line of a policy",
                    hint="it is `log VKEY [URL]`, `witness NAME VKEY [URL]`, "
                    "`group NAME all|any|K NAME...` or `quorum NAME|none`",
                )

    def _log(self, key: PublicKey, url: str) -> None:
        if key.kind != ED25519:
            raise Malformed(
                f"`{key.name}` has a witness's key (0x{key.kind:02x}), and a log's is 0x01"
            )
        self._refuse_known_key(key)
        self.logs.append(Log(key=key, url=url))

    def _witness(self, name: str, key: PublicKey, url: str) -> None:
        if key.kind == ED25519:
            raise Malformed(
                f"`{show(name)}` has a log's key (0x01), and a witness's is 0x04 or 0x06",
                hint="ask the witness for the key of its cosignatures",
            )
        self._refuse_known_key(key)
        self._define(name)
        self.witnesses.append(Witness(name=name, key=key, url=url))

    def _refuse_known_key(self, key: PublicKey) -> None:
        # The specification refuses a key twice among logs and twice among witnesses. We also
        # refuse one that is both: a log that witnesses itself is not witnessed.
        for log in self.logs:
            if log.key.raw == key.raw:
                raise Malformed(f"`{key.name}` has the same key as the log `{log.key.name}`")
        for witness in self.witnesses:
            if witness.key.raw == key.raw:
                raise Malformed(f"`{key.name}` has the same key as the witness `{witness.name}`")

    def _group(self, name: str, threshold: str, members: tuple[str, ...]) -> None:
        for member in members:
            self._refuse_unknown(member)
            if member in self.taken:
                raise Malformed(
                    f"`{show(member)}` is a member of a group already: it would count twice"
                )
            self.taken.add(member)
        counts = {"all": len(members), "any": 1}
        k = counts[threshold] if threshold in counts else parse_number(threshold, "the threshold")
        if not 1 <= k <= len(members):
            many = "1 member" if len(members) == 1 else f"{len(members)} members"
            raise Malformed(f"the group `{show(name)}` has {many} and cannot ask for {k}")
        self._define(name)
        self.groups.append(Group(name=name, threshold=k, members=members))

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise Malformed("a policy has one `quorum` line, and this is the second")
        if name != NO_QUORUM:
            self._refuse_unknown(name)
        self.quorum = name

    def _define(self, name: str) -> None:
        if name == NO_QUORUM:
            raise Malformed("`none` cannot be a name: it says that no witness is asked for")
        if name in self.names:
            raise Malformed(f"`{show(name)}` is defined already")
        self.names.add(name)

    def _refuse_unknown(self, name: str) -> None:
        if name not in self.names:
            raise Malformed(
                f"`{show(name)}` is not defined",
                hint="a `witness` or `group` line above this one must define it",
            )


def format_policy(policy: Policy) -> str:
    """Write a policy; the twin of `parse_policy`. Raises `Malformed` if it could not be read."""
    lines = [f"log {format_vkey(log.key)} {log.url}" for log in policy.logs]
    lines += [f"witness {w.name} {format_vkey(w.key)} {w.url}" for w in policy.witnesses]
    lines += [f"group {g.name} {g.threshold} {' '.join(g.members)}" for g in policy.groups]
    lines.append(f"quorum {policy.quorum}")
    text = "".join(line.rstrip(" ") + "\n" for line in lines)
    if parse_policy(text) != policy:
        raise Malformed("this policy cannot be written: a name or an address holds a blank")
    return text


def check_checkpoint(note: str | bytes, policy: Policy) -> Trust:
    """Check a signed checkpoint against a policy: signed by its log, seen by enough witnesses.

    Raises `Malformed`, `NotSigned` or `NotWitnessed`.
    """
    trust = check_signature(note, policy)
    if trust.missing:
        raise NotWitnessed(
            f"the checkpoint of `{trust.checkpoint.origin}` at size {trust.checkpoint.size} is "
            f"witnessed {_who(trust, dated=False)}, and the policy asks for {trust.asked}: the log "
            "could have shown somebody else another history",
            hint="ask for one with more cosignatures: a witness may be slow, or silent",
        )
    return trust


def check_signature(note: str | bytes, policy: Policy) -> Trust:
    """Check that a log of a policy signed a checkpoint, and tell who of its witnesses has.

    As `check_checkpoint`, but that too few witnesses have signed is no refusal: `Trust.missing`
    says it. For what goes out before they have. Raises `Malformed` or `NotSigned`.
    """
    if not policy.logs:
        raise NotSigned(
            "the policy names no log, so nothing that a log signed can be relied on under it",
            hint="a line `log` with the log's key, from a hand that you trust, says whose "
            "checkpoints count",
        )
    keys = [log.key for log in policy.logs] + [witness.key for witness in policy.witnesses]
    try:
        opened = open_note(note, keys)
    except NotSigned:
        # Whose it says it is was not signed by anybody, and is told only as what it says.
        if not _signed_by_none(note, keys):
            raise
        raise _of_another(parse_note(note).text.split("\n", 1)[0], policy) from None
    checkpoint = parse_checkpoint(opened.text)
    seconds = {one.key: one.seconds for one in opened.signed}
    # The key of another log of this policy signs for that log only: the origin is its name.
    by = [
        log.key for log in policy.logs if log.key in seconds and log.key.name == checkpoint.origin
    ]
    if not by:
        raise _of_another(checkpoint.origin, policy)
    signed = [(witness.name, seconds[witness.key] or 0) for witness in policy.witnesses
              if witness.key in seconds]
    witnessed = tuple((name, at) for name, at in signed if at)
    missing = _missing(policy, {name for name, _ in witnessed})
    return Trust(
        checkpoint=checkpoint,
        log=by[0],
        witnessed=witnessed,
        quorum=policy.quorum,
        undated=tuple(name for name, at in signed if not at),
        missing=missing,
        asked=_asked(policy) if missing else "",
    )


def _signed_by_none(note: str | bytes, keys: list[PublicKey]) -> bool:
    known = {(key.name, key.key_id) for key in keys}
    return not any((one.name, one.key_id) in known for one in parse_note(note).signatures)


def _of_another(origin: str, policy: Policy) -> NotSigned:
    """Refuse a checkpoint that no log of the policy signed, by the name that stands in it."""
    if any(log.key.name == origin for log in policy.logs):
        return NotSigned(
            f"the checkpoint says that it is of the log `{show(origin)}`, and the key that the "
            "policy has for that log has not signed it: somebody else may have written it, so do "
            "not rely on any of it",
            hint="a log keeps its key as long as its name: hold the key in the policy against the "
            "one that others have",
        )
    return NotSigned(
        f"the checkpoint says that it is of the log `{show(origin)}`, which the policy does not "
        "name: whoever wrote it is unknown, so do not rely on any of it",
        hint="logs in the policy: " + ", ".join(f"`{log.key.name}`" for log in policy.logs),
    )


def _missing(policy: Policy, seen: set[str]) -> tuple[str, ...]:
    """Name the witnesses who have not signed; none where enough have."""
    # Groups name only what is defined above them, so one pass in their order is enough.
    witnessed = set(seen)
    for group in policy.groups:
        if len(witnessed.intersection(group.members)) >= group.threshold:
            witnessed.add(group.name)
    if not policy.asks_for_witnesses or policy.quorum in witnessed:
        return ()
    return tuple(witness.name for witness in policy.witnesses if witness.name not in seen)


def _who(trust: Trust, *, dated: bool = True) -> str:
    """Say who has signed and who is missing: `by anna but not by ben`, `by nobody`."""
    seen = [f"`{name}` at {instant_of(at)}" if dated else f"`{name}`"
            for name, at in trust.witnessed]
    undated = (
        f" ({_names(trust.undated)} signed without a time, which does not count)"
        if trust.undated else ""
    )
    if not seen:
        return f"by nobody{undated}"
    return f"by {', '.join(seen)} but not by {_names(trust.missing)}{undated}"


def _asked(policy: Policy) -> str:
    for group in policy.groups:
        if group.name == policy.quorum:
            if len(group.members) == 1:
                return _names(group.members)
            count = "all" if group.threshold == len(group.members) else str(group.threshold)
            return f"{count} of {_names(group.members)}"
    return f"`{policy.quorum}`"


def _names(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
