"""A replay's estimates hold what a real switch gives, and say where they should not be believed.

The simulator is the real world here: it runs the real machine, whose record is replayed, and then the same tasks under
another strategy.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from apportion.cli.app import app
from apportion.errors import InputFileError, UnknownStrategyError
from apportion.simulation.generators.poisson import Poisson
from apportion.simulation.replaying.answer import Replay
from apportion.simulation.replaying.drift import drifts_of
from apportion.simulation.replaying.estimate import work_of
from apportion.simulation.replaying.model import Outcomes, fitted, outcomes_of
from apportion.simulation.replaying.record import Decision, Record, entry_of, read_record, record_of
from apportion.simulation.replaying.replay import ReplayOptions, replay
from apportion.simulation.replaying.walk import Wishes, walked
from apportion.simulation.report.replay_page import replay_page
from apportion.simulation.scenario.happening import Happening
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.scenario.task_kind import TaskKind
from apportion.simulation.scenario.worker_profile import WorkerProfile
from apportion.simulation.simulate import Stage, play, stage_of

WORK = {"distribution": "lognormal", "mean": 1.0, "cv": 1.0}


def scenario(*events: Happening, rate: float = 12.0) -> Scenario:
    return Scenario(
        "shop",
        Poisson(rate=rate, limit=1200, work=WORK),
        [
            WorkerProfile("small", count=5, max_capacity=2, noise=0.3),
            WorkerProfile(
                "large", count=2, capabilities=["gpu"], max_capacity=4, speed=1.5, speed_for={"draw": 3.0}, noise=0.3,
                failure_rate=0.05,
            ),
        ],
        task_types=[TaskKind("chat", share=3), TaskKind("draw", capabilities=["gpu"])],
        events=events,
    )  # fmt: skip


def lines_of(stage: Stage, strategy: str) -> list[Any]:
    lines: list[Any] = []
    play(stage.placed("plan"), strategy, lines.append)
    return lines


def record_from(lines: list[Any]) -> Record:
    entries = [entry_of(json.loads(json.dumps(line))) for line in lines]
    decisions = [entry for entry in entries if isinstance(entry, Decision)]
    return record_of(decisions, [entry for entry in entries if not isinstance(entry, Decision)], "the test")


@cache
def recorded(strategy: str) -> tuple[Stage, Record]:
    stage = stage_of(scenario(), 1)
    return stage, record_from(lines_of(stage, strategy))


@cache
def replayed(live: str) -> tuple[Stage, Replay]:
    stage, record = recorded(live)
    others = [name for name in ("least-loaded", "round-robin", "performance-based") if name != live]
    return stage, replay(record, ReplayOptions([live, *others], resamples=8))


@pytest.mark.parametrize(
    ("live", "switched"),
    [
        ("round-robin", "least-loaded"),
        ("round-robin", "performance-based"),
        ("least-loaded", "round-robin"),
        ("least-loaded", "performance-based"),
    ],
)
def test_the_interval_holds_what_the_switch_gave(live: str, switched: str):
    stage, found = replayed(live)
    real = play(stage.placed("plan"), switched).figures
    estimate = next(each for each in found.estimates if each.strategy == switched)
    assert estimate.flow.low <= real.flow.mean <= estimate.flow.high
    assert estimate.wait.low <= real.wait.mean <= estimate.wait.high
    assert estimate.flow.high / estimate.flow.low < 1.5  # and it says something


def test_the_strategy_that_decided_is_estimated_as_what_it_did():
    stage, found = replayed("round-robin")
    own = found.estimates[0]
    assert own.flow.value == pytest.approx(found.actual.flow)
    assert found.actual.flow == pytest.approx(play(stage.placed("plan"), "round-robin").figures.flow.mean)
    assert found.check is not None
    assert found.check.value == pytest.approx(found.actual.flow, rel=0.1)
    assert own.work.agreement == pytest.approx(1.0, abs=0.02)


def test_each_decision_alone_is_estimated_as_it_would_have_been():
    """What a choice really would have cost is known here: the task's work, and true speeds."""
    stage, record = recorded("round-robin")
    workers = list(record.workers())
    outcomes = outcomes_of(record.decisions, workers)
    (wishes,) = walked(record, ["least-loaded"])
    found = work_of(record.decisions, outcomes, wishes, 100, 1)
    jobs = stage.traffic.jobs
    real = [
        jobs[int(decision.task)].work / _speed(worker or decision.worker, decision.task_type)
        for decision, worker in zip(record.decisions, wishes.workers, strict=True)
        if decision.timed
    ]
    assert found.seconds.low <= np.mean(real) <= found.seconds.high


