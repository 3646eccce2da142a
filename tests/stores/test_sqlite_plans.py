"""How SQLite will go about each read, whatever the number of tasks: along an index, and without sorting."""

import pytest

from apportion.model.lifecycle import TaskState
from apportion.ports import TaskFilter
from apportion.stores.sqlite import SqliteStore, statements


def plan(store: SqliteStore, statement: str, *values) -> str:
    with store._readers.lend() as reader:
        rows = reader.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
    return "\n".join(row[3] for row in rows)


@pytest.mark.parametrize(
    ("statement", "values", "way"),
    [
        (statements.GET, ["a"], "SEARCH t USING PRIMARY KEY (id=?)"),
        (statements.FIND, ["t", "k"], "SEARCH t USING INDEX keys (tenant=? AND idempotency_key=?)"),
        (statements.get_all(3), ["a", "b", "c"], "SEARCH t USING PRIMARY KEY (id=?)"),
        (statements.find_all(2), ["t", "k", "l"], "SEARCH t USING INDEX keys (tenant=? AND idempotency_key=?)"),
        (statements.QUEUED, ["t", 9], "SEARCH t USING INDEX queue (tenant=?)"),
        (statements.QUEUED_AFTER, ["t", 0.0, "a", 9], "SEARCH t USING INDEX queue (tenant=? AND (rank,id)>(?,?))"),
        (statements.LATER, [9], "SCAN t USING INDEX later"),
        (statements.LATER_AFTER, [0.0, "a", 9], "SEARCH t USING INDEX later ((rank,id)>(?,?))"),
        (statements.EXPIRING, [9], "SEARCH t USING INDEX expiring (expires>?)"),
        (statements.ENDED, [0.0, 9], "SEARCH e USING INDEX ended (finished_at<?)"),
    ],
)
def test_each_read_goes_along_an_index(store: SqliteStore, statement: str, values: list[object], way: str):
    found = plan(store, statement, *values)
    assert way in found
    assert "TEMP B-TREE" not in found
    assert found.count("SCAN") == way.count("SCAN")


@pytest.mark.parametrize(
    ("chosen", "way"),
    [
        (TaskFilter(), "SEARCH t USING PRIMARY KEY (id>?)"),
        (TaskFilter(state=TaskState.ASSIGNED), "SEARCH t USING INDEX held (id>?)"),
        (TaskFilter(state=TaskState.FAILED), "SEARCH t USING INDEX failed (id>?)"),
        (TaskFilter(state=TaskState.CANCELLED, tenant="t"), "SEARCH t USING INDEX cancelled (id>?)"),
        (TaskFilter(state=TaskState.QUEUED), "SEARCH t USING PRIMARY KEY (id>?)"),
        (TaskFilter(tenant="t"), "SEARCH t USING PRIMARY KEY (id>?)"),
    ],
)
@pytest.mark.parametrize("newest_first", [False, True])
def test_each_page_goes_along_an_index(store: SqliteStore, chosen: TaskFilter, way: str, newest_first: bool):
    statement, values = statements.page(chosen, "a", newest_first=newest_first)
    found = plan(store, statement, *values, 9)
    assert (way.replace("id>?", "id<?") if newest_first else way) in found
    assert "TEMP B-TREE" not in found


@pytest.mark.parametrize("state", [None, *TaskState])
def test_the_newest_page_is_read_backwards_without_sorting(store: SqliteStore, state: TaskState | None):
    statement, values = statements.page(TaskFilter(state=state), None, newest_first=True)
    assert "TEMP B-TREE" not in plan(store, statement, *values, 9)


def test_counting_what_is_unfinished_looks_at_nothing_else(store: SqliteStore):
    found = plan(store, statements.UNFINISHED)
    assert "USING INDEX queue" in found
    assert "USING INDEX held" in found
