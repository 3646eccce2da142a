"""The dashboard follows what happens by one stream, and says when it cannot."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.conftest import LASTING, Watched, opened
from tests.dashboard.seed import World
from tests.service.conftest import Process

STREAMS = "performance.getEntriesByType('resource').filter((each) => each.name.includes('/overview/live')).length"
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_what_happens_is_shown_without_a_reload(page: Page, world: World, tasks: dict[str, str]):
    page.goto("/#/tasks?task_type=appearing")
    expect(page.get_by_text("No task is like that.")).to_be_visible()
    (task,) = world.submit("appearing", ["nothing-has-this"])
    expect(page.locator("tbody tr")).to_have_count(1)
    world.call("POST", f"/v1/tasks/{task}/cancel")
    expect(page.locator("tbody tr")).to_contain_text("cancelled")


def test_a_tab_has_one_stream_and_none_while_nobody_looks(page: Page, world: World, tasks: dict[str, str]):
    streams: list[str] = []
    page.on("request", lambda request: streams.append(request.url) if "/live" in request.url else None)
    page.goto("/")
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    for place in ("fleet", "tasks", "decisions"):
        page.goto(f"/#/{place}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert len(streams) == 1
    page.evaluate(HIDE, True)
    expect(page.get_by_text("paused")).to_be_visible()
    page.evaluate(HIDE, False)
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    assert len(streams) == 2


@pytest.fixture
def restarting(built: None, tmp_path: Path) -> Iterator[list[Process]]:
    services = [Process(tmp_path, *LASTING)]
    yield services
    for each in services:
        each.stop()


def test_a_service_that_is_away_is_said_and_found_again(
    browser: Browser, restarting: list[Process], watched: Watched, tmp_path: Path
):
    watched.expected += ["Failed to load resource", "net::ERR", "ERR_CONNECTION"]
    url = restarting[0].url
    context = browser.new_context(base_url=url)
    page = opened(context, watched, url)
    page.goto("/")
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    restarting[0].stop()
    expect(page.get_by_role("alert")).to_contain_text("The service does not answer")
    port = url.rpartition(":")[2]
    line = [sys.executable, "-m", "apportion", "serve", "--port", port, "--store", "tasks.db"]
    restarting.append(Process(tmp_path, line=line))
    expect(page.get_by_role("alert")).to_have_count(0, timeout=20_000)
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    context.close()
