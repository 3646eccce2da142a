"""A service with tokens: nothing is shown before somebody has signed in, and who may only look can only look."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.conftest import LASTING, Watched, opened
from tests.dashboard.seed import PAGES, World, seed
from tests.service.conftest import Process


@dataclass
class Guarded:
    """A service that asks for tokens."""

    url: str
    tokens: dict[str, str]
    tasks: dict[str, str]


@pytest.fixture(scope="module")
def guarded(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    tokens = {role: token(folder, role) for role in ("admin", "viewer")}
    started = Process(folder, *LASTING)
    world = World(started.url, tokens["admin"])
    yield Guarded(started.url, tokens, seed(world))
    world.close()
    started.stop()


def token(folder: Path, role: str) -> str:
    line = [sys.executable, "-m", "apportion", "token", "create", "--role", role, "--store", "tasks.db"]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def stranger(browser: Browser, guarded: Guarded, watched: Watched) -> Iterator[Page]:
    watched.expected.append("401")
    context = browser.new_context(base_url=guarded.url)
    yield opened(context, watched, guarded.url)
    context.close()


def sign_in(page: Page, token: str) -> None:
    page.goto("/")
    page.locator("input[name=token]").fill(token)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")


def test_nothing_is_shown_to_strangers(stranger: Page, guarded: Guarded):
    stranger.goto("/")
    expect(stranger.locator("input[name=token]")).to_be_visible()
    stranger.locator("input[name=token]").fill("apportion_0123456789ab_" + "x" * 43)
    stranger.keyboard.press("Enter")
    expect(stranger.locator("input[name=token]")).to_be_visible()
    expect(stranger.get_by_role("heading", name="Overview")).to_have_count(0)


def test_an_administrator_signs_in_acts_and_signs_out(stranger: Page, guarded: Guarded):
    sign_in(stranger, guarded.tokens["admin"])
    expect(stranger.get_by_text("live", exact=True)).to_be_visible()
    assert stranger.evaluate("document.cookie") == ""
    stranger.goto("/#/workers/quick")
    stranger.get_by_role("button", name="Drain", exact=True).click()
    expect(stranger.locator(".note")).to_contain_text("gets nothing new")
    stranger.get_by_role("button", name="Log out").click()
    expect(stranger.locator("input[name=token]")).to_be_visible()


def test_a_viewer_can_only_look(stranger: Page, guarded: Guarded):
    sign_in(stranger, guarded.tokens["viewer"])
    expect(stranger.get_by_text("viewer", exact=True)).to_be_visible()
    for place in [*PAGES, f"tasks/{guarded.tasks['failed']}", f"tasks/{guarded.tasks['impossible']}"]:
        stranger.goto(f"/#/{place}")
        expect(stranger.get_by_role("heading", level=1)).to_be_visible()
        expect(stranger.get_by_text("Loading …")).to_have_count(0)
        for verb in ("Drain", "Cancel", "Retry", "Remove", "Switch", "Carry them out"):
            assert stranger.get_by_role("button", name=re.compile(f"^{verb}( |$)")).count() == 0, (place, verb)
        assert stranger.get_by_role("checkbox").count() == 0, place
