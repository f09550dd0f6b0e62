"""The pages of the example platform, and of a small one: asked in this process, or in a browser."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

litestar = pytest.importorskip("litestar", reason="the extra [web] is not installed")

from litestar.testing import TestClient  # noqa: E402
from tests.others.installing import chromium, got  # noqa: E402

from evenhand.edge.config import load_config  # noqa: E402
from evenhand.edge.platform import open_platform  # noqa: E402
from evenhand.edge.web.app import application  # noqa: E402
from evenhand.edge.web.links import Links  # noqa: E402

ROOT = Path(__file__).parents[3]
KEY = "0badc0de" * 8
OFFICE = runpy.run_path(str(ROOT / "tests/edge/office.py"))


class Pages:
    """A platform's pages as a reader without a browser asks for them."""

    def __init__(self, platform) -> None:
        self.platform = platform
        self.client = TestClient(application(platform, key=KEY), raise_server_exceptions=True)
        self.links = Links(KEY)

    def get(self, path: str, **more):
        return self.client.get(path, follow_redirects=more.pop("follow_redirects", False), **more)

    def post(self, path: str, data: dict, *, on: str | None = None, **more):
        """Send a form as the page `on` gives it: with the token that stands there."""
        shown = self.get(on or path)
        token = shown.text.partition('name="_csrf_token" value="')[2].partition('"')[0]
        return self.client.post(path, data={"_csrf_token": token} | data,
                                follow_redirects=False, **more)


@pytest.fixture(scope="session")
def agora(tmp_path_factory) -> Path:
    """The example platform after its main job, in a folder of this worker's own."""
    folder = tmp_path_factory.mktemp("pages") / "agora"
    shutil.copytree(ROOT / "examples/agora", folder,
                    ignore=shutil.ignore_patterns("data", "keys"))
    for verb, *where in (("init", folder), ("publish", "-c", folder), ("run", "-c", folder)):
        subprocess.run([sys.executable, "-m", "evenhand.edge.cli", verb, *map(str, where)],
                       check=True, capture_output=True, timeout=120)
    return folder


@pytest.fixture
def pages(agora) -> Iterator[Pages]:
    """The pages of the example; nothing is changed there."""
    platform = open_platform(load_config(agora))
    with (made := Pages(platform)).client:
        yield made
    platform.engine.dispose()


@pytest.fixture
def office(worlds):
    """A small platform where people decide."""
    return OFFICE["Office"](worlds("square", terms=False))


@pytest.fixture
def square(office) -> Iterator[Pages]:
    """The pages of that one."""
    with (made := Pages(office.world.open())).client:
        yield made


@pytest.fixture(scope="session")
def served(agora, tmp_path_factory) -> Iterator[tuple[str, str]]:
    """The example's pages as `evenhand serve` serves them: their address, an author's page."""
    with subprocess.Popen(
            [sys.executable, "-m", "evenhand.edge.cli", "serve", "-c", str(agora), "--port", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=os.environ | {"COLUMNS": "400", "PYTHONUNBUFFERED": "1"}) as process:
        try:
            said = [process.stdout.readline(), process.stdout.readline()]
            address = said[0].partition("http://")[2].partition(";")[0]
            assert address, said
            yield f"http://{address}".rstrip("/"), "/" + said[1].strip().partition(address)[2]
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium; as root it has no process isolation of its own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = got(lambda: Path(chromium()))
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=str(path), args=["--no-sandbox"])
        yield started
        started.close()
