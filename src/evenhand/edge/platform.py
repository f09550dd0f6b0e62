"""One platform, opened: its store, its key, its clock, its terms, ready to be worked with."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine

from evenhand.edge.clock import LiveClock, PlatformClock, ReplayedClock
from evenhand.edge.config import Config, file_shown
from evenhand.edge.courier.channels import other_channels
from evenhand.edge.courier.courier import ErrandCourier
from evenhand.edge.courier.folder import FolderChannel
from evenhand.edge.dataset import Dataset
from evenhand.edge.ledger.high_water import HighWater
from evenhand.edge.ledger.keys import LOST_KEY, KeyRefused, load_key
from evenhand.edge.ledger.sequencer import LedgerSequencer
from evenhand.edge.ledger.tiles_on_disk import TilesOnDisk
from evenhand.edge.ledger.witnessing import Witnessing
from evenhand.edge.signals.brought import BroughtFacts, fitting, undeclared
from evenhand.edge.signals.signal import Signal, Silent, discover
from evenhand.edge.signals.text import TermList, TextSignal
from evenhand.edge.store.database import (
    StoreError,
    bind_meta,
    open_engine,
    time_so_far,
)
from evenhand.edge.store.decided import DecisionStore
from evenhand.edge.store.logs import bind_log, logs_of
from evenhand.edge.store.published import load_versions
from evenhand.edge.store.shadows import in_shadow
from evenhand.edge.store.sqlite import can_be_written
from evenhand.edge.web.keys import load_web_key, web_key_of
from evenhand.edge.web.links import Links
from evenhand.ledger.keys import PrivateKey
from evenhand.ledger.policy import Policy, format_policy
from evenhand.model.signal import Reported
from evenhand.record.commitment import KEY_BYTES
from evenhand.rulebook.lists import Pattern, WordList
from evenhand.rulebook.vocabulary import Fact
from evenhand.terms.clauses import Terms


def fresh_key() -> bytes:
    """32 random bytes for one commitment."""
    return secrets.token_bytes(KEY_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What `open_platform` opens. `versions` are the published terms, oldest first; `shadows` those
    that are in shadow."""

    config: Config
    engine: Engine
    clock: PlatformClock
    versions: tuple[Terms, ...]
    shadows: tuple[Terms, ...]
    store: DecisionStore
    sequencer: LedgerSequencer
    witnessing: Witnessing
    courier: ErrandCourier
    dataset: Dataset
    fresh_key: Callable[[], bytes] = field(default=fresh_key)


def open_platform(config: Config) -> Platform:
    """Open the platform of a configuration, making its store where there is none yet.

    Refuses a store that belongs to another platform, log or clock. What is there and cannot be
    written, for example a copy on a disk that is mounted to be read, is opened to be read.
    """
    key = _key(config)
    high_water = HighWater(config.key_file, config.origin)
    only_read = (isinstance(config.store, Path) and config.store.exists()
                 and not can_be_written(config.store))
    if isinstance(config.store, Path) and not config.store.exists():
        _refuse_lost(config, key, high_water, None)
    if not only_read:
        _make_folders(config)
    engine = open_engine(config.store)
    bind_meta(engine, {"platform": config.platform, "clock": config.clock})
    begins = bind_log(engine, config.origin, key.verifier)
    clock: PlatformClock = LiveClock()
    if config.clock == "replayed":
        assert config.begins_at is not None, "a replayed clock says where it begins"
        # It goes on where the last run ended: what comes next happens after what was decided.
        clock = ReplayedClock(max(config.begins_at, time_so_far(engine) or config.begins_at))
    sequencer = LedgerSequencer(engine, key, config.ledger, witnesses=config.witnesses,
                                begins=begins, high_water=high_water)
    witnessing = Witnessing(sequencer)
    if config.witnesses.all:
        sequencer.guard = witnessing.guard
    _refuse_lost(config, key, high_water, sequencer)
    if not only_read:
        write_policy(config.ledger / "policy", sequencer.policy)
    courier = ErrandCourier(engine, sequencer, FolderChannel(config.letters, config.platform),
                            other_channels(config), clock=clock, fresh_key=fresh_key,
                            page=None if config.web is None or only_read else _pages(config))
    return Platform(config=config, engine=engine, clock=clock, versions=load_versions(engine),
                    shadows=in_shadow(engine),
                    store=DecisionStore(engine, courier.names), sequencer=sequencer,
                    witnessing=witnessing, courier=courier, dataset=Dataset(config.dataset))


