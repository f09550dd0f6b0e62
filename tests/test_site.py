"""The site is built without a warning, leads nowhere else, and fetches nothing when it is read."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[1]
LOADED = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"),
          ("source", "src"), ("video", "src"), ("audio", "src"), ("object", "data"),
          ("embed", "src"), ("form", "action"), ("use", "href"), ("image", "href")}
"""(element, attribute) of all that a browser would fetch, or send to, by itself."""


class Page(HTMLParser):
    """What a page of the site holds: its anchors, its links, what it loads, how it is told."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.without_words: list[str] = []
        self.drawings: list[str] = []
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.anchors.update(v for k in ("id", "name") if (v := said.get(k)))
        if tag == "a" and (href := said.get("href")):
            self.links.append(href)
        self.loads += [value for name, value in attrs if value and (tag, name) in LOADED
                       and said.get("rel") not in ("canonical", "license")]
        if tag == "img" and not said.get("alt"):
            self.without_words.append(str(said.get("src")))
        if tag == "svg" and said.get("role") == "img":
            self.drawings.append(said.get("aria-label") or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it, warnings being errors."""
    if find_spec("sphinx") is None or find_spec("furo") is None:
        pytest.skip("Sphinx is not installed: requirements/dev.txt has it")
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", "docs",
         "-d", str(folder / "doctrees"), ".", str(folder / "html")],
        cwd=ROOT, check=False, text=True, capture_output=True, timeout=300)
    assert built.returncode == 0, built.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    """Every page of the site, by its file."""
    return {file: Page(file) for file in site.rglob("*.html")}


def test_the_site_has_every_page_for_readers(site: Path) -> None:
    named = {"ARCHITECTURE.md", "GLOSSARY.md", "CONTRIBUTING.md", "CHANGELOG.md"}
    sources = [p.relative_to(ROOT) for folder in ("docs", "spec")
               for p in (ROOT / folder).rglob("*.md")] + [Path(name) for name in named]
    assert len(sources) > 40
    for source in sources:
        assert (site / source.with_suffix(".html")).is_file(), source


def test_every_link_of_the_site_leads_to_a_page_and_every_anchor_to_a_place(
        pages: dict[Path, Page]) -> None:
    for file, page in pages.items():
        for href in page.links:
            parts = urlsplit(href)
            if parts.scheme or parts.netloc:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            assert target.exists(), f"{file.name} links to {href}"
            if parts.fragment and target in pages:
                assert unquote(parts.fragment) in pages[target].anchors, (
                    f"{file.name} links to {href}: no such place")


def test_no_page_loads_anything_from_elsewhere(site: Path, pages: dict[Path, Page]) -> None:
    for file, page in pages.items():
        away = [value for value in page.loads if urlsplit(value).scheme or urlsplit(value).netloc]
        assert not away, f"{file.name} loads {away}"
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert "url(http" not in text and "url(//" not in text and "@import" not in text, sheet


def test_every_picture_has_words_for_who_cannot_see_it(pages: dict[Path, Page]) -> None:
    for file, page in pages.items():
        assert not page.without_words, f"{file.name}: {page.without_words}"
    (told,) = pages[next(f for f in pages if f.parts[-2:] == ("docs", "index.html"))].drawings
    assert told.startswith("The path of one post")
