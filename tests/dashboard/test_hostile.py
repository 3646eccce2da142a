"""What workers and clients call themselves and say is shown as text, whatever it is, wherever it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.conftest import LASTING, Watched, opened
from tests.dashboard.payloads import PAYLOADS
from tests.dashboard.seed import World
from tests.service.conftest import Process

FOREIGN = (
    "img:not(.brand img), iframe, object, embed, script:not([src^='/assets/']), base, form[action], marquee, video"
)
"""Nothing of these is in the dashboard of itself."""


@pytest.fixture(scope="module")
def hostile(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Return a service in which every name and every text is hostile."""
    started = Process(tmp_path_factory.mktemp("hostile"), *LASTING)
    world = World(started.url)
    world.call("POST", "/v1/tasks", [own_task(number, payload) for number, payload in enumerate(PAYLOADS)])
    waiting = [{"task_type": each, "tenant": each, "requirements": {"capabilities": [each + "?"]}} for each in PAYLOADS]
    world.call("POST", "/v1/tasks", waiting)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(partial(work, world), range(len(PAYLOADS)), PAYLOADS))
    yield world
    world.close()
    started.stop()


def id_of(payload: str) -> str:
    return payload + hashlib.sha256(payload.encode()).hexdigest()[:6]


def own_task(number: int, payload: str) -> dict[str, object]:
    """Return a task that only the worker of that name can take."""
    return {
        "id": id_of(payload),
        "task_type": payload,
        "tenant": payload,
        "payload": {payload: payload},
        "max_attempts": 1,
        "idempotency_key": payload,
        "requirements": {"capabilities": [payload, f"skill-{number}"], "affinity": [payload]},
    }


def work(world: World, number: int, payload: str) -> None:
    """Register the worker of that name, and have it end its task: every second one fails."""
    more: dict[str, Any] = {"kind": payload, "region": payload, "labels": {payload: payload}, "task_types": [payload]}
    world.worker(payload, [payload, f"skill-{number}"], **more)
    path = f"/v1/workers/{quote(payload, safe='')}/claim"
    (given,) = world.call("POST", path, {"max": 1, "wait": 10})["assignments"]
    assert given["task_id"] == id_of(payload)
    ending = {"success": False, "error": payload} if number % 2 else {"success": True, "result": {payload: payload}}
    done = {"worker_id": payload, "lease": given["lease"], "duration": 1.0, **ending}
    world.call("POST", f"/v1/tasks/{quote(given['task_id'], safe='')}/complete", done)


@pytest.fixture
def target(browser: Browser, hostile: World, watched: Watched) -> Iterator[Page]:
    context = browser.new_context(base_url=hostile.url, viewport={"width": 1280, "height": 860})
    page = opened(context, watched, hostile.url)
    yield page
    assert page.evaluate("window.hit") is None
    assert page.evaluate("window.violations") == []
    context.close()


def nothing_foreign(page: Page) -> None:
    found = page.locator(FOREIGN)
    assert found.count() == 0, found.first.evaluate("(node) => node.outerHTML")


def test_there_are_sixty():
    assert len(set(PAYLOADS)) == 60
    assert max(map(len, PAYLOADS)) < 200


@pytest.mark.parametrize("place", ["", "fleet", "fleet?offset=50", "tasks", "decisions", "strategy", "advice"])
def test_lists_show_names_as_text(target: Page, place: str):
    target.goto(f"/#/{place}")
    expect(target.get_by_text("live", exact=True)).to_be_visible()
    expect(target.get_by_text("Loading …")).to_have_count(0)
    nothing_foreign(target)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "payloads", [pytest.param(PAYLOADS[::5], id="some"), pytest.param(PAYLOADS, id="all", marks=pytest.mark.proof)]
)
def test_pages_of_tasks_and_workers_show_what_was_said_as_text(target: Page, hostile: World, payloads: list[str]):
    target.goto("/")
    for payload in payloads:
        go(target, f"workers/{quote(payload, safe='')}")
        expect(target.get_by_role("heading", level=1)).to_have_text(payload)
        expect(target.get_by_text("Registered for")).to_be_visible()
        nothing_foreign(target)
        go(target, f"tasks/{quote(id_of(payload), safe='')}")
        expect(target.get_by_role("heading", level=1)).to_have_text(id_of(payload))
        expect(target.get_by_role("heading", name="Payload")).to_be_visible()
        failed = PAYLOADS.index(payload) % 2
        expect(target.get_by_text("Failed:" if failed else "Result").first).to_be_visible()
        nothing_foreign(target)


def go(page: Page, place: str) -> None:
    page.evaluate("(place) => { location.hash = '#/' + place }", place)


def test_questions_and_notes_show_names_as_text(target: Page, hostile: World):
    payload = PAYLOADS[2]
    target.goto(f"/#/tasks?state=queued&task_type={quote(payload, safe='')}")
    expect(target.locator("tbody tr")).to_have_count(1)
    target.get_by_role("button", name="Cancel all of these").click()
    expect(target.get_by_role("dialog")).to_contain_text(payload)
    nothing_foreign(target)
    target.get_by_role("dialog").get_by_role("button", name="Leave it").click()
    target.goto(f"/#/workers/{quote(payload, safe='')}")
    target.get_by_role("button", name="Drain", exact=True).click()
    expect(target.locator(".note")).to_contain_text(payload)
    nothing_foreign(target)
