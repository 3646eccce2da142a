"""Coroutines on the loop."""

import asyncio
import threading

import pytest

from apportion.errors import FieldTypeError
from apportion.executors.coroutine import CoroutineExecutor
from apportion.executors.signals import Busy, Fatal
from tests.executors import handlers
from tests.executors.bench import Bench


async def run(handler, **fields):
    bench = Bench(CoroutineExecutor({"it": handler}))
    outcome = await bench.run("it", "payload", **fields)
    await bench.close()
    return outcome


async def test_a_result_and_the_context():
    async def handler(payload, context):
        return (payload, context.attempt)

    assert (await run(handler, attempt=3)).result == ["payload", 3]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("said"), "ValueError: said"),
        (SystemExit(1), "SystemExit: 1"),
        (asyncio.CancelledError(), "CancelledError"),
        (TimeoutError(), "TimeoutError"),
    ],
)
async def test_whatever_it_raises_fails_its_attempt_alone(error, line):
    async def handler(_payload):
        raise error

    outcome = await run(handler)
    assert (outcome.error, outcome.cancelled, outcome.timed_out) == (line, False, False)


async def test_busy_and_fatal():
    async def busy(_payload):
        raise Busy(3)

    async def fatal(_payload):
        raise Fatal("no such city")

    assert (await run(busy)).busy_for == 3
    assert (await run(fatal)).retry is False


async def test_a_result_that_is_no_json_names_handler_and_type():
    async def handler(_payload):
        return {1}

    outcome = await run(handler)
    assert "handler returned set, which is not JSON" in outcome.error


async def test_a_time_out_cancels_and_lets_it_clear_up():
    cleared_up = threading.Event()

    async def handler(_payload):
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.to_thread(cleared_up.set)

    outcome = await run(handler, timeout=0.05)
    assert outcome.timed_out
    assert cleared_up.is_set()


async def test_one_that_is_cancelled_before_its_first_step_is_reported_at_once():
    called = []

    async def handler(payload):
        called.append(payload)

    bench = Bench(CoroutineExecutor({"it": handler}, patience=600))
    attempt = bench.start("it")
    bench.executor.cancel(attempt)
    assert (await bench.outcome(attempt)).cancelled
    assert called == []
    await bench.close()


async def test_one_that_goes_on_is_reported_counted_and_its_late_result_discarded():
    let_go = asyncio.Event()

    async def handler(_payload):
        while not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                continue
        return "late"

    bench = Bench(CoroutineExecutor({"it": handler}, patience=0.05))
    outcome = await bench.run("it", timeout=0.01)
    assert (outcome.timed_out, bench.executor.abandoned) == (True, 1)
    let_go.set()
    while bench.executor.abandoned:
        await bench.run("it", timeout=0)
    await bench.close()


async def test_a_plain_function_would_hold_up_the_loop_and_is_refused():
    with pytest.raises(FieldTypeError, match=r"double is no coroutine \(async def\); it needs ThreadExecutor"):
        CoroutineExecutor({"it": handlers.double})
