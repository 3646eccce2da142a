"""The live view over a real service: what it shows, what its keys do, and that nothing in it acts on the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from apportion.cli.top.app import Top
from apportion.cli.top.dialogs import Line, Question, Reading
from apportion.cli.top.lists import Listing
from apportion.client import AsyncClient, Client, ClientConfig
from tests.cli.remote.conftest import FLEET
from tests.service.conftest import Process

SIZE = (80, 24)
HOSTILE = "\x1b[2J[bold red]x[/]\x07\u202e"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("service")
    (folder / "fleet.toml").write_text(FLEET)
    process = Process(folder, "--retry-backoff", "0", command="up", before=["fleet.toml"])
    yield process
    process.stop()


@pytest.fixture(scope="module")
def client(service: Process) -> Iterator[Client]:
    with Client(service.url) as client:
        waits = client.submit("odd", 1, capabilities=["gpu"], id="waits")
        fails = client.submit("bad", {"command": ["sh", "-c", f"echo '{HOSTILE}'; exit 3"]}, max_attempts=1, id="fails")
        client.submit("held", {"command": ["tail", "-f", "/dev/null"]}, capabilities=["text"], id="held")
        client.submit(
            HOSTILE, {"command": ["tail", "-f", "/dev/null"]}, capabilities=["text"], id=HOSTILE, tenant="\x9b"
        )
        client.wait(fails.id)
        yield client
        client.cancel(waits.id)


@pytest.fixture
async def pilot(service: Process, client: Client) -> AsyncIterator[Pilot[None]]:
    async with AsyncClient(service.url) as asking, Top(asking).run_test(size=SIZE) as pilot:
        await seen(pilot, lambda: "waiting" in screen(pilot))
        await seen(pilot, lambda: listing(pilot, "workers").row_count == 3)
        yield pilot


async def seen(pilot: Pilot[None], what: Callable[[], object]) -> None:
    """Wait until something is there."""
    async with asyncio.timeout(20):
        while not what():
            await pilot.pause()


def screen(pilot: Pilot[None]) -> str:
    """Return what the terminal shows, line by line."""
    strips = pilot.app.screen._compositor.render_strips(pilot.app.size)
    return "\n".join(strip.text for strip in strips)


def listing(pilot: Pilot[None], name: str) -> Listing:
    return pilot.app.query_one(f"#{name}", Listing)


async def test_it_shows_the_fleet_the_queue_and_what_failed_in_80_by_24(pilot: Pilot[None]):
    text = screen(pilot)
    lines = text.splitlines()
    assert len(lines) == SIZE[1]
    assert max(map(len, lines)) <= SIZE[0]
    for words in (
        "adaptive, fifo", "1 waiting (oldest", "2 held", "load 2/6", "by type: odd 1", "1 failed", "3 workers, by load",
        "small-0", "2/4", "python, text", "✗ bad fails", "exit code 3", "tab workers/tasks", "q quit",
    ):  # fmt: skip
        assert words in text, f"{words}\n{text}"


async def test_nothing_that_is_shown_acts_on_the_terminal(pilot: Pilot[None]):
    await pilot.press("tab")
    await seen(pilot, lambda: listing(pilot, "tasks").row_count == 2)
    shown = screen(pilot)
    for keys in (("enter",), ("escape", "down", "enter")):
        await pilot.press(*keys)
        await seen(pilot, lambda: isinstance(pilot.app.screen, Reading))
        shown += screen(pilot)
    assert all(letter.isprintable() for letter in shown if letter != "\n")
    assert "[bold red]x[/]" in shown


async def test_tab_turns_to_tasks_and_s_to_those_of_another_state(pilot: Pilot[None]):
    await pilot.press("tab")
    await seen(pilot, lambda: "tasks that are assigned" in screen(pilot))
    await seen(pilot, lambda: "held" in screen(pilot))
    await pilot.press("s")
    await seen(pilot, lambda: "tasks that are queued" in screen(pilot) and "waits" in screen(pilot))
    await pilot.press("s")
    await seen(pilot, lambda: "tasks that are failed" in screen(pilot) and "fails" in screen(pilot))
    await pilot.press("tab")
    await seen(pilot, lambda: "3 workers" in screen(pilot))


async def test_s_sorts_workers_and_a_filter_leaves_some(pilot: Pilot[None]):
    await pilot.press("s")
    await seen(
        pilot, lambda: "by id" in screen(pilot) and listing(pilot, "workers")._ids == ["big", "small-0", "small-1"]
    )
    await pilot.press("slash")
    await seen(pilot, lambda: isinstance(pilot.app.screen, Line))
    pilot.app.screen.query_one(Input).value = "SMALL"
    await pilot.press("enter")
    await seen(pilot, lambda: "2 workers with 'SMALL'" in screen(pilot))
    assert listing(pilot, "workers")._ids == ["small-0", "small-1"]


async def test_the_cursor_stays_on_its_worker(pilot: Pilot[None]):
    await pilot.press("s")
    await seen(pilot, lambda: listing(pilot, "workers")._ids == ["big", "small-0", "small-1"])
    await pilot.press("down")
    assert listing(pilot, "workers").chosen == "small-0"
    listing(pilot, "workers").fill([(id, []) for id in ("small-1", "new", "small-0", "big")])
    assert listing(pilot, "workers").chosen == "small-0"
    listing(pilot, "workers").fill([])
    assert listing(pilot, "workers").chosen is None


async def test_explain_says_why_a_task_waits(pilot: Pilot[None]):
    await pilot.press("e")  # no task is chosen: that is said, and nothing else happens
    await pilot.press("tab", "s")
    await seen(pilot, lambda: listing(pilot, "tasks").chosen == "waits")
    await pilot.press("e")
    await seen(pilot, lambda: isinstance(pilot.app.screen, Reading))
    await seen(pilot, lambda: "no worker that is there could ever take it" in screen(pilot))
    assert "lacks 'gpu'" in screen(pilot)
    await pilot.press("escape")
    await seen(pilot, lambda: not isinstance(pilot.app.screen, Reading))


async def test_enter_shows_a_worker_and_question_mark_the_keys(pilot: Pilot[None]):
    await pilot.press("enter")
    await seen(pilot, lambda: isinstance(pilot.app.screen, Reading) and "a part of the service" in screen(pilot))
    await pilot.press("escape", "question_mark")
    await seen(pilot, lambda: "drain the worker" in screen(pilot))
    await pilot.press("q", "p")
    await seen(pilot, lambda: isinstance(pilot.app.screen, Reading))


async def test_cancel_and_retry_ask_first(pilot: Pilot[None], client: Client):
    await pilot.press("tab", "s")
    await seen(pilot, lambda: listing(pilot, "tasks").chosen == "waits")
    await pilot.press("c")
    await seen(pilot, lambda: isinstance(pilot.app.screen, Question))
    await pilot.press("n")
    assert client.get("waits").state == "queued"
    await pilot.press("c", "y")
    await seen(pilot, lambda: client.get("waits").state == "cancelled")
    client.retry("waits")
    await pilot.press("s")
    await seen(pilot, lambda: listing(pilot, "tasks").chosen == "fails")
    await pilot.press("c", "y")  # it has ended: the refusal is shown, and the view goes on
    await seen(pilot, lambda: "is failed" in " ".join(each.message for each in pilot.app._notifications))
    await pilot.press("r", "y")
    await seen(pilot, lambda: client.get("fails").attempt == 2 and client.get("fails").state == "failed")


async def test_drain_asks_first(pilot: Pilot[None], client: Client):
    await pilot.press("s", "down", "down")
    await seen(pilot, lambda: listing(pilot, "workers").chosen == "small-1")
    await pilot.press("d")
    await seen(pilot, lambda: "drain small-1?" in screen(pilot))
    await pilot.press("y")
    await seen(pilot, lambda: client.worker("small-1").status == "draining")
    await seen(pilot, lambda: "draining" in screen(pilot))


async def test_without_a_service_it_says_so_and_comes_back(tmp_path: Path):
    (tmp_path / "fleet.toml").write_text(FLEET)
    process = Process(tmp_path, command="up", before=["fleet.toml"])
    port = process.url.rpartition(":")[2]
    impatient = AsyncClient(process.url, config=ClientConfig(patience=0.2))
    async with impatient, Top(impatient).run_test(size=SIZE) as pilot:
        await seen(pilot, lambda: "adaptive" in screen(pilot))
        await asyncio.to_thread(process.stop)
        await seen(pilot, lambda: "no answer from " in screen(pilot))
        await pilot.press("tab", "s", "e", "tab")
        options = ("--port", port)
        process = await asyncio.to_thread(Process, tmp_path, *options, command="up", before=["fleet.toml"])
        await seen(pilot, lambda: "adaptive" in screen(pilot))
    await asyncio.to_thread(process.stop)


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_it_can_be_left(pilot: Pilot[None], key: str):
    await pilot.press(key)
    await seen(pilot, lambda: not pilot.app.is_running)
