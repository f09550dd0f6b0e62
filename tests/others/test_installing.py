"""What is installed of others is pinned by hash, and what is missing is said, or fails in CI."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.others import installing
from tests.others.installing import LOCKS, NotInstalled, got, once

LOCK_FILES = sorted(LOCKS.glob("*.txt"))


@pytest.mark.parametrize("lock", LOCK_FILES, ids=lambda path: path.name)
def test_every_package_of_a_lock_has_hashes_and_no_registry_is_named(lock: Path) -> None:
    text = lock.read_text()
    pins = re.split(r"\n(?=\w)", text)
    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)
    assert "://" not in text
    wanted = [line for line in lock.with_suffix(".in").read_text().splitlines() if line[0] != "#"]
    assert all(any(pin.startswith(f"{name}==") for pin in pins) for name in wanted)


def test_every_package_for_node_has_a_hash_and_no_registry_is_named() -> None:
    lock = (LOCKS / "sigstore-verify" / "package-lock.json").read_text()
    packages = json.loads(lock)["packages"]
    assert packages.pop("")["dependencies"] == {
        "@sigstore/verify": packages["node_modules/@sigstore/verify"]["version"]}
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    assert "resolved" not in lock and "://" not in lock


def test_the_specification_names_the_versions_that_are_tried() -> None:
    page = (installing.ROOT / "spec" / "ledger.md").read_text()
    table = dict(re.findall(r"^\| `([\w@/-]+)` \| ([\d.]+) \|", page, re.M))
    node = json.loads((LOCKS / "sigstore-verify" / "package.json").read_text())["dependencies"]
    pinned = dict(re.findall(r"^([\w-]+)==([\d.]+) ", "".join(
        lock.read_text() for lock in LOCK_FILES), re.M)) | node
    assert len(table) == 4
    assert table == {name: pinned[name] for name in table}


def test_a_folder_is_made_once_and_anew_when_its_lock_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(installing, "BUILD", tmp_path)
    made = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "program").touch()

    for lock, times in ((b"1", 1), (b"1", 1), (b"2", 2), (b"2", 2)):
        assert (once("some", (lock,), make) / "program").exists()
        assert len(made) == times


def test_a_folder_that_was_not_finished_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(installing, "BUILD", tmp_path)

    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise NotInstalled("no index", "try again")

    with pytest.raises(NotInstalled):
        once("some", (b"1",), fail)
    assert list(once("some", (b"1",), lambda folder: None).glob("half")) == []


def test_what_is_missing_is_a_skip_that_says_what_and_how(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    for could in (True, False):
        with pytest.raises(pytest.skip.Exception, match="no Go is here; install it"):
            got(raising(NotInstalled("no Go is here", "install it", could=could)))


def test_in_continuous_integration_what_could_be_installed_must_be(monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no Go is here; install it"):
        got(raising(NotInstalled("no Go is here", "install it", could=True)))
    with pytest.raises(pytest.skip.Exception):
        got(raising(NotInstalled("no Go is here", "install it")))


def raising(missing: NotInstalled):
    def get() -> Path:
        raise missing
    return get
