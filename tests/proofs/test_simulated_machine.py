"""The machine in virtual time, under lost, doubled and late messages, deaths, stalls, cuts, jumps and a bad disk."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apportion.runtime.alarms import Why
from apportion.runtime.machine import Machine
from tests.proofs.simulated.run import Report, run

SEEDS = 40
SECONDS = 120.0


def without_fencing(machine: Machine) -> None:
    """Believe whoever reports, whatever the lease."""
    attempts = machine._attempts
    vars(attempts)["_valid"] = lambda task_id, _worker_id, _lease: machine._books.held.get(task_id)


def without_recovery(machine: Machine) -> None:
    """Never take a task from a worker that does not renew its lease."""
    machine._bells[Why.LEASE] = lambda _alarm: None


def without_looking_after(machine: Machine) -> None:
    """Never look who waits for a task that has ended."""
    vars(machine._books)["look_after"] = lambda: None


def test_a_run_under_all_faults_loses_nothing_and_doubles_nothing():
    report = run(7, seconds=40.0, workers=8)
    assert (report.wrong, report.acknowledged) == (0, 120)


@pytest.mark.proof
@pytest.mark.timeout(1200)
def test_many_runs_lose_nothing_and_double_nothing(record_property: Callable[[str, object], None]):
    reports = [run(seed, seconds=SECONDS) for seed in range(SEEDS)]
    assert [seed for seed, report in enumerate(reports) if report.wrong] == []
    assert all(report.stale_refused and report.faults for report in reports), "no run without a fault that mattered"
    totals = {
        name: sum(getattr(report, name) for report in reports) for name in ("finished", "stale_refused", "faults")
    }
    for name, total in totals.items():
        record_property(name, total)
    print(f"{SEEDS} seeds of {SECONDS:g} s and 20 workers: {totals}")


def test_the_same_seed_makes_the_same_run():
    def once() -> Report:
        return run(11, seconds=30.0, workers=6)

    assert once() == once()


@pytest.mark.parametrize("doctor", [without_fencing, without_recovery, without_looking_after])
def test_a_machine_without_a_safeguard_is_found_out(doctor: Callable[[Machine], None]):
    """Negative controls: what the runs would say if it were missing."""
    assert any(run(seed, seconds=90.0, workers=8, doctor=doctor).wrong for seed in range(4))
