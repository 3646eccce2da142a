"""What is shown: readable at 80 columns, with 3 workers or 300, and harmless whatever tasks are called."""

import io
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from apportion.batch.summary import summarise
from apportion.batch.tally import Tally
from apportion.cli.durations import clock_face, precise, short
from apportion.cli.live_view import live_view
from apportion.cli.plain_progress import PlainProgress
from apportion.cli.summary_view import summary_view
from apportion.cli.terminal import harmless
from apportion.events import TaskAssigned, TaskFailed, TaskRequeued
from apportion.model.lifecycle import TaskState
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo

WIDTH, HEIGHT = 80, 24
HOSTILE = "\x1b[2J\x1b]0;title\x07[bold red]x[/bold red]\u202e:smile:\n" * 20


def shown(what: RenderableType) -> list[str]:
    printed = io.StringIO()
    Console(file=printed, width=WIDTH, height=HEIGHT, force_terminal=True, color_system=None).print(what)
    return printed.getvalue().splitlines()


def a_tally(workers: int, name: str = "worker") -> Tally:
    fleet = [WorkerInfo(f"{name}-{number}", (), 2) for number in range(workers)]
    return Tally(fleet, ["hash"] * 100, Counter({TaskState.SUCCEEDED: 3}), now=0.0)


def a_task(id: str, worker: str, **fields) -> Task:
    return Task(id, "hash", requirements=TaskRequirements(), assigned_worker=worker, **fields)


def busy(tally: Tally, tasks: int, name: str = "task") -> Tally:
    workers = list(tally.workers)
    for number in range(tasks):
        tally.observe(TaskAssigned(0, a_task(f"{name}-{number}", workers[number % len(workers)])), 1.0)
    return tally


@pytest.mark.parametrize("workers", [1, 3, 13, 14, 50, 300])
def test_the_live_view_fits_the_terminal(workers: int):
    tally = busy(a_tally(workers, name="worker-with-a-long-name"), 5 * workers)
    for number in range(5):
        tally.observe(TaskRequeued(0, a_task(f"task-{number}", ""), reason="exit code 3 " * 20, counted=True), 2.0)
    lines = shown(live_view(tally, "a title " * 30, 5.0, WIDTH, HEIGHT))
    assert max(map(len, lines)) <= WIDTH
    assert len(lines) < HEIGHT


def test_the_live_view_says_how_far_who_runs_what_and_what_failed():
    tally = busy(a_tally(3), 3)
    tally.observe(TaskRequeued(0, a_task("task-0", ""), reason="exit code 3", counted=True), 3.0)
    text = "\n".join(shown(live_view(tally, "tasks.jsonl", 61.0, WIDTH, HEIGHT)))
    assert "1:01" in text
    assert "3/103" in text
    assert "3 succeeded   0 failed   1 retried   2 running   98 waiting" in text
    assert "worker-1  ■■■■■····· 1/2  task-1 1 min" in text
    assert "task-0 on worker-0 tried again: exit code 3" in text


def test_what_does_not_fit_is_counted():
    text = "\n".join(shown(live_view(busy(a_tally(300), 300), "title", 1.0, WIDTH, HEIGHT)))
    assert "more workers" in text


@pytest.mark.parametrize("view", ["live", "summary"])
def test_names_and_errors_cannot_act_on_the_terminal(view: str):
    tally = busy(a_tally(2, name=HOSTILE), 2, name=HOSTILE)
    task = a_task(f"{HOSTILE}-0", "", state=TaskState.FAILED, error=HOSTILE)
    tally.observe(TaskFailed(0, task), 2.0)
    if view == "live":
        lines = shown(live_view(tally, HOSTILE, 3.0, WIDTH, HEIGHT))
    else:
        lines = shown(summary_view(summarise(tally, [task], Path(HOSTILE), Path("logs"), 3.0)))
    text = "".join(lines)
    assert all(letter.isprintable() for letter in text)
    assert "[bold red]" in text


def test_harmless_text_is_left_alone():
    assert harmless("ünï ☃ 'quoted' [not markup]") == "ünï ☃ 'quoted' [not markup]"
    assert harmless("a\tb\nc") == "a b c"


def test_lines_of_progress_come_now_and_then_and_at_each_failure():
    tally = a_tally(2)
    printed = io.StringIO()
    progress = PlainProgress(Console(file=printed, width=200), tally)
    busy(tally, 2)
    progress.update(1.0)
    tally.observe(TaskRequeued(0, a_task("task-0", ""), reason="exit code 3", counted=True), 2.0)
    for now in (2.0, 3.0, 11.0, 12.0, 25.0):
        progress.update(now)
    # 100 tasks are left. At 11 s one attempt has ended, after 1 s, and one has run for 10 s: 100 · (1 + 10) / 1 hand.
    assert printed.getvalue().splitlines() == [
        "task-0 will be tried again: exit code 3",
        "3/103 ended, 0 failed, 1 retried, 1 running, about 18 min 20 s left",
        "3/103 ended, 0 failed, 1 retried, 1 running, about 41 min 40 s left",
    ]


@pytest.mark.parametrize(
    ("seconds", "face", "words", "exact"),
    [
        (0.0123, "0:00", "0 s", "12 ms"),
        (0.9996, "0:00", "1 s", "1.0 s"),
        (59.96, "0:59", "1 min", "1 min"),
        (65, "1:05", "1 min 5 s", "1 min 5 s"),
        (3600, "1:00:00", "1 h", "1 h"),
        (3725, "1:02:05", "1 h 2 min", "1 h 2 min"),
    ],
)
def test_seconds_as_people_read_them(seconds: float, face: str, words: str, exact: str):
    assert (clock_face(seconds), short(seconds), precise(seconds)) == (face, words, exact)
