"""No page has what axe calls serious or critical, in light or in dark, on a laptop or on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.dashboard.conftest import Watched, opened
from tests.dashboard.seed import PAGES
from tests.service.conftest import Process

GRAVE = {"serious", "critical"}
WIDTHS = {"laptop": 1280, "phone": 390}


@pytest.mark.parametrize(
    ("device", "colours"),
    [
        ("laptop", "light"),
        ("phone", "dark"),
        pytest.param("laptop", "dark", marks=pytest.mark.proof),
        pytest.param("phone", "light", marks=pytest.mark.proof),
    ],
)
def test_no_serious_violation(
    browser: Browser, running: Process, watched: Watched, tasks: dict[str, str], device: str, colours: str
):
    # Only here, since axe itself is put into the page as a script.
    context = browser.new_context(
        base_url=running.url,
        viewport={"width": WIDTHS[device], "height": 844},
        bypass_csp=True,
        reduced_motion="reduce",
        color_scheme="dark" if colours == "dark" else "light",
    )
    page = opened(context, watched, running.url)
    found: dict[str, list[str]] = {}
    for place in [*PAGES, f"tasks/{tasks['succeeded']}", f"tasks/{tasks['impossible']}"]:
        page.goto(f"/#/{place}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_text("Loading …")).to_have_count(0)
        violations = Axe().run(page).response["violations"]
        bad = [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in violations if each["impact"] in GRAVE]
        if bad:
            found[place] = bad
    context.close()
    assert found == {}


@pytest.mark.parametrize("width", [390, 320])
def test_nothing_is_wider_than_a_phone(
    browser: Browser, running: Process, watched: Watched, tasks: dict[str, str], width: int
):
    context = browser.new_context(base_url=running.url, viewport={"width": width, "height": 844})
    page = opened(context, watched, running.url)
    wide: dict[str, int] = {}
    for place in [*PAGES, *(f"tasks/{task}" for task in tasks.values())]:
        page.goto(f"/#/{place}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_text("Loading …")).to_have_count(0)
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            wide[place] = needed
    context.close()
    assert wide == {}
