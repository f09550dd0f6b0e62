"""The pages in a real browser: nothing that bars anybody, on a phone too, and a receipt is checked
in the reader's own browser."""

from __future__ import annotations

import httpx
import pytest

axe = pytest.importorskip("axe_playwright_python.sync_playwright",
                          reason="axe-playwright-python is not installed")

PATHS = ("/", "/terms", "/terms/2020-05-11/since/2020-05-11", "/report",
         "/fact-checks", "/figures", "/log",
         "/receipt", "/nowhere", "AUTHOR")
SIZES = {"desk": (1200, 900, "light"), "phone": (360, 740, "dark")}


@pytest.fixture
def open_page(served, browser):
    """Opens a page as a reader's device has it; what its console says is a failure."""
    contexts, said = [], []

    def opened(path: str, device: str = "desk", *, language: str = "en", script: bool = True):
        wide, high, scheme = SIZES[device]
        contexts.append(browser.new_context(
            viewport={"width": wide, "height": high}, color_scheme=scheme, locale=language,
            java_script_enabled=script))
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda wrong: said.append(str(wrong)))
        page.goto(served[0] + (served[1] if path == "AUTHOR" else path))
        return page

    yield opened
    for one in contexts:
        one.close()
    # That an answer is a refusal is said by a browser on its own.
    assert [words for words in said if "the server responded with a status of 4" not in words] == []


@pytest.mark.parametrize("device", SIZES)
@pytest.mark.parametrize("path", PATHS)
def test_nothing_bars_anybody(open_page, path, device):
    page = open_page(path, device)
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wider) <= 0, "the page is wider than the screen"


@pytest.mark.parametrize("path", PATHS)
def test_the_same_in_german(open_page, path):
    page = open_page(path, language="de")
    assert page.locator("html").get_attribute("lang") == "de"
    assert axe.Axe().run(page).violations_count == 0


@pytest.mark.parametrize("path", ["/", "/log/checkpoint", "/nowhere", "/static/evenhand.css"])
def test_a_head_is_what_a_get_would_be_without_its_body(served, path):
    asked, got = (httpx.request(method, served[0] + path) for method in ("HEAD", "GET"))
    assert asked.status_code == got.status_code and asked.content == b""
    assert asked.headers["content-length"] == got.headers["content-length"]


def test_a_keyboard_is_enough_to_reach_the_content_and_the_form(open_page):
    page = open_page("AUTHOR")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.locator("[name=point]").first.focus()
    page.keyboard.press("Space")
    assert page.locator(".point textarea").first.is_visible()


BENT = {
    "the page": ("words", lambda text: text),
    "the index": ("does not stand", lambda text: text.replace("index 16", "index 15")),
    "the size": ("does not", lambda text: text.replace("\n24\n", "\n25\n")),
    "the signature": ("not signed", lambda text: text[:-12] + "A" * 8 + text[-4:]),
    "the opening": ("does not hold", lambda text: text[:60] + "AAAA" + text[64:])}


def test_a_receipt_is_checked_in_the_readers_browser(open_page):
    page = open_page("AUTHOR")
    with page.expect_request("**/log/policy") as asked:
        page.click("#verify button")
    page.wait_for_selector("#verified .told")
    assert "Your browser checked it, not we." in page.inner_text("#verified")
    assert asked.value.method == "GET" and page.url.count("/receipt") == 0


@pytest.mark.parametrize("what", BENT)
def test_one_that_was_changed_does_not_hold_there(open_page, what):
    says, change = BENT[what]
    page = open_page("AUTHOR")
    text = page.evaluate("document.querySelector('#verify textarea').value")
    page.evaluate("text => { document.querySelector('#verify textarea').value = text }",
                  change(text))
    if what == "the page":
        page.evaluate("document.querySelector('.letter').textContent = 'other words'")
    page.click("#verify button")
    page.wait_for_selector("#verified .alarm")
    assert says in page.inner_text("#verified")


def test_without_scripts_the_server_checks_it(open_page):
    page = open_page("AUTHOR", script=False)
    page.click("#verify button")
    assert page.url.endswith("/receipt") and "This receipt holds." in page.inner_text("main")


def test_a_form_that_is_wrong_keeps_what_was_typed_and_says_where(open_page):
    page = open_page("AUTHOR", script=False)
    page.locator("[name=point]").first.check()
    page.locator("button", has_text="Send the appeal").click()
    assert "Say why, in your words." in page.inner_text(".point .wrong")
    assert page.locator("[name=point]").first.is_checked()
