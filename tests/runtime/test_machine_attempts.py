"""How attempts end, and what that means for the task and the worker."""

import pytest

from apportion.config import RuntimeConfig
from apportion.errors import TaskConflictError
from apportion.events import TaskRequeued, WorkerRested
from apportion.runtime import inputs
from tests.runtime.world import World


class Recorder:
    """A strategy that takes the first and remembers what it is told."""

    name = "recorder"

    def __init__(self):
        self.outcomes = []

    def select_worker(self, task, workers, context):
        return workers[0]

    def record(self, worker_id, task_type, success, duration, context):
        self.outcomes.append((worker_id, success, duration))


def test_a_success_is_kept_with_its_result():
    world = World()
    world.join("w")
    world.submit("t")
    world.end("t", result={"lines": 3}, duration=2.5)
    task = world.stored("t")
    assert (task.state, task.result, task.duration, task.attempt) == ("succeeded", {"lines": 3}, 2.5, 1)
    assert task.finished_at == world.wall()


def test_a_failure_is_repeated_after_a_pause_that_doubles_and_varies():
    world = World(RuntimeConfig(retry_backoff=1.0))
    world.join("w")
    world.submit("t", max_attempts=4)
    for nominal in (1.0, 2.0, 4.0):
        world.fail("t")
        delay = world.told(TaskRequeued)[-1].delay
        assert nominal / 2 <= delay <= nominal * 1.5
        world.pass_time(delay - 0.01)
        assert world.state("t") == "queued"
        world.pass_time(0.02)
        assert world.state("t") == "assigned"
    world.fail("t", error="the last straw")
    assert (world.state("t"), world.stored("t").error) == ("failed", "the last straw")
    delays = [fact.delay for fact in world.told(TaskRequeued)]
    assert delays != [1.0, 2.0, 4.0]


def test_a_pause_has_a_limit():
    world = World(RuntimeConfig(retry_backoff=100.0, retry_backoff_limit=10.0))
    world.join("w")
    world.submit("t")
    world.fail("t")
    assert world.told(TaskRequeued)[-1].delay <= 15.0


def test_a_retry_goes_elsewhere_if_it_can():
    """Even though the strategy would choose the same worker again."""
    world = World(RuntimeConfig(retry_backoff=0.0), strategy=Recorder())
    world.join("bad")
    world.submit("t")
    world.join("good")
    world.fail("t")
    assert world.worker_of("t") == "good"


def test_a_retry_goes_to_the_same_worker_rather_than_nowhere():
    world = World(RuntimeConfig(retry_backoff=0.0))
    world.join("only")
    world.submit("t")
    world.fail("t")
    assert world.worker_of("t") == "only"


def test_a_failure_that_says_so_is_the_last():
    world = World()
    world.join("w")
    world.submit("t", max_attempts=3)
    world.fail("t", retry=False)
    assert world.state("t") == "failed"


def test_a_time_out_counts_as_a_failure():
    recorder = Recorder()
    world = World(RuntimeConfig(retry_backoff=0.0), strategy=recorder)
    world.join("w")
    world.submit("t", timeout=5.0)
    world.fail("t", timed_out=True, duration=5.0)
    assert world.stored("t").failures == 1
    assert recorder.outcomes == [("w", False, 5.0)]


def test_outcomes_are_fed_back_and_nothing_else_is():
    recorder = Recorder()
    world = World(RuntimeConfig(retry_backoff=0.0), strategy=recorder)
    world.join("w", 10)
    for id in ("handed back", "cancelled", "stopped", "done"):
        world.submit(id)
    attempt = world.attempt("handed back")
    world.ask(inputs.AttemptReleased(attempt.task_id, "w", attempt.lease))
    world.ask(inputs.CancelAsked("cancelled"))
    world.end("stopped", success=False, cancelled=True)
    assert recorder.outcomes == []
    world.end("done", duration=2.0)
    assert recorder.outcomes == [("w", True, 2.0)]


def test_what_was_handed_back_or_stopped_does_not_count():
    world = World()
    world.join("w")
    world.submit("t", max_attempts=1)
    world.end("t", success=False, cancelled=True)
    attempt = world.attempt("t")
    world.ask(inputs.AttemptReleased("t", "w", attempt.lease))
    task = world.stored("t")
    assert (task.state, task.failures, task.deaths, task.attempt) == ("assigned", 0, 0, 3)


def test_a_busy_worker_rests_and_the_task_goes_on_uncounted():
    world = World()
    world.join("busy", 10)
    world.submit("t", max_attempts=1)
    world.end("t", success=False, busy_for=30.0)
    assert world.state("t") == "queued"
    world.pass_time(29.0)
    assert world.state("t") == "queued"
    world.pass_time(1.5)
    assert world.worker_of("t") == "busy"
    assert world.stored("t").failures == 0
    assert len(world.told(WorkerRested)) == 2


@pytest.mark.parametrize("success", [True, False])
def test_a_report_under_an_old_lease_is_refused_and_changes_nothing(success):
    world = World()
    world.join("w")
    world.submit("t")
    old = world.attempt("t")
    world.end("t", success=False, cancelled=True)
    before = world.stored("t")
    assert before.lease == 2
    with pytest.raises(TaskConflictError, match="lease 1"):
        world.report(old, success=success, error=None if success else "late")
    assert world.stored("t") == before
    assert world.machine.held == 1


def test_a_report_by_a_worker_that_does_not_hold_the_task_is_refused():
    world = World()
    world.join("w")
    world.submit("t")
    attempt = world.attempt("t")
    with pytest.raises(TaskConflictError):
        world.ask(inputs.AttemptReleased("t", "somebody else", attempt.lease))
    assert world.worker_of("t") == "w"


def test_only_the_first_completion_wins():
    world = World()
    world.join("w")
    world.submit("t")
    attempt = world.attempt("t")
    world.report(attempt, result=1)
    with pytest.raises(TaskConflictError):
        world.report(attempt, result=2)
    assert world.stored("t").result == 1


def test_an_attempt_that_nobody_reports_is_given_up_after_its_time_out():
    """Its room stays taken: whatever does not end is still there."""
    world = World(RuntimeConfig(retry_backoff=0.0, overtime=5.0))
    world.join("hangs", 1)
    world.submit("t", timeout=10.0, max_attempts=2)
    lost = world.attempt("t")
    world.pass_time(14.9)
    assert world.state("t") == "assigned"
    world.pass_time(0.2)
    assert world.state("t") == "queued"
    assert world.cancelling == [lost]
    assert world.stored("t").failures == 1
    world.join("well", 1)
    assert world.worker_of("t") == "well"
    with pytest.raises(TaskConflictError):
        world.report(lost)
    assert world.worker_of("t") == "well"
    world.submit("next")
    assert world.worker_of("next") == "hangs"


def test_the_decision_is_recorded():
    world = World()
    world.join("w")
    world.submit("t")
    decision = world.stored("t").decision
    assert decision is not None
    assert (decision["strategy"], decision["workers"]) == ("adaptive", 1)
