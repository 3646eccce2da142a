"""What tasks need is written once for all that share it, and never for another that only looks equal."""

import pytest

from apportion.model.constraint import Constraint
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.ports import Insert
from apportion.stores.sqlite.store import SqliteStore


@pytest.mark.parametrize("rounds", [1, 400])
def test_requirements_that_are_equal_in_python_stay_what_they_were(tmp_path, rounds):
    values = [1, True, 1.0] * rounds
    tasks = [
        Task(f"t{place}", "any", requirements=TaskRequirements(constraints=[Constraint("gpu", "==", value)]))
        for place, value in enumerate(values)
    ]
    store = SqliteStore(tmp_path / "tasks.db")
    try:
        store.commit([Insert(task) for task in tasks])
        found = [store.get(task.id) for task in tasks]
    finally:
        store.close()
    read = [task.requirements.constraints[0].value for task in found if task is not None]
    assert [repr(value) for value in read] == [repr(value) for value in values]
