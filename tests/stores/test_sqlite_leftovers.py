"""Nothing is left of what is not there: not of a refused insert, and not of a forgotten task."""

from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task
from apportion.ports import Forget, Insert
from apportion.stores.sqlite import SqliteStore

ENDED = Task("a", "lint", state=TaskState.FAILED, lease=1, decision={"by": "score"})


def rows(store: SqliteStore) -> dict[str, int]:
    tables = ("tasks", "inputs", "decisions")
    return {table: store._rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables}


def test_a_refused_insert_leaves_nothing(store: SqliteStore):
    store.commit([Insert(ENDED)])
    assert store.commit([Insert(ENDED), Insert(ENDED)]) == [False, False]
    assert rows(store) == {"tasks": 1, "inputs": 1, "decisions": 1}


def test_a_forgotten_task_leaves_nothing(store: SqliteStore):
    store.commit([Insert(ENDED), Forget("a")])
    assert rows(store) == {"tasks": 0, "inputs": 0, "decisions": 0}
