"""Everything can be reached and done without a mouse."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.dashboard.seed import World


def focused(page: Page) -> str:
    text: str = page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.innerText")
    return text.strip()


def tab_to(page: Page, name: str, most: int = 40) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused(page).startswith(name):
            return
    raise AssertionError(f"{name!r} is not reached by {most} tabs")


def test_the_content_is_one_key_away(page: Page, tasks: dict[str, str]):
    page.goto("/#/fleet")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    assert focused(page) == "Fleet"


def test_pages_are_reached_and_said(page: Page, tasks: dict[str, str]):
    page.goto("/")
    tab_to(page, "Tasks")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tasks")


def test_a_worker_is_drained_by_keys_alone(page: Page, world: World, tasks: dict[str, str]):
    world.worker("by-keys", ["by-keys"])
    page.goto("/#/fleet?search=by-keys")
    expect(page.get_by_role("button", name="Drain by-keys")).to_be_visible()
    tab_to(page, "Drain by-keys")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_contain_text("draining")
    world.call("DELETE", "/v1/workers/by-keys")


def test_a_question_is_answered_by_keys_and_keeps_the_focus(page: Page, world: World, tasks: dict[str, str]):
    (task,) = world.submit("by-keys", ["nothing-has-this"])
    page.goto(f"/#/tasks/{task}")
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    tab_to(page, "Cancel")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert world.state(task) == "queued"
    assert focused(page) == "Cancel"
    page.keyboard.press("Enter")
    tab_to(page, "Cancel", 3)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Retry")).to_be_visible()
    assert world.state(task) == "cancelled"


def test_what_is_typed_and_focused_survives_an_update(page: Page, world: World, tasks: dict[str, str]):
    page.goto("/#/fleet")
    page.get_by_label("Search workers").press_sequentially("quick")
    expect(page.locator("tbody tr")).to_have_count(1)
    with page.expect_response(lambda response: "/v1/workers?" in response.url):
        (task,) = world.submit("noise", ["nothing-has-this"])
        world.call("POST", f"/v1/tasks/{task}/cancel")
    expect(page.get_by_label("Search workers")).to_be_focused()
    expect(page.get_by_label("Search workers")).to_have_value("quick")
