"""Every statement that the store runs, but for the schema."""

from __future__ import annotations

from typing import Final

from apportion.model.ranks import NOT_READY, PARKED
from apportion.ports import TaskFilter

# The columns stand in the order of Task's fields.
_TASK: Final = """
    SELECT t.id, t.task_type, i.payload, i.requirements, t.tenant, t.idempotency_key, i.max_attempts, i.timeout,
           t.not_before, i.schedule_timeout, i.after, i.limit_keys, i.traceparent, t.state, t.attempt, t.failures,
           t.deaths, t.lease, t.assigned_worker, t.rank, i.created_at, t.queued_at, t.expires, t.assigned_at,
           t.finished_at, t.result, t.error, t.exit_code, t.duration, d.decision
    FROM tasks AS t JOIN inputs AS i USING (number) LEFT JOIN decisions AS d USING (number)
"""

# --- reading

GET: Final = f"{_TASK} WHERE t.id = ?"
FIND: Final = f"{_TASK} WHERE t.tenant = ? AND t.idempotency_key = ?"
_IN_QUEUE: Final = "ORDER BY t.rank, t.id LIMIT ?"
_READY: Final = f"t.state = 'queued' AND t.rank + 0 < {NOT_READY:.0f}"
_NOT_READY: Final = f"t.state = 'queued' AND t.rank + 0 >= {NOT_READY:.0f}"
_PARKED: Final = f"t.state = 'queued' AND t.rank >= {PARKED:.0f}"
QUEUED: Final = f"{_TASK} WHERE {_READY} AND t.tenant = ? {_IN_QUEUE}"
QUEUED_AFTER: Final = f"{_TASK} WHERE {_READY} AND t.tenant = ? AND (t.rank, t.id) > (?, ?) {_IN_QUEUE}"
LATER: Final = f"{_TASK} WHERE {_NOT_READY} {_IN_QUEUE}"
LATER_AFTER: Final = f"{_TASK} WHERE {_NOT_READY} AND (t.rank, t.id) > (?, ?) {_IN_QUEUE}"
_LEAST_TENANT: Final = "SELECT min(t.tenant) FROM tasks AS t WHERE"
_ALL_FOUND: Final = "FROM found WHERE found.tenant IS NOT NULL"
# From each tenant to the next, instead of looking at every task of each.
TENANTS: Final = f"""
    WITH RECURSIVE found (tenant) AS (
        {_LEAST_TENANT} {_READY} UNION ALL SELECT ({_LEAST_TENANT} {_READY} AND t.tenant > found.tenant) {_ALL_FOUND}
    )
    SELECT tenant {_ALL_FOUND}
"""
EXPIRING: Final = f"{_TASK} WHERE t.state = 'queued' AND t.expires IS NOT NULL ORDER BY t.expires, t.id LIMIT ?"
_STILL_NAMED: Final = "SELECT 1 FROM awaited AS a JOIN tasks AS t ON t.id = a.by WHERE a.id = e.id AND"
_HAS_ENDED: Final = "SELECT e.id FROM tasks AS e WHERE e.state IN ('succeeded', 'failed', 'cancelled')"
ENDED: Final = f"""
    {_HAS_ENDED} AND e.finished_at < ? AND NOT EXISTS ({_STILL_NAMED} {_PARKED})
    ORDER BY e.finished_at, e.id LIMIT ?
"""
COUNTS: Final = "SELECT state, tasks FROM totals"
# The states are written out: only then are their indexes considered.
_NUMBER: Final = "SELECT t.state, t.task_type, t.tenant, count(*) FROM tasks AS t WHERE"
_BY_TYPE: Final = "GROUP BY t.task_type, t.tenant"
UNFINISHED: Final = f"""
    {_NUMBER} {_READY} {_BY_TYPE} UNION ALL {_NUMBER} {_NOT_READY} {_BY_TYPE}
    UNION ALL {_NUMBER} t.state = 'assigned' {_BY_TYPE}
"""
RECALL: Final = "SELECT document FROM documents WHERE name = ?"
HELD: Final = f"{_TASK} WHERE t.state = 'assigned' ORDER BY t.id"
NOTES: Final = "SELECT number, line FROM notes WHERE number > ? ORDER BY number LIMIT ?"
NEXT_NUMBER: Final = "SELECT coalesce(max(number), 0) + 1 FROM inputs"


