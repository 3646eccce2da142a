"""A real service, and Chromium that looks at it and writes down whatever goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, sync_playwright

from hatch_build import BuildError, build
from tests.architecture.tree import ROOT
from tests.dashboard.seed import World, seed
from tests.service.conftest import Process

CHROMIUM = Path("/usr/bin/chromium")
LASTING = ("--lease-seconds", "900", "--heartbeat-interval", "300")
"""Workers of tests call seldom."""

REPORT_VIOLATIONS = """
window.violations = [];
addEventListener("securitypolicyviolation", (each) => violations.push(each.violatedDirective + " " + each.blockedURI));
"""


@pytest.fixture(scope="session")
def built() -> None:
    try:
        build(ROOT)
    except BuildError as error:
        pytest.skip(f"the dashboard cannot be built here: {str(error).splitlines()[0]}")


@pytest.fixture(scope="module")  # no longer: its event loop would be in the way of others'
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}; scripts/services installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def running(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    started = Process(tmp_path_factory.mktemp("dashboard"), *LASTING, "--shadow", "least-loaded")
    yield started
    started.stop()


@pytest.fixture(scope="session")
def world(running: Process) -> Iterator[World]:
    world = World(running.url)
    yield world
    world.close()


@pytest.fixture(scope="session")
def tasks(world: World) -> dict[str, str]:
    """Return a task of each state."""
    return seed(world)


@dataclass
class Watched:
    """What went wrong on a page.

    Attributes:
        wrong: errors on the console, dialogs, calls of other hosts.
        expected: parts of what may be there.
    """

    wrong: list[str] = field(default_factory=list[str])
    expected: list[str] = field(default_factory=list[str])

    def follow(self, page: Page, url: str) -> None:
        host = urlsplit(url).netloc
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("dialog", self._asked)
        page.on("request", lambda request: self._called(request, host))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.wrong.append(f"console: {message.text}")

    def _asked(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _called(self, request: Request, host: str) -> None:
        if urlsplit(request.url).netloc != host:
            self.wrong.append(f"another host: {request.url}")

    def unexpected(self) -> list[str]:
        return [each for each in self.wrong if not any(part in each for part in self.expected)]


def opened(context: BrowserContext, watched: Watched, url: str) -> Page:
    """Return a page that fails its test when something goes wrong on it."""
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.add_init_script(REPORT_VIOLATIONS)
    watched.follow(page, url)
    return page


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    assert watched.unexpected() == []


@pytest.fixture
def page(browser: Browser, running: Process, watched: Watched) -> Iterator[Page]:
    """Return a page on a laptop."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, base_url=running.url)
    page = opened(context, watched, running.url)
    yield page
    if page.url.startswith(running.url):
        assert page.evaluate("window.violations") == []
    context.close()
