"""What is shown fits 80 columns, and nothing in it can act on the terminal."""

import io
from typing import Any

import pytest
from rich.console import Console, RenderableType

from apportion.cli.remote.views.deciding import advice_view, strategy_view
from apportion.cli.remote.views.event import event_line
from apportion.cli.remote.views.explanation import explained
from apportion.cli.remote.views.task import task_view
from apportion.cli.remote.views.task_list import age, task_list
from apportion.cli.remote.views.worker_list import worker_list, worker_view
from apportion.core.balancer import LoadBalancer
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from apportion.wire.deciding import Applied, Recommendation, StrategyView
from apportion.wire.looking_closer import TaskHistory
from apportion.wire.tasks import TaskExplained, TaskView
from apportion.wire.workers import WorkerView

WIDTH = 80
HOSTILE = "\x1b[2J\x1b]0;title\x07\x9b31m[bold red]x[/bold red]\u202e\n" * 5


def task(name: str = HOSTILE, **fields: Any) -> TaskView:
    given: dict[str, Any] = dict.fromkeys(TaskView.__struct_fields__)
    given |= {"id": name, "task_type": name, "payload": {name: name}, "requirements": {"capabilities": [name]}}
    given |= {"tenant": name, "max_attempts": 3, "state": "failed", "attempt": 2, "lease": 2, "assigned_worker": name}
    given |= {"created_at": 1.0, "assigned_at": 2.0, "finished_at": 3.0, "error": name, "result": [name]}
    return TaskView(**{**given, "decision": {"strategy": name, "workers": 2}, **fields})


def worker(name: str = HOSTILE, **fields: Any) -> WorkerView:
    metrics = {"success_rate": 0.5, "average_task_duration": 1.0, "tasks_completed": 1, "tasks_failed": 1}
    given: dict[str, Any] = dict.fromkeys(WorkerView.__struct_fields__)
    given |= {"id": name, "status": "busy", "capabilities": [name], "max_capacity": 4.0, "current_load": 3.0}
    given |= {"task_types": [name], "kind": name, "region": name, "labels": {name: name}, "remote": True}
    given |= {"metrics": {**metrics, "last_failure_at": 1.0}, "incarnation": 1, "held": 1}
    return WorkerView(**{**given, **fields})


def explanation(name: str = HOSTILE) -> dict[str, Any]:
    workers = [WorkerInfo(f"{name}{number}", {name} if number else (), 2) for number in range(25)]
    return LoadBalancer().explain(TaskRequirements({name}, task_type=name), workers).to_dict()


def events(name: str = HOSTILE) -> list[dict[str, Any]]:
    about = {"at": 2.0, "attempt": 1, "worker_id": name, "task_id": name, "task_type": name, "state": "queued"}
    requeued = {**about, "event": "task-requeued", "reason": name, "counted": True, "delay": 1.0}
    return [{**about, "event": "task-queued"}, {**about, "event": "task-assigned"}, requeued, {**about, "event": name}]


def every_view() -> dict[str, RenderableType]:
    history = TaskHistory(events(), complete=True)
    why = TaskExplained(HOSTILE, "queued", HOSTILE, None, explanation())
    return {
        "tasks": task_list([task(), task(state="queued")], 9.0, HOSTILE),
        "task": task_view(task(), history, None, 9.0),
        "waiting": task_view(task(state="queued", finished_at=None, not_before=20.0), history, why, 9.0),
        "forgotten": task_view(task(), TaskHistory([], complete=False), None, 9.0),
        "workers": worker_list([worker(), worker(status="offline")]),
        "worker": worker_view(worker(), [task()], 9.0),
        "explanation": explained(explanation()),
        "strategy": strategy_view(StrategyView(HOSTILE, [HOSTILE], {HOSTILE: 0.5}, [], [])),
        "advice": advice_view([Recommendation(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 3)]),
        "applied": advice_view([Applied(HOSTILE, HOSTILE, None, None, 3, applied=False, why=HOSTILE)]),
        "event": event_line(HOSTILE, events()[2]),
    }


def shown(what: RenderableType) -> list[str]:
    printed = io.StringIO()
    Console(file=printed, width=WIDTH, force_terminal=True, color_system=None).print(what)
    return printed.getvalue().splitlines()


@pytest.mark.parametrize("name", every_view())
def test_nothing_in_a_view_acts_on_the_terminal(name: str):
    lines = shown(every_view()[name])
    assert all(letter.isprintable() for line in lines for letter in line)
    assert any("[bold red]" in line or "[2J" in line for line in lines)
    assert max(map(len, lines)) <= WIDTH


def test_an_id_is_never_cut():
    id = "01a20e19-0c4e-7678-a3b5-67053c087577"
    lines = shown(task_list([task(id, task_type="a-type-with-a-long-name" * 3, error="no")], 9.0, None))
    assert lines[1].startswith(id)


def test_a_story_is_told_from_the_record_where_the_service_remembers_nothing():
    told = shown(task_view(task("t", error="no luck"), TaskHistory([], complete=False), None, 9.0))[-3:]
    assert [line.strip().split("  ")[0] for line in told] == ["0 ms", "1.0 s", "2.0 s"]
    assert [word in line for word, line in zip(("submitted", "given to", "failed"), told, strict=True)] == [True] * 3


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.02, "20 ms"), (3.2, "3 s"), (61, "1 min"), (7300, "2 h"), (864000, "10 d"), (-1, "0 ms")]
)
def test_ages(seconds: float, said: str):
    assert age(seconds) == said
