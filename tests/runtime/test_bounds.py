"""Numbers that no store could keep are refused by name, and the run goes on."""

from __future__ import annotations

import pytest

from apportion.assemble import TaskDistributor
from apportion.errors import FieldError
from apportion.model.worker import WorkerInfo


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_attempts", 2**63),
        ("timeout", 10**30),
        ("delay", 10**30),
        ("not_before", 10**30),
        ("schedule_timeout", 10**30),
    ],
)
@pytest.mark.parametrize("on_disk", [True, False])
async def test_a_number_that_is_too_large_is_refused_alone(tmp_path, field, value, on_disk):
    """The error names the field, stores agree, and other tasks are done."""
    async with TaskDistributor.open(tmp_path / "tasks.db" if on_disk else None) as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 2), handlers={"echo": lambda payload: payload})
        with pytest.raises(FieldError, match=field):
            await distributor.submit("echo", 1, **{field: value})
        assert await (await distributor.submit("echo", 2)).result(timeout=20) == 2


async def test_fractions_leave_no_load_behind() -> None:
    """After tasks of every fraction, one that needs the whole worker still finds room."""
    async with TaskDistributor.open(None) as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 1), handlers={"echo": lambda payload: payload})
        for complexity in (0.7, 0.1, 0.2, 0.3, 0.3, 0.15) * 10:
            await distributor.submit("echo", None, complexity=complexity)
        whole = await distributor.submit("echo", "whole", complexity=1, priority=-1)
        assert await whole.result(timeout=20) == "whole"


@pytest.mark.parametrize("priority", [-1e300, 1e300])
async def test_a_priority_beyond_all_measure_is_no_delay(priority: float) -> None:
    """It goes last or first, and it goes."""
    async with TaskDistributor.open(None) as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 1), handlers={"echo": lambda payload: payload})
        handle = await distributor.submit("echo", "done", priority=priority)
        assert await handle.result(timeout=20) == "done"
