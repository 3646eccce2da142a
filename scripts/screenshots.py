"""Draws docs/images/dashboard-*.png: the dashboard over a real service, in Chromium.

Run by `make screenshots`, from the root of the checkout; `python -m scripts.screenshots all FOLDER` draws every page of
every scene into another folder. Each scene is a service of its own with workers that live in this process: they claim,
wait as long as a task would take, and report.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

IMAGES = Path("docs/images")
CHROMIUM = "/usr/bin/chromium"
LISTENING = re.compile(r"listening on (http://\S+?),")
LAPTOP, PHONE = (1280, 860), (390, 844)
PLAYED = 75
"""Seconds for which a scene plays before its pictures are taken."""

TYPES = {
    "transcode": (3.0, {"gpu"}, 4),
    "lint": (0.3, {"python"}, 1),
    "unit-tests": (0.9, {"python"}, 2),
    "thumbnail": (0.25, set(), 1),
    "train": (3.5, {"gpu", "python"}, 6),
    "report": (0.6, set(), 1),
}
"""Type -> seconds on a usual worker, what it needs, its size."""

TENANTS = ("web", "mobile", "research")


class Fleet:
    """Workers of one scene.

    Args:
        url: the service.
        rng: chance.
        failing: task type -> share of attempts that fail.
    """

    def __init__(self, url: str, rng: random.Random, failing: dict[str, float]) -> None:
        limits = httpx.Limits(max_connections=500, max_keepalive_connections=500, keepalive_expiry=2)
        self.http = httpx.AsyncClient(base_url=url, timeout=120, limits=limits)
        self.rng = rng
        self.failing = failing
        self.tasks = asyncio.TaskGroup()

    async def start(self, name: str, capabilities: set[str], capacity: float, speed: float, faults: float = 0) -> None:
        """Let a worker work."""
        body = {"id": name, "capabilities": sorted(capabilities), "max_capacity": capacity, "labels": {"zone": "b"}}
        (await self.http.post("/v1/workers", json=body)).raise_for_status()
        self.tasks.create_task(self._claim(name, speed, faults))
        self.tasks.create_task(self._beat(name))

    async def _claim(self, name: str, speed: float, faults: float) -> None:
        while True:
            answer = await self.http.post(f"/v1/workers/{name}/claim", json={"max": 8, "wait": 5})
            if answer.status_code != 200:
                return
            for each in answer.json()["assignments"]:
                self.tasks.create_task(self._run(name, each, speed, faults))

    async def _run(self, name: str, task: dict, speed: float, faults: float) -> None:
        seconds = TYPES.get(task["task_type"], (1.0,))[0] * speed * self.rng.lognormvariate(0, 0.25)
        await asyncio.sleep(seconds)
        bad = self.rng.random() < max(faults, self.failing.get(task["task_type"], 0))
        body = {"worker_id": name, "lease": task["lease"], "success": not bad, "duration": seconds}
        error = {"error": "exit code 1: cannot reach https://models.internal/v3: timed out"} if bad else {}
        await self.http.post(f"/v1/tasks/{task['task_id']}/complete", json={**body, **error})

    async def _beat(self, name: str) -> None:
        answered = True
        while answered:
            await asyncio.sleep(1.5)
            answered = (await self.http.post(f"/v1/workers/{name}/heartbeat", json={})).status_code == 200

    async def submit(self, rate: float) -> None:
        """Submit so many tasks a second, for ever."""
        while True:
            names = self.rng.choices(list(TYPES), [2, 6, 5, 6, 1, 4], k=max(1, round(rate / 4)))
            await self.http.post("/v1/tasks", json=[self._task(name) for name in names])
            await asyncio.sleep(0.25 * self.rng.uniform(0.6, 1.4))

    def _task(self, name: str) -> dict:
        _, needs, size = TYPES[name]
        return {
            "task_type": name,
            "tenant": self.rng.choices(TENANTS, [5, 3, 1])[0],
            "payload": {"source": f"s3://media/{self.rng.randrange(10_000)}", "quality": "high"},
            "requirements": {"capabilities": sorted(needs), "complexity": size, "priority": self.rng.choice([3, 5, 8])},
            "max_attempts": 2,
        }


@asynccontextmanager
async def service(*options: str) -> AsyncIterator[str]:
    """Run a service, and return its address."""
    with TemporaryDirectory(prefix="apportion-pictures-") as folder:
        line = [sys.executable, "-m", "apportion", "serve", "--port", "0", "--store", f"{folder}/tasks.db", *options]
        process = await asyncio.create_subprocess_exec(*line, stderr=asyncio.subprocess.PIPE)
        assert process.stderr is not None
        try:
            while (said := (await process.stderr.readline()).decode()) and not LISTENING.search(said):
                pass
            found = LISTENING.search(said)
            assert found is not None, "the service did not start"
            drained = asyncio.create_task(process.stderr.read())
            yield found[1]
            drained.cancel()
        finally:
            process.terminate()
            await process.wait()


FIVE = {
    "gpu-1": ({"gpu", "python"}, 12, 0.5),
    "gpu-2": ({"gpu", "python"}, 8, 0.8),
    "build-1": ({"python"}, 8, 0.7),
    "build-2": ({"python"}, 8, 1.0),
    "spot-1": (set[str](), 6, 1.5),
}


async def healthy(fleet: Fleet) -> None:
    """Five workers that keep up."""
    for name, (capabilities, capacity, speed) in FIVE.items():
        await fleet.start(name, capabilities, capacity, speed)
    fleet.tasks.create_task(fleet.submit(12))
    await asyncio.sleep(PLAYED)


async def on_fire(fleet: Fleet) -> None:
    """Everything that can go wrong, at once."""
    fleet.failing["report"] = 0.9
    for name, (capabilities, capacity, speed) in FIVE.items():
        if name != "gpu-2":
            await fleet.start(name, capabilities, capacity, speed, 0.7 if name == "build-2" else 0)
    silent = {"id": "gpu-2", "capabilities": ["gpu", "python"], "max_capacity": 8}
    await fleet.http.post("/v1/workers", json=silent)
    await fleet.http.post("/v1/workers/gpu-2/claim", json={"max": 3, "wait": 0})
    lost = {"task_type": "render", "requirements": {"capabilities": ["blender", "gpu"]}}
    await fleet.http.post("/v1/tasks", json=[lost] * 12)
    fleet.tasks.create_task(fleet.submit(40))
    await asyncio.sleep(PLAYED)


async def empty(fleet: Fleet) -> None:
    """Nothing yet."""
    await asyncio.sleep(2)


async def crowd(fleet: Fleet) -> None:
    """Ten thousand workers, a tenth of which hold something."""
    kinds = ["small", "large", "gpu"]
    for start in range(0, 10_000, 400):
        bodies = [
            {
                "id": f"node-{number:05}",
                "capabilities": ["python", "gpu"] if number % 5 == 0 else ["python"],
                "max_capacity": 4 + number % 13,
                "kind": kinds[number % 3],
                "region": ["eu", "us"][number % 2],
            }
            for number in range(start, start + 400)
        ]
        await asyncio.gather(*(fleet.http.post("/v1/workers", json=body) for body in bodies))
    await fleet.http.post("/v1/tasks", json=[fleet._task(name) for name in fleet.rng.choices(list(TYPES), k=3000)])
    for start in range(0, 10_000, 4000):
        claims = [
            fleet.http.post(f"/v1/workers/node-{number:05}/claim", json={"max": 1 + number % 7, "wait": 0})
            for number in range(start, min(10_000, start + 4000), 10)
        ]
        await asyncio.gather(*claims)
    await asyncio.sleep(6)


SCENES = {"healthy": healthy, "fire": on_fire, "empty": empty, "crowd": crowd}
OPTIONS = {
    "healthy": ("--shadow", "least-loaded", "--shadow", "round-robin"),
    "crowd": ("--lease-seconds", "600"),
    "fire": ("--lease-seconds", "6", "--heartbeat-interval", "2"),
}


async def shoot(browser: Browser, url: str, path: str, place: Path, size: tuple[int, int], dark: bool) -> None:
    """Take one picture."""
    page: Page = await browser.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light", device_scale_factor=1
    )
    await page.goto(url + path)
    await page.get_by_role("heading", level=1).wait_for()
    await page.get_by_text("live", exact=True).wait_for()
    await page.wait_for_timeout(1500)
    await page.screenshot(path=place)
    await page.close()
    with Image.open(place) as taken:  # a few colours are enough for a page, and half the size
        taken.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(place, optimize=True)


async def one_of(http: httpx.AsyncClient, state: str) -> str:
    """Return the address of the page of some task in a state, or of the list."""
    found = (await http.get("/v1/tasks", params={"state": state, "limit": 1, "newest_first": True})).json()["items"]
    return f"/#/tasks/{found[0]['id']}" if found else "/#/tasks"


async def scene(name: str, browser: Browser, folder: Path, everything: bool) -> None:
    """Play a scene, and take its pictures."""
    async with service(*OPTIONS.get(name, ())) as url:
        fleet = Fleet(url, random.Random(7), {})
        async with fleet.tasks as tasks:
            await SCENES[name](fleet)
            pages = {"overview": "/", "failed": await one_of(fleet.http, "failed")}
            if everything:
                pages |= {page: f"/#/{page}" for page in ("fleet", "tasks", "decisions", "strategy", "advice")}
                pages |= {
                    "worker": "/#/workers/gpu-1",
                    "queued": await one_of(fleet.http, "queued"),
                    "done": await one_of(fleet.http, "succeeded"),
                }
            for page, path in pages.items():
                for size, kind in ((LAPTOP, "laptop"), (PHONE, "phone")):
                    for dark in (False, True):
                        place = folder / f"dashboard-{name}-{page}-{kind}-{'dark' if dark else 'light'}.png"
                        if everything or place.name in KEPT:
                            await shoot(browser, url, path, place, size, dark)
            for task in list(tasks._tasks):
                task.cancel()
        await fleet.http.aclose()


KEPT = {
    "dashboard-fire-overview-laptop-light.png",
    "dashboard-healthy-overview-laptop-dark.png",
    "dashboard-healthy-overview-phone-light.png",
    "dashboard-fire-failed-laptop-light.png",
}
"""What the documents show."""


async def main() -> None:
    """Take the pictures of the documents, or all."""
    everything = sys.argv[1:2] == ["all"]
    folder = Path(sys.argv[2]) if everything else IMAGES
    scenes = sys.argv[3:] or list(SCENES if everything else ("healthy", "fire"))
    folder.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        for name in scenes:
            await scene(name, browser, folder, everything)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
