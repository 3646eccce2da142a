"""Each page shows what it is for."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.seed import PAGES, World

CHARTED = "canvas => { const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data; "
CHARTED += "return all.some((value, index) => index % 4 === 3 && value > 0); }"


@pytest.mark.parametrize("place", PAGES)
def test_a_page_has_its_heading_its_title_and_its_language(page: Page, tasks: dict[str, str], place: str):
    page.goto(f"/#/{place}")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page).to_have_title(re.compile(r".+ · Apportion"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_overview_says_what_is_wrong_and_what_to_do(page: Page, tasks: dict[str, str]):
    page.goto("/")
    problems = page.get_by_role("list", name="Problems, the worst first")
    stuck = problems.get_by_role("listitem").filter(has_text="of the type sculpt can be taken by nobody")
    expect(stuck).to_contain_text("lacks 'blender'", timeout=15_000)
    expect(stuck.get_by_role("button", name="Cancel those waiting")).to_be_visible()
    expect(problems.get_by_role("listitem").filter(has_text="1 task failed for good")).to_be_visible()


def test_the_overview_counts(page: Page, tasks: dict[str, str], world: World):
    page.goto("/")
    counts = world.call("GET", "/v1/overview")
    waiting = page.get_by_role("link", name=re.compile(r"^Waiting"))
    expect(waiting).to_contain_text(str(counts["queue"]["waiting"]))
    expect(page.get_by_role("link", name="gpu-1").first).to_be_visible()
    expect(page.get_by_label("Queue by type").get_by_role("link", name="sculpt")).to_be_visible()


def test_charts_have_data(page: Page, tasks: dict[str, str]):
    page.goto("/")
    for title in ("Tasks a second", "Wait before the start", "Queue"):
        chart = page.locator("figure", has=page.get_by_role("heading", name=title, exact=True))
        canvas = chart.locator("canvas")
        expect(canvas).to_have_count(1)
        assert canvas.evaluate(CHARTED), title
        assert int(chart.locator(".plot").get_attribute("data-points") or 0) >= 1, title


def test_the_fleet_is_filtered_sorted_and_searched_by_the_service(page: Page, tasks: dict[str, str]):
    page.goto("/#/fleet")
    rows = page.locator("tbody tr")
    expect(rows.filter(has_text="quick")).to_have_count(1)
    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.get_by_role("columnheader", name="Load")).to_have_attribute("aria-sort", "descending")
    page.get_by_label("Search workers").fill("GPU")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("gpu-1")
    page.get_by_label("Search workers").fill("")
    page.get_by_label("Status").select_option("busy")
    expect(rows.filter(has_text="quick")).to_have_count(0)
    assert "status=busy" in page.url


def test_a_worker_shows_what_was_learned_of_it_and_what_it_holds(page: Page, tasks: dict[str, str]):
    page.goto("/#/workers/quick")
    learned = page.locator("section", has=page.get_by_role("heading", name="What was learned of it"))
    expect(learned.get_by_role("row").filter(has_text="lint")).to_contain_text("outcomes")
    expect(learned.get_by_role("img").first).to_have_attribute("aria-label", re.compile("most likely between"))
    expect(page.get_by_text("python", exact=True).first).to_be_visible()
    page.goto("/#/workers/gpu-1")
    held = page.locator("section", has=page.get_by_role("heading", name="Holds"))
    expect(held.get_by_role("link").last).to_have_attribute("title", tasks["assigned"])


def test_tasks_are_filtered(page: Page, tasks: dict[str, str]):
    page.goto("/#/tasks")
    rows = page.locator("tbody tr")
    expect(rows.first).to_be_visible()
    page.get_by_role("button", name=re.compile("^failed")).click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("no such scene")
    page.get_by_role("button", name="all", exact=True).click()
    page.get_by_label("Tenant").fill("studio")
    expect(rows).to_have_count(3)
    page.get_by_label("Tenant").fill("nobody")
    expect(page.get_by_text("No task is like that.")).to_be_visible()


def test_a_task_is_opened_by_its_id(page: Page, tasks: dict[str, str]):
    page.goto("/#/tasks")
    page.get_by_label("Task id").fill(tasks["failed"])
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(tasks["failed"])


def test_a_finished_task_tells_its_whole_story(page: Page, tasks: dict[str, str]):
    page.goto(f"/#/tasks/{tasks['succeeded']}")
    story = page.locator("section", has=page.get_by_role("heading", name="Its story")).get_by_role("listitem")
    expect(story).to_have_count(3)
    for step, text in enumerate(("Submitted by default.", "Attempt 1 given to quick", "Succeeded on quick")):
        expect(story.nth(step)).to_contain_text(text)
    why = page.locator("section", has=page.get_by_role("heading", name="Why quick"))
    expect(why).to_contain_text("The strategy adaptive chose quick")
    expect(page.get_by_text('"clean": true')).to_be_visible()


def test_a_finished_task_says_who_would_get_it_now(page: Page, tasks: dict[str, str]):
    page.goto(f"/#/tasks/{tasks['succeeded']}")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("A worker could take it now.")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Could take it")).to_be_visible()


def test_a_waiting_task_says_why_it_waits(page: Page, tasks: dict[str, str]):
    page.goto(f"/#/tasks/{tasks['impossible']}")
    expect(page.get_by_text("no worker that is there could ever take it")).to_be_visible()
    expect(page.get_by_role("heading", name="What would help")).to_be_visible()
    others = page.get_by_role("listitem").filter(has_text="lacks a capability")
    expect(others).to_be_visible()


def test_a_failed_task_says_why(page: Page, tasks: dict[str, str]):
    page.goto(f"/#/tasks/{tasks['failed']}")
    expect(page.get_by_text("no such scene").first).to_be_visible()
    expect(page.get_by_role("button", name="Retry")).to_be_visible()


def test_decisions_say_why_and_can_be_held_still(page: Page, tasks: dict[str, str]):
    page.goto("/#/decisions")
    rows = page.locator("tbody tr")
    expect(rows.filter(has_text="lint").first).to_contain_text("the only one that could")
    page.get_by_role("button", name="Hold still").click()
    expect(page.get_by_role("button", name="Go on")).to_have_attribute("aria-pressed", "true")


def test_shadows_say_what_they_would_gain(page: Page, tasks: dict[str, str]):
    page.goto("/#/strategy")
    shadow = page.get_by_role("article").filter(has=page.get_by_role("heading", name="least-loaded"))
    expect(shadow).to_contain_text("too early to say")
    expect(shadow).to_contain_text("too few outcomes")


def test_what_is_not_there_is_said(page: Page, tasks: dict[str, str], watched):
    watched.expected.append("404")
    page.goto("/#/tasks/nothing-of-the-kind")
    expect(page.get_by_role("alert")).to_contain_text("nothing-of-the-kind")
    page.goto("/#/nowhere")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")


def test_colours_are_turned_and_charts_with_them(page: Page, tasks: dict[str, str]):
    page.goto("/")
    expect(page.locator("canvas").first).to_be_visible()
    page.get_by_role("button", name="Dark colours").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("canvas")).to_have_count(3)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