def refuse_another_key(config: Config) -> None:
    """Refuse to make a key where a log was begun already, whose key is gone."""
    if _has_log(config):
        raise KeyRefused("the key of this log is gone", where=str(config.key_file), hint=LOST_KEY)


def _key(config: Config) -> PrivateKey:
    try:
        return load_key(config.key_file, config.origin)
    except KeyRefused:
        if not config.key_file.exists():
            refuse_another_key(config)
        raise


def _has_log(config: Config) -> bool:
    """Whether there is anything of a log that was begun, as far as can be told without its key."""
    if isinstance(config.store, Path) and not config.store.exists():
        return config.ledger.exists()
    try:
        engine = open_engine(config.store)
    except StoreError:
        return isinstance(config.store, Path)
    try:
        return bool(logs_of(engine))
    finally:
        engine.dispose()


def _refuse_lost(config: Config, key: PrivateKey, high_water: HighWater,
                 sequencer: LedgerSequencer | None) -> None:
    """Refuse a store that holds less than was published, or signed as is remembered beside the key;
    and one that is not there where anything was published at all."""
    published = (TilesOnDisk(config.ledger, key=key.verifier).published()
                 if config.ledger.is_dir() else None)
    shown, noted = published.size if published is not None else 0, high_water.size()
    # Read last: another process may sign meanwhile, and what it published its store holds.
    held = sequencer.head_size() if sequencer is not None else 0
    if max(shown, noted) <= held and (sequencer is not None or published is None):
        return
    what = (f"{_entries(shown)} of this log are published" if shown >= noted else
            f"{_entries(noted)} of this log were signed (so says `{high_water.path.name}` beside "
            "its key)")
    trial = ("" if shown >= noted else "; if this was a trial, and nobody has ever seen the log, "
             f"remove {file_shown(high_water.path)}")
    raise StoreError(
        f"{what}, and the store has {f'only {held:,}' if held else 'none'} of them",
        where=str(config.store),
        hint="nothing was done: the store was lost, brought back from an older copy, or another "
        "is named; bring back the whole record, or name it with `store = ...`; if what is missing "
        f"is lost, seal this log and go on in another: `evenhand ledger succeed`{trial}")


def _entries(number: int) -> str:
    return f"{number:,} entries" if number != 1 else "the one entry"


def _make_folders(config: Config) -> None:
    try:
        # Only the ledger's files in it are for everybody: a web server may pass through.
        config.data.mkdir(mode=0o711, parents=True, exist_ok=True)
        if isinstance(config.store, Path):
            config.store.touch(mode=0o600)  # SQLite gives its other files the same mode
        config.letters.mkdir(mode=0o700, exist_ok=True)
    except OSError as refused:
        raise StoreError(f"the data folder cannot be made: {refused.strerror}",
                         where=str(config.data), hint="name another with `data = ...`") from None


def _pages(config: Config) -> Callable[[str], str]:
    """The address of the page of a decision's author, by the decision's id."""
    links = Links(load_web_key(web_key_of(config.key_file)))
    return lambda decision: f"{config.web}{links.decision(decision)}"


def write_policy(path: Path, policy: Policy) -> None:
    """Write the trust policy that a reader holds receipts against, beside the log's files."""
    text = format_policy(policy)
    try:
        if not path.exists() or path.read_bytes() != text.encode():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
    except OSError as refused:
        raise StoreError(f"the log's policy cannot be written: {refused.strerror}",
                         where=str(path), hint="name another folder with `data = ...`") from None


