"""A person before a screen: Chromium, driven by Playwright; each page is checked by axe."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

# Where the pictures of README are written to; nobody wants new ones at each run.
PICTURES = os.environ.get("CASHBACK_SCREENSHOTS")
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE_MILLISECONDS = 60_000
_SERIOUS = {"serious", "critical"}
_HIDES_WHERE_ONE_IS = """[...document.querySelectorAll(".menu [aria-current]")].some(
  one => one.getBoundingClientRect().left < 0 || one.getBoundingClientRect().right > innerWidth + 1
)"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, for as long as the tests need it."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    assert path, "no Chromium: `sh deploy/local/bootstrap.sh tests` installs it"
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@dataclass
class Person:
    """Somebody with a screen of a size, a language, and scripts or none."""

    context: BrowserContext
    page: Page
    base: str
    name: str
    has_scripts: bool
    by_axe: bool
    seen: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def opens(self, path: str) -> None:
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.ok, f"{path} answered {answer.status}"

    def presses(self, selector: str, then: str | None = None) -> None:
        """Press a button or a link, and wait until the next page is there (`then`: its path)."""
        with self.page.expect_navigation(wait_until="load"):
            self.page.click(selector)
        if then is not None:
            self.page.wait_for_url(f"{self.base}{then}")

    def types(self, name: str, text: str) -> None:
        self.page.fill(f"[name={name}]", text)

    def reads(self) -> str:
        return self.page.inner_text("main")

    def looks(self, name: str) -> None:
        """Look at the page: nothing runs out of the screen, axe finds nothing; keep a picture."""
        self.seen.add(name)
        wide = self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if wide:
            self.faults.append(f"{name}: runs out of the screen")
        if self.page.evaluate(_HIDES_WHERE_ONE_IS):
            self.faults.append(f"{name}: the menu does not show where one is")
        if self.has_scripts and self.by_axe:
            found = Axe().run(self.page).response["violations"]
            self.faults += [
                f"{name}: {one['id']} {one['nodes'][0]['html'][:200]}"
                for one in found
                if one["impact"] in _SERIOUS
            ]
        if PICTURES:
            folder = Path(PICTURES)
            folder.mkdir(exist_ok=True)
            self.page.screenshot(path=folder / f"{self.name}-{name}.png")


@contextmanager
def person(  # noqa: PLR0913 - what a screen is
    browser: Browser,
    base: str,
    name: str,
    *,
    language: str,
    width: int,
    scripts: bool = True,
    by_axe: bool = True,
) -> Iterator[Person]:
    """Open a fresh browser; what the console of its pages says of faults is a fault."""
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        locale=language,
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    context.set_default_timeout(_PATIENCE_MILLISECONDS)
    page = context.new_page()
    somebody = Person(context, page, base.rstrip("/"), name, scripts, by_axe)
    page.on("pageerror", lambda fault: somebody.faults.append(f"script: {fault}"))
    page.on(
        "request",
        lambda asked: (
            None
            if "127.0.0.1" in asked.url or asked.url.startswith("data:")
            else somebody.faults.append(f"asks another site: {asked.url}")
        ),
    )
    yield somebody
    context.close()
    assert not somebody.faults, "\n".join(somebody.faults)
