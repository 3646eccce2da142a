"""A newcomer sees what to do first, and nothing that claims to work when nothing is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.dashboard.conftest import LASTING, Watched, opened
from tests.dashboard.seed import World
from tests.service.conftest import Process


@pytest.fixture
def empty(built: None, tmp_path: Path) -> Iterator[Process]:
    started = Process(tmp_path, *LASTING)
    yield started
    started.stop()


@pytest.fixture
def beginning(empty: Process) -> Iterator[World]:
    world = World(empty.url)
    yield world
    world.close()


def test_an_empty_service_shows_the_two_first_steps(
    browser: Browser, empty: Process, beginning: World, watched: Watched
):
    context = browser.new_context(base_url=empty.url, viewport={"width": 390, "height": 844}, bypass_csp=True)
    page = opened(context, watched, empty.url)
    page.goto("/")
    steps = page.get_by_role("region", name="Nothing here yet: two steps to the first task")
    expect(steps).to_contain_text(f"apportion worker --allow-commands --url {empty.url}")
    expect(steps).to_contain_text(f"apportion submit --type hello --wait --url {empty.url} -- echo hello")
    expect(page.get_by_text("Nothing needs you")).to_have_count(0)
    expect(page.get_by_text("No task was given to a worker yet.")).to_be_visible()
    grave = [each for each in Axe().run(page).response["violations"] if each["impact"] in {"serious", "critical"}]
    assert grave == []
    beginning.worker("first", [])
    ready = page.get_by_role("region", name="Ready: no task was submitted yet")
    expect(ready.get_by_text("apportion worker")).to_have_count(0)
    beginning.submit("hello", [])
    expect(ready).to_have_count(0)
    expect(page.get_by_text("Nothing needs you")).to_be_visible()
    context.close()
