"""Plain functions in threads."""

import threading

import pytest

from apportion.errors import FieldTypeError
from apportion.executors.thread import ThreadExecutor
from tests.executors import handlers
from tests.executors.bench import Bench


class Gate:
    """A function that waits to be let go, and says when it was called."""

    def __init__(self):
        self.open = threading.Event()
        self.called = threading.Semaphore(0)

    def __call__(self, _payload):
        self.called.release()
        self.open.wait()
        return "late"


@pytest.fixture
def gate():
    gate = Gate()
    yield gate
    gate.open.set()


def made(by_type, **settings):
    return Bench(ThreadExecutor(by_type, **settings))


@pytest.mark.parametrize(
    ("handler", "payload", "result"),
    [
        (handlers.double, [1], [1, 1]),
        (lambda payload: {"a": (1, payload)}, 2, {"a": [1, 2]}),
        (lambda _: None, 1, None),
        (lambda payload: {1: payload}, "x", {"1": "x"}),
        (len, [1, 2], 2),
        (lambda payload, factor=3: payload * factor, 2, 6),
        (lambda payload, *, strict=True: strict, 2, True),
    ],
)
async def test_a_result_comes_back_as_the_json_that_it_is(handler, payload, result):
    bench = made({"it": handler})
    outcome = await bench.run("it", payload)
    assert (outcome.success, outcome.result) == (True, result)
    await bench.close()


async def test_a_second_parameter_is_given_the_context():
    bench = made({"it": handlers.tell_context, "named": lambda payload, context=None: context.attempt})
    outcome = await bench.run("it", "payload", task_id="t", attempt=2, worker="w")
    assert outcome.result == ["payload", "t", 2, 1, "w", False]
    assert (await bench.run("named", attempt=7)).result == 7
    await bench.close()


def raises(error):
    def handler(_payload):
        raise error

    return handler


class UnreadableError(Exception):
    def __str__(self):
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("what it said"), "ValueError: what it said"),
        (ValueError("two\nlines \x1b[1mbold\x1b[0m"), "ValueError: two lines bold"),
        (KeyError(), "KeyError"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (UnreadableError(), "UnreadableError: (its message cannot be read)"),
        (ValueError("x" * 10_000), f"ValueError: {'x' * 248} … {'x' * 248}"),
    ],
)
async def test_an_exception_is_one_line(error, line):
    bench = made({"it": raises(error)})
    outcome = await bench.run("it")
    assert (outcome.success, outcome.error, outcome.retry, outcome.busy_for) == (False, line, True, None)
    await bench.close()


async def test_busy_is_neither_success_nor_failure_and_fatal_is_for_good():
    bench = made({"busy": handlers.be_busy, "fatal": handlers.give_up})
    assert (await bench.run("busy", 2.5)).busy_for == 2.5
    outcome = await bench.run("fatal", "no such city")
    assert (outcome.error, outcome.retry, outcome.busy_for) == ("no such city", False, None)
    outcome = await bench.run("busy", -1)
    assert outcome.error == "FieldError: Busy.seconds: must be at least 0, not -1"
    await bench.close()


@pytest.mark.parametrize(
    ("value", "type_name"), [({1}, "set"), (object(), "object"), ({"a": [b""]}, "dict"), (float("nan"), "float")]
)
async def test_a_result_that_is_no_json_is_a_failure_that_names_handler_and_type(value, type_name):
    bench = made({"it": lambda _: value})
    outcome = await bench.run("it")
    assert not outcome.success
    assert f"<lambda> returned {type_name}, which is not JSON" in outcome.error
    await bench.close()


async def test_a_type_that_nobody_handles_names_the_nearest():
    bench = made({"lint": handlers.double})
    outcome = await bench.run("lnt")
    assert outcome.error == "worker 'quick-0' has no handler for 'lnt' (did you mean 'lint'?); it has: lint"
    assert outcome.fault == "worker"
    await bench.close()


async def test_a_function_out_of_time_is_left_behind_counted_and_its_late_result_discarded(gate):
    bench = made({"it": gate, "double": handlers.double}, threads=1)
    late = bench.start("it", timeout=0.05)
    outcome = await bench.outcome(late)
    assert (outcome.timed_out, outcome.result, bench.executor.abandoned) == (True, None, 1)
    assert (await bench.run("double", 1)).success, "another thread has taken its place"
    gate.open.set()
    while bench.executor.abandoned:
        await bench.run("double", 1)
    assert len([1 for attempt, _ in bench.reports if attempt == late]) == 1
    await bench.close()


async def test_threads_are_bounded_and_used_again(gate):
    before = set(threading.enumerate())
    bench = made({"it": gate, "double": handlers.double}, threads=2.5)
    for _ in range(10):
        bench.start("it", timeout=600)
    for _ in range(3):
        assert gate.called.acquire(timeout=30)
    assert len(set(threading.enumerate()) - before) == 3
    assert not gate.called.acquire(blocking=False)
    gate.open.set()
    for attempt in bench.started:
        assert (await bench.outcome(attempt)).result == "late"
    assert len(set(threading.enumerate()) - before) == 3
    await bench.close()


async def test_waiting_for_a_turn_is_no_part_of_the_time_out(gate):
    bench = made({"it": gate, "double": handlers.double}, threads=1)
    bench.start("it")
    waiting = bench.start("double", 2, timeout=0.05)
    bench.executor.cancel(bench.start("double", 3))
    gate.open.set()
    assert (await bench.outcome(waiting)).result == 4
    await bench.close()


async def test_with_too_many_left_behind_attempts_fail_rather_than_gather_threads(gate):
    bench = made({"it": gate}, threads=1, most_abandoned=2)
    for _ in range(2):
        assert (await bench.run("it", timeout=0.01)).timed_out
    outcome = await bench.run("it", timeout=0.01)
    assert (outcome.timed_out, outcome.fault) == (False, "worker")
    assert "2 functions go on" in outcome.error
    await bench.close()


async def test_a_function_that_looks_ends_when_it_is_cancelled():
    looked = threading.Event()

    def look(_payload, context):
        while not context.cancelled:
            looked.set()
        return "half done"

    bench = made({"it": look}, patience=600)
    attempt = bench.start("it")
    assert looked.wait(30)
    bench.executor.cancel(attempt)
    outcome = await bench.outcome(attempt)
    assert (outcome.cancelled, outcome.result, bench.executor.abandoned) == (True, None, 0)
    await bench.close()


async def test_a_function_that_ends_within_the_grace_of_close_keeps_its_outcome(gate):
    bench = made({"it": gate})
    attempt = bench.start("it")
    assert gate.called.acquire(timeout=30)
    gate.open.set()
    await bench.close(grace=600)
    assert (await bench.outcome(attempt)).result == "late"


async def test_what_would_hold_up_the_loop_is_refused():
    async def coroutine(payload):
        return payload

    with pytest.raises(FieldTypeError, match=r"handlers\['it'\].*is a coroutine; it needs CoroutineExecutor"):
        ThreadExecutor({"it": coroutine})
    with pytest.raises(FieldTypeError, match=r"handlers\['it'\]: must be a function, not 3"):
        made({"it": 3})
