"""An embedded run with one worker, in memory and on a file."""

import pytest

from apportion.assemble import TaskDistributor
from apportion.model.worker import WorkerInfo
from tests.runtime.work import HANDLERS, QUICK


@pytest.fixture(params=["memory", "file"])
def store(request, tmp_path):
    return None if request.param == "memory" else tmp_path / "tasks.db"


@pytest.fixture
async def distributor(store):
    async with TaskDistributor.open(store, config=QUICK) as opened:
        opened.add_local_worker(WorkerInfo("w", {"typescript"}, 10), HANDLERS)
        yield opened
