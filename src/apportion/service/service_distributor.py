"""The distributor of a service."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from apportion.assemble import TaskDistributor
from apportion.errors import UnknownTaskError
from apportion.runtime.handle import TaskHandle
from apportion.runtime.looks import Looks
from apportion.runtime.remote_calls import RemoteCalls


class ServiceDistributor(RemoteCalls, Looks, TaskDistributor):
    """Local and remote workers, glances at how things are, and many tasks as one."""

    async def handles(self, task_ids: Sequence[str]) -> list[TaskHandle]:
        """Return handles on many tasks; as `handle`.

        Raises:
            UnknownTaskError: one of them is not there.
        """
        handles = [self._handles.of(task_id, self) for task_id in task_ids]
        unsure = [each for each in handles if not each.done and self._machine.task(each.id) is None]
        for handle, task in zip(unsure, await self.look_up_all([each.id for each in unsure]), strict=True):
            if task is None:
                raise UnknownTaskError(handle.id)
            if task.state.final and not handle.done:
                handle.settle(task)
        return handles

    async def all_ended(self, handles: Sequence[TaskHandle], seconds: float) -> None:
        """Wait until all of these tasks have ended, or for so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for handle in handles:
                    if not handle.done:
                        await handle.wait()
