"""The two logs that the others are tried on, and each of the others, or why it is not here."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.edge.ledger.small_witness import SmallWitness
from tests.others import installing, stranger
from tests.others.installing import got
from tests.others.stranger import Handed
from tests.others.witnesses import Witness, aics_witness


def shared_by_workers(tmp_path_factory: pytest.TempPathFactory, name: str,
                      make: Callable[[Path], None]) -> Path:
    """A folder that the first worker to ask for it makes, and all of them read."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = base / f"others-{name}", base / f"others-{name}.done"
    with (base / f"others-{name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """66,311 entries under nine checkpoints, each with three cosignatures."""
    return Handed(shared_by_workers(tmp_path_factory, "grown", stranger.grow))


@pytest.fixture(scope="session")
def rewritten(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """The same log begun again with its entry 3 changed: every signature on it is good."""
    def make(folder: Path) -> None:
        stranger.grow(folder, (513, 3_000),
                      lambda i: b"rewritten" if i == 3 else stranger.entry(i))
    return Handed(shared_by_workers(tmp_path_factory, "rewritten", make))


@pytest.fixture(scope="session")
def agora(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """The example platform's own log, made by the command line, with the receipts it sent."""
    return Handed(shared_by_workers(tmp_path_factory, "agora", stranger.run_the_example))


@pytest.fixture(params=["the example platform's log", "a log of 66,311 entries"])
def log(request: pytest.FixtureRequest) -> Handed:
    """Each of the two logs."""
    return request.getfixturevalue("agora" if "example" in request.param else "grown")


@pytest.fixture(scope="session")
def go() -> Path:
    """check.go, built with golang.org/x/mod/sumdb."""
    return got(installing.from_go)


@pytest.fixture(scope="session")
def sigstore() -> Path:
    """A folder in which Node finds @sigstore/verify."""
    return got(lambda: installing.from_npm("sigstore-verify"))


@pytest.fixture(scope="session")
def scales() -> Path:
    """The programs of tlog-scales."""
    return got(lambda: installing.from_pip("tlog-scales", Path(sys.executable)))


@pytest.fixture(scope="session")
def aics() -> Path:
    """The programs of aics-tlog and aics-witness."""
    return got(lambda: installing.from_pip("aics", installing.a_newer_python()))


@pytest.fixture(params=["aics-witness", "our small witness"])
def witness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Witness]:
    """A witness of the grown log: the one that other people wrote, and the one of our tests."""
    if request.param == "aics-witness":
        programs = request.getfixturevalue("aics")
        with aics_witness(programs, tmp_path / "witness", stranger.KEY.verifier) as running:
            yield running
    else:
        small = SmallWitness("small", stranger.KEY)
        yield Witness(url=small.witness.url, vkey=small.witness.key)
        small.stop()