def get_all(ids: int) -> str:
    """Return the statement for so many tasks."""
    return f"{_TASK} WHERE t.id IN ({_places(ids)})"


def find_all(keys: int) -> str:
    """Return the statement for those of a tenant's tasks that have one of so many keys."""
    return f"{_TASK} WHERE t.tenant = ? AND t.idempotency_key IN ({_places(keys)})"


_STATES: Final = "SELECT id, state FROM tasks WHERE id IN"
_WAITING: Final = "SELECT by FROM awaited WHERE id IN"


def waiting_for(ids: int) -> str:
    """Return the statement for those who wait for so many tasks; the cursor and the limit follow their ids."""
    return f"{_TASK} WHERE {_PARKED} AND t.id IN ({_WAITING} ({_places(ids)}) AND by > ?) ORDER BY t.id LIMIT ?"


def states(ids: int) -> str:
    """Return the statement for the states of so many tasks."""
    return f"{_STATES} ({_places(ids)})"


def _places(number: int) -> str:
    return ", ".join("?" * number)


def page(chosen: TaskFilter, cursor: str | None, *, newest_first: bool) -> tuple[str, list[str]]:
    """Return the statement for one page, and its first parameters; the limit follows."""
    columns = {"t.task_type": chosen.task_type, "t.tenant": chosen.tenant, "t.assigned_worker": chosen.worker}
    asked = {column: value for column, value in columns.items() if value is not None}
    values = list(asked.values())
    terms = [f"{column} = ?" for column in asked]
    if cursor is not None or not newest_first:
        terms.append("t.id < ?" if newest_first else "t.id > ?")
        values.append(cursor or "")
    if chosen.state is not None:
        # Written out: only then is the index of that state considered.
        terms.append(f"t.state = '{chosen.state.value}'")
    where = f"WHERE {' AND '.join(terms)}" if terms else ""
    return f"{_TASK} {where} ORDER BY t.id {'DESC' if newest_first else ''} LIMIT ?", values


# --- writing

INSERT: Final = """
    INSERT INTO tasks (id, number, state, rank, queued_at, expires, task_type, tenant, idempotency_key, not_before)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""
INSERT_INPUT: Final = """
    INSERT INTO inputs
        (number, payload, requirements, max_attempts, timeout, schedule_timeout, created_at, after, limit_keys,
         traceparent)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
AWAIT: Final = "INSERT OR IGNORE INTO awaited (id, by) VALUES (?, ?)"
TRANSITION: Final = """
    UPDATE tasks
    SET state = ?, lease = ?, attempt = ?, failures = ?, deaths = ?, assigned_worker = ?, rank = ?, queued_at = ?,
        expires = ?, assigned_at = ?, finished_at = ?, not_before = ?, error = ?, exit_code = ?, duration = ?,
        result = ?
    WHERE id = ? AND state = ? AND lease = ?
"""
DECIDE: Final = """
    INSERT INTO decisions (number, decision) SELECT number, ? FROM tasks WHERE id = ?
    ON CONFLICT (number) DO UPDATE SET decision = excluded.decision
"""
FORGET: Final = """
    DELETE FROM tasks WHERE id = ? AND state IN ('succeeded', 'failed', 'cancelled') RETURNING number, state
"""
FORGET_INPUT: Final = "DELETE FROM inputs WHERE number = ?"
FORGET_AWAITED: Final = "DELETE FROM awaited WHERE by = ?"
FORGET_DECISION: Final = "DELETE FROM decisions WHERE number = ?"
REMEMBER: Final = """
    INSERT INTO documents (name, document) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET document = excluded.document
"""
NOTE: Final = "INSERT INTO notes (at, line) VALUES (?, ?)"
FORGET_NOTES: Final = """
    DELETE FROM notes
    WHERE number IN (SELECT number FROM notes ORDER BY number LIMIT :most)
      AND number < coalesce((
          SELECT min(number) FROM (SELECT number, at FROM notes ORDER BY number LIMIT :most) WHERE at >= :before
      ), 9223372036854775807)
"""
COUNT: Final = "UPDATE totals SET tasks = tasks + ? WHERE state = ?"