def _speed(worker: str, kind: str) -> float:
    """With what a failure costs: it is repeated."""
    if worker.startswith("small"):
        return 1.0
    return (3.0 if kind == "draw" else 1.5) * 0.95


def hidden(n: int = 4000) -> tuple[np.ndarray, np.ndarray, list[Decision]]:
    """Half of the tasks are hard, which no type says; for them quick is chosen one time in four, for others three."""
    rng = np.random.default_rng(1)
    hard = rng.random(n) < 0.5
    chance = np.where(hard, 0.25, 0.75)
    quick = rng.random(n) < chance
    duration = np.where(hard, 4.0, 1.0) * np.where(quick, 1.0, 2.0)
    taken = np.where(quick, chance, 1.0 - chance)
    decisions = [
        _decision(place, "quick" if quick[place] else "slow", float(duration[place]), float(taken[place]))
        for place in range(n)
    ]
    return hard, quick, decisions


def test_known_chances_put_the_model_right():
    """Quick had the easy ones: its mean was 1.75 s, and of all tasks alike it is 2.5 s; slow's 6.5 s and 5 s."""
    _, quick, decisions = hidden()
    outcomes = outcomes_of(decisions, ["quick", "slow"])
    assert outcomes.duration[quick].mean() == pytest.approx(1.75, rel=0.05)
    assert fitted(outcomes).seconds[:, 0].tolist() == pytest.approx([2.5, 5.0], rel=0.05)


def test_known_chances_put_right_what_the_model_cannot_know():
    """Who would give quick the hard ones and slow the others takes 3 s; the model alone thinks 3.75 s."""
    hard, quick, decisions = hidden()
    outcomes = outcomes_of(decisions, ["quick", "slow"])
    wanted = Wishes("knowing", ["quick" if each else "slow" for each in hard])
    found = work_of(decisions, outcomes, wanted, 100, 1)
    assert found.seconds.low <= 3.0 <= found.seconds.high < 3.5
    assert found.corrected == pytest.approx(float((quick == hard).mean()))


def _decision(place: int, worker: str, duration: float, probability: float | None) -> Decision:
    line = {
        "kind": "decision", "task": str(place), "task_type": "x", "at": float(place), "decided_at": float(place),
        "ended_at": place + duration, "worker": worker, "attempt": 1, "outcome": "succeeded", "state": "succeeded",
        "duration": duration, "requirements": {}, "decision": {"strategy": "mine", "probability": probability},
    }  # fmt: skip
    entry = entry_of(line)
    assert isinstance(entry, Decision)
    return entry


def test_the_model_finds_true_speeds_and_failures():
    _, record = recorded("round-robin")
    workers = list(record.workers())
    outcomes = outcomes_of(record.decisions, workers)
    model = fitted(outcomes)
    chat, draw = outcomes.kinds.index("chat"), outcomes.kinds.index("draw")
    small = [place for place, id in enumerate(workers) if id.startswith("small")]
    large = [place for place, id in enumerate(workers) if id.startswith("large")]
    ratio = np.exp(model.effect[small, chat].mean() - model.effect[large, chat].mean())
    assert ratio == pytest.approx(1.5, rel=0.2)
    assert model.seconds[large, draw].mean() == pytest.approx(1 / 3, rel=0.2)
    assert model.failing[large].mean() == pytest.approx(0.05, abs=0.03)
    assert model.failing[small, chat].mean() < 0.02


