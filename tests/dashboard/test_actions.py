"""What can be done on the dashboard is done by the service."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.dashboard.seed import World


def said(page: Page, text: str) -> None:
    expect(page.locator(".note").filter(has_text=text)).to_be_visible()


def test_a_worker_is_drained_from_the_fleet(page: Page, world: World, tasks: dict[str, str]):
    world.worker("leaving", ["leaving"])
    page.goto("/#/fleet?search=leaving")
    page.get_by_role("button", name="Drain leaving").click()
    said(page, "leaving gets nothing new")
    expect(page.locator("tbody tr")).to_contain_text("draining")
    assert world.call("GET", "/v1/workers/leaving")["status"] == "draining"


def test_a_worker_is_removed_once_that_is_confirmed(page: Page, world: World, tasks: dict[str, str]):
    world.worker("gone", ["gone"])
    page.goto("/#/workers/gone")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert world.http.get("/v1/workers/gone").status_code == 200
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fleet")
    assert world.http.get("/v1/workers/gone").status_code == 404


def test_a_task_is_cancelled_and_retried(page: Page, world: World, tasks: dict[str, str]):
    (task,) = world.submit("cancelled-here", ["nothing-has-this"])
    page.goto(f"/#/tasks/{task}")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Retry")).to_be_visible()
    assert world.state(task) == "cancelled"
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    assert world.state(task) == "queued"
    story = page.locator("section", has=page.get_by_role("heading", name="Its story"))
    expect(story).to_contain_text("Cancelled.")
    world.call("POST", f"/v1/tasks/{task}/cancel")


def test_tasks_are_cancelled_and_retried_in_bulk(page: Page, world: World, tasks: dict[str, str]):
    ids = world.submit("in-bulk", ["nothing-has-this"], 3)
    other = tasks["impossible"]
    page.goto("/#/tasks?task_type=in-bulk&state=queued")
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Cancel all of these").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel all").click()
    said(page, "Cancelled (3)")
    assert [world.state(each) for each in ids] == ["cancelled"] * 3
    assert world.state(other) == "queued"
    page.get_by_role("button", name=re.compile("^cancelled")).click()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Retry all of these").click()
    page.get_by_role("dialog").get_by_role("button", name="Retry all").click()
    said(page, "Queued again (3)")
    world.call("POST", "/v1/tasks/cancel", {"task_type": "in-bulk"})


def test_chosen_tasks_are_cancelled(page: Page, world: World, tasks: dict[str, str]):
    ids = world.submit("chosen", ["nothing-has-this"], 3)
    page.goto("/#/tasks?task_type=chosen")
    for each in ids[:2]:
        page.get_by_label(f"Choose {each}").check()
    page.get_by_role("button", name="Cancel 2 chosen").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.locator("tbody tr").filter(has_text="cancelled")).to_have_count(2)
    assert [world.state(each) for each in ids] == ["cancelled", "cancelled", "queued"]
    world.call("POST", "/v1/tasks/cancel", {"task_type": "chosen"})


def test_a_problem_is_mended_beside_its_words(page: Page, world: World, tasks: dict[str, str]):
    (task,) = world.submit("mended", ["nothing-has-this-either"])
    page.goto("/")
    problem = page.get_by_role("listitem").filter(has_text="of the type mended can be taken by nobody")
    problem.get_by_role("button", name="Cancel those waiting").click(timeout=20_000)
    page.get_by_role("dialog").get_by_role("button", name="Cancel those waiting").click()
    expect(problem).to_have_count(0, timeout=15_000)
    assert world.state(task) == "cancelled"


def test_the_strategy_is_switched(page: Page, world: World, tasks: dict[str, str]):
    page.goto("/#/strategy")
    page.get_by_role("button", name="Switch to least-loaded").click()
    page.get_by_role("dialog").get_by_role("button", name="Switch").click()
    expect(
        page.get_by_role("listitem").filter(has_text="decides").filter(has_text="least-loaded").first
    ).to_be_visible()
    assert world.call("GET", "/v1/strategy")["name"] == "least-loaded"
    page.get_by_role("button", name="Switch to adaptive").click()
    page.get_by_role("dialog").get_by_role("button", name="Switch").click()
    said(page, "adaptive decides from now on")
    assert world.call("GET", "/v1/strategy")["name"] == "adaptive"


def test_what_does_not_work_is_said(page: Page, world: World, tasks: dict[str, str], watched):
    watched.expected += ["409", "404"]
    world.worker("vanishing", ["vanishing"])
    page.goto("/#/fleet?search=vanishing")
    button = page.get_by_role("button", name="Drain vanishing")
    expect(button).to_be_visible()
    page.route(
        "**/drain", lambda route: route.fulfill(status=404, json={"title": "Not found", "detail": "no such worker"})
    )
    button.click()
    said(page, "Drain did not work: no such worker")
    world.call("DELETE", "/v1/workers/vanishing")


def test_advice_is_carried_out_as_far_as_it_can_be(page: Page, world: World, tasks: dict[str, str]):
    world.worker("overfull", ["overfull"], 1)
    world.submit("overfull", ["overfull"])
    (task,) = world.claim("overfull")
    page.goto("/#/advice")
    expect(page.locator("tbody tr").filter(has_text="overfull").first).to_be_visible()
    page.get_by_role("button", name="Carry them out").click()
    page.get_by_role("dialog").get_by_role("button", name="Carry them out").click()
    said(page, "Carried out what could be")
    outcome = page.get_by_role("region", name="What came of it")
    expect(outcome.get_by_role("heading")).to_contain_text("carried out")
    expect(outcome.get_by_role("listitem").filter(has_text="overfull").first).to_be_visible()
    world.complete("overfull", task)
    world.call("DELETE", "/v1/workers/overfull")