class Signals:
    """The signals of a platform; the text signal is compiled once for each version of terms."""

    def __init__(self, sealed: Path, brought: tuple[Fact, ...] = ()) -> None:
        """`sealed` is the folder of the word lists whose digests alone are published, `brought` the
        facts that the platform brings with its posts."""
        self.sealed, self.brought = sealed, brought
        self.own = discover()
        self.plain = (*self.own, *_bringing(brought))
        self._by_terms: dict[str, tuple[Signal, ...]] = {}
        self._silent: dict[str, tuple[Silent, ...]] = {}

    def for_terms(self, terms: Terms | None) -> tuple[Signal, ...]:
        """Every signal that measures a post under these terms."""
        if terms is None:
            return self.plain
        if terms.digest not in self._by_terms:
            lists = [opened for entry in terms.lists
                     if (opened := self._open(entry)) is not None]
            text: Signal = TextSignal.compile(lists)
            brought = [signal.under(terms.frozen) for signal in _bringing(self.brought)]
            self._by_terms[terms.digest] = (*self.own, *brought, text)
            names = {opened.name for opened in lists}
            self._silent[terms.digest] = (*(
                Silent(fact=f"hits.{entry.name}", why=f"its sealed list is not in {self.sealed}")
                for entry in terms.lists if entry.name not in names),
                *undeclared(self.brought, terms.frozen, _named(terms)))
        return self._by_terms[terms.digest]

    def of_terms(self, terms: Terms) -> tuple[Signal, ...]:
        """Those of them that measure a post as these very terms say: by their lists, and their
        facts that are brought."""
        return self.for_terms(terms)[len(self.own):]

    def silent(self, terms: Terms | None) -> tuple[Silent, ...]:
        """The facts that no post has under these terms: for want of a sealed list, or since they
        are not brought any more."""
        return self._silent.get(terms.digest, ()) if terms is not None else ()

    def fitting(self, terms: Terms | None, stated: tuple[Reported, ...]) -> tuple[Reported, ...]:
        """What was stated, less what these terms could not read: of a fact that is brought, a value
        of another type than it had when they were published."""
        return stated if terms is None or not stated else fitting(stated, terms.frozen)

    def _open(self, entry: WordList | Pattern) -> TermList | None:
        """A list with its entries; None for a sealed one that is not here: its fact is missing."""
        kind = "words" if isinstance(entry, WordList) else "pattern"
        lines = entry.words if isinstance(entry, WordList) else entry.patterns
        entries = tuple(line.text.strip() for line in lines)
        if entry.sealed is not None:
            file = self.sealed / f"{entry.sealed.removeprefix('sha256:')}.txt"
            try:
                data = file.read_bytes()
            except FileNotFoundError:
                return None
            except OSError as refused:
                raise StoreError(f"the sealed list cannot be read: {refused.strerror}",
                                 where=str(file), hint="mend its permissions, or take it away: "
                                 "its fact is then missing") from None
            if "sha256:" + sha256(data).hexdigest() != entry.sealed:
                raise StoreError(f"the sealed list `{entry.name}` is not the published one",
                                 where=str(file), hint="its digest differs: bring back the file "
                                 "that was sealed")
            entries = tuple(line.strip() for line in _text(data, file).splitlines() if line.strip())
        return TermList(name=entry.name, kind=kind, on=entry.on, entries=entries)


def _bringing(brought: tuple[Fact, ...]) -> tuple[BroughtFacts, ...]:
    """The signal that reports what is brought, where anything is."""
    return (BroughtFacts(facts=brought),) if brought else ()


def _named(terms: Terms) -> Iterator[str]:
    """The facts that the conditions of some terms name."""
    for clause in terms.clauses:
        if clause.rule is not None:
            yield from clause.rule.condition.names


def _text(data: bytes, file: Path) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as wrong:
        raise StoreError(f"the sealed list is not UTF-8: byte {wrong.start} cannot be read",
                         where=str(file), hint="seal a list that is saved as UTF-8") from None