def test_a_worker_that_changed_is_named():
    stage = stage_of(scenario(Happening(50.0, "large-0", {"speed": 0.3})), 1)
    record = record_from(lines_of(stage, "round-robin"))
    outcomes = outcomes_of(record.decisions, list(record.workers()))
    (drift,) = drifts_of(outcomes, fitted(outcomes))
    assert drift.worker == "large-0"
    assert drift.factor == pytest.approx(5.0, rel=0.5)
    _, steady = recorded("round-robin")
    unchanged = outcomes_of(steady.decisions, list(steady.workers()))
    assert drifts_of(unchanged, fitted(unchanged)) == []


def test_what_the_record_hardly_knows_is_said():
    """Everything went to one worker; whoever would use the other leans on nothing."""
    decisions = [_decision(place, "known", 1.0, 1.0) for place in range(50)] + [_decision(50, "unknown", 1.0, 1.0)]
    outcomes = outcomes_of(decisions, ["known", "unknown"])
    found = work_of(decisions, outcomes, Wishes("x", ["unknown"] * 51), 20, 1)
    assert found.thin == 1.0
    assert work_of(decisions, outcomes, Wishes("x", ["known"] * 51), 20, 1).thin == 0.0


def test_workers_that_are_not_described_are_guessed_and_that_is_said():
    decisions = [_decision(place, f"w{place % 2}", 1.5, None) for place in range(40)]
    record = record_of(decisions, [], "the test")
    assert {id: info.max_capacity for id, info in record.workers().items()} == {"w0": 1.0, "w1": 1.0}
    found = replay(record, ReplayOptions(["round-robin"], resamples=2))
    assert any("2 workers are not described" in doubt for doubt in found.doubts)
    assert any("mine, is not known here" in doubt for doubt in found.doubts)


def test_a_report_and_json_hold_everything(tmp_path: Path):
    path = tmp_path / "decisions.jsonl"
    stage = stage_of(scenario(), 2)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines_of(stage, "least-loaded")), encoding="utf-8")
    report = tmp_path / "replay.html"
    arguments = ["replay", str(path), "--strategy", "round-robin", "--resamples", "2"]
    done = CliRunner().invoke(app, [*arguments, "--report", str(report)])
    assert done.exit_code == 0
    assert "least-loaded decided" in done.stdout
    assert report.read_text(encoding="utf-8").count("<svg") == 2
    data = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    assert data["estimates"][0]["strategy"] == "round-robin"
    assert set(data["estimates"][0]["flow"]) == {"value", "low", "high"}


def test_the_same_record_and_seed_give_the_same_estimate():
    _, record = recorded("round-robin")
    options = ReplayOptions(["least-loaded"], resamples=2, seed=3)
    assert replay(record, options).to_dict() == replay(record, options).to_dict()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nonsense\n", "line 1: is no line of a record of decisions"),
        ('{"kind": "else"}\n', "unknown kind 'else'"),
        ('{"kind": "worker-gone", "at": 1.0, "worker": "w"}\n', "holds no decision of which the outcome is known"),
        ('{"kind": "decision"}\n', "is no line of a record of decisions"),
    ],
)
def test_what_is_no_record_is_named(tmp_path: Path, text: str, problem: str):
    path = tmp_path / "decisions.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputFileError, match=problem):
        read_record(path)


def test_an_unknown_strategy_is_refused():
    _, record = recorded("round-robin")
    with pytest.raises(UnknownStrategyError, match="random"):
        replay(record, ReplayOptions(["random"], resamples=2))


def test_names_of_workers_are_harmless_in_a_report():
    _, found = replayed("round-robin")
    doubtful = Replay(found.actual, found.check, found.estimates, ("<script>alert(1)</script>",))
    assert "<script>" not in replay_page(doubtful)


def test_outcomes_can_be_drawn_several_times():
    outcomes = Outcomes(*(np.array([0, 0]),) * 2, *(np.array([1.0, 2.0]),) * 3, ["w"], ["x"])
    assert outcomes.chosen(np.array([1, 1, 0])).duration.tolist() == [2.0, 2.0, 1.0]
