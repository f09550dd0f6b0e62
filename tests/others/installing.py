"""Programs that other people wrote, each installed under build/others by itself, or why it is not.

What is installed is pinned by a lock with hashes in requirements/others; Go's packages come from
Debian. A folder is made once, whichever process asks first, and kept until its lock changes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "others"
LOCKS = ROOT / "requirements" / "others"
HERE = Path(__file__).parent
GO_PACKAGES = ("golang-go", "golang-golang-x-mod-dev")
GO_PATH = Path("/usr/share/gocode")


@dataclass(eq=False)
class NotInstalled(Exception):
    """A program is not here; `could`: this machine should have been able to get it."""

    what: str
    how: str
    could: bool = False

    def __str__(self) -> str:
        return f"{self.what}; {self.how}"

    @property
    def fails(self) -> bool:
        """In continuous integration, what could be installed and was not is a failure."""
        return self.could and os.environ.get("CI", "").lower() in ("true", "1")


def got(get: Callable[[], Path]) -> Path:
    """A program of somebody else; where it cannot be here, the test is skipped and says why."""
    try:
        return get()
    except NotInstalled as missing:
        if missing.fails:
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))


def run(*command: str | Path, stdin: bytes = b"", **more: object) -> subprocess.CompletedProcess:
    """Run a program of somebody else and give what it said; never for longer than two minutes."""
    return subprocess.run([str(part) for part in command], input=stdin, capture_output=True,
                          check=False, timeout=more.pop("timeout", 120), **more)


def tail(done: subprocess.CompletedProcess) -> str:
    """The end of what a program said, for whoever has to find out why it failed."""
    return (done.stdout + done.stderr).decode(errors="replace").strip()[-600:]


def once(name: str, made_of: Sequence[str | bytes], make: Callable[[Path], None]) -> Path:
    """Give a folder under build/others that `make` filled, made anew where `made_of` changed."""
    BUILD.mkdir(parents=True, exist_ok=True)
    parts = (part.encode() if isinstance(part, str) else part for part in made_of)
    digest = sha256(b"\0".join(sha256(part).digest() for part in parts)).hexdigest()
    folder = BUILD / name
    stamp = folder / "made-of"
    with (BUILD / f"{name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.is_file() or stamp.read_text() != digest:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            stamp.write_text(digest)
    return folder


def from_pip(name: str, python: Path) -> Path:
    """Give the folder of the programs of an environment made from requirements/others/NAME.txt."""
    lock = LOCKS / f"{name}.txt"

    def make(folder: Path) -> None:
        for step in (
            (python, "-m", "venv", folder),
            (folder / "bin" / "python", "-m", "pip", "install", "-q", "--require-hashes",
             "--disable-pip-version-check", "--only-binary=:all:", "-r", lock),
        ):
            done = run(*step, timeout=600)
            if done.returncode:
                raise NotInstalled(f"pip could not install {lock.relative_to(ROOT)}: {tail(done)}",
                                   "it needs a package index, as `make test` itself does",
                                   could=True)

    version = run(python, "-c", "import sys; print(sys.executable, sys.version)").stdout
    return once(name, (lock.read_bytes(), version), make) / "bin"


def a_newer_python() -> Path:
    """Find Python 3.12 or newer with `venv`, and try it: a shim may be there and point nowhere."""
    tried = ("import sys, venv, ensurepip\n"
             "print(sys.executable) if sys.version_info >= (3, 12) else sys.exit(1)")
    for python in _pythons():
        try:
            done = run(python, "-c", tried)
        except OSError:
            continue
        if done.returncode == 0:
            return Path(done.stdout.decode().strip())
    raise NotInstalled("no Python 3.12 or newer is here, which aics-tlog and aics-witness need",
                       "install one, as python3.13 on the PATH or with pyenv")


def _pythons() -> Iterator[str | Path]:
    yield sys.executable
    yield from (f"python3.{minor}" for minor in (13, 14, 12))
    yield "python3"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob("versions/3.1[2-9]*/bin/python3"))


def from_npm(name: str) -> Path:
    """Give a folder with the node_modules of requirements/others/NAME, no script of theirs run."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise NotInstalled(f"Node and npm are not here, which {name} needs",
                           "install Node 20.17 or newer")
    lock = LOCKS / name

    def make(folder: Path) -> None:
        for file in ("package.json", "package-lock.json"):
            shutil.copy(lock / file, folder)
        done = run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder,
                   timeout=600)
        if done.returncode:
            said = " ".join(done.stderr.decode(errors="replace").split())[:300]
            raise NotInstalled(f"npm could not install {lock.relative_to(ROOT)}: {said}",
                               "it needs a registry of npm's", could=True)

    return once(name, ((lock / "package-lock.json").read_bytes(),), make)


def from_go() -> Path:
    """Give check.go, built offline with the packages that Debian has of golang.org/x/mod."""
    source = HERE / "check.go"
    with _locked("apt"):
        go = _go() or _go_from_debian()

    def make(folder: Path) -> None:
        alone = os.environ | {
            "GO111MODULE": "off", "GOPATH": str(GO_PATH), "GOPROXY": "off", "GOFLAGS": "",
            "GOTOOLCHAIN": "local", "GOCACHE": str(folder / "cache"), "CGO_ENABLED": "0"}
        done = run(go, "build", "-o", folder / "check", source, env=alone, cwd=folder, timeout=600)
        assert done.returncode == 0, f"check.go does not build: {tail(done)}"
        shutil.rmtree(folder / "cache")

    version = run(go, "version").stdout
    return once("go", (source.read_bytes(), version), make) / "check"


def _go() -> str | None:
    """The Go compiler, if Debian's source of the packages is here too."""
    there = (GO_PATH / "src/golang.org/x/mod/sumdb/tlog/tlog.go").is_file()
    return shutil.which("go") if there else None


def _go_from_debian() -> str:
    """Install the two packages where we may, and give the compiler."""
    return from_debian(GO_PACKAGES, _go)


def from_debian(packages: Sequence[str], find: Callable[[], str | None]) -> str:
    """What `find` finds once packages of Debian are installed, by one process at a time."""
    how = f"as root, on Debian: apt-get install {' '.join(packages)}"
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise NotInstalled(f"Debian's packages {' and '.join(packages)} are not here", how)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = (apt, "install", "-y", "-q", "--no-install-recommends",
               "-o", "DPkg::Lock::Timeout=300", *packages)
    done = run(*install, env=quiet, timeout=900)
    if done.returncode:  # perhaps only the lists of packages are missing or old
        run(apt, "update", "-q", env=quiet, timeout=300)
        done = run(*install, env=quiet, timeout=900)
    found = find()
    if done.returncode or found is None:
        raise NotInstalled(f"apt-get could not install {' and '.join(packages)}: {tail(done)}",
                           how, could=True)
    return found


def chromium() -> str:
    """The browser in which the pages are tried."""
    with _locked("apt"):
        return _chromium() or from_debian(("chromium",), _chromium)


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


class _locked:  # noqa: N801 - read as a sentence: with _locked("apt")
    """Let one process at a time do what is named."""

    def __init__(self, name: str) -> None:
        BUILD.mkdir(parents=True, exist_ok=True)
        self.file = (BUILD / f"{name}.lock").open("ab")

    def __enter__(self) -> None:
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self.file.close()
