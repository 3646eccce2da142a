"""Every statement that the store runs, but for the schema."""

from __future__ import annotations

from typing import Final

from apportion.ports import TaskFilter

# The columns stand in the order of Task's fields.
_TASK: Final = """
    SELECT t.id, t.task_type, i.payload, i.requirements, t.tenant, t.idempotency_key, i.max_attempts, i.timeout,
           t.not_before, i.schedule_timeout, t.state, t.attempt, t.failures, t.deaths, t.lease, t.assigned_worker,
           t.rank, i.created_at, t.queued_at, t.assigned_at, t.finished_at, t.result, t.error, t.exit_code, t.duration,
           d.decision
    FROM tasks AS t JOIN inputs AS i USING (number) LEFT JOIN decisions AS d USING (number)
"""

# --- reading

GET: Final = f"{_TASK} WHERE t.id = ?"
FIND: Final = f"{_TASK} WHERE t.tenant = ? AND t.idempotency_key = ?"
_IN_QUEUE: Final = "ORDER BY t.rank, t.id LIMIT ?"
QUEUED: Final = f"{_TASK} WHERE t.state = 'queued' {_IN_QUEUE}"
QUEUED_AFTER: Final = f"{_TASK} WHERE t.state = 'queued' AND (t.rank, t.id) > (?, ?) {_IN_QUEUE}"
COUNTS: Final = "SELECT state, tasks FROM totals"
# The states are written out: only then are their indexes considered.
UNFINISHED: Final = """
    SELECT state, task_type, tenant, count(*) FROM tasks WHERE state = 'queued' GROUP BY task_type, tenant
    UNION ALL
    SELECT state, task_type, tenant, count(*) FROM tasks WHERE state = 'assigned' GROUP BY task_type, tenant
"""
RECALL: Final = "SELECT document FROM documents WHERE name = ?"
NOTES: Final = "SELECT number, line FROM notes WHERE number > ? ORDER BY number LIMIT ?"
NEXT_NUMBER: Final = "SELECT coalesce(max(number), 0) + 1 FROM inputs"


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
    INSERT INTO tasks (id, number, state, rank, queued_at, task_type, tenant, idempotency_key, not_before)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""
INSERT_INPUT: Final = """
    INSERT INTO inputs (number, payload, requirements, max_attempts, timeout, schedule_timeout, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""
TRANSITION: Final = """
    UPDATE tasks
    SET state = ?, lease = ?, attempt = ?, failures = ?, deaths = ?, assigned_worker = ?, rank = ?, queued_at = ?,
        assigned_at = ?, finished_at = ?, not_before = ?, error = ?, exit_code = ?, duration = ?, result = ?
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
FORGET_DECISION: Final = "DELETE FROM decisions WHERE number = ?"
REMEMBER: Final = """
    INSERT INTO documents (name, document) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET document = excluded.document
"""
NOTE: Final = "INSERT INTO notes (at, line) VALUES (?, ?)"
FORGET_NOTES: Final = """
    WITH oldest AS (SELECT number, at FROM notes ORDER BY number LIMIT ?2)
    DELETE FROM notes
    WHERE number IN (SELECT number FROM oldest)
      AND number < coalesce((SELECT min(number) FROM oldest WHERE at >= ?1), 9223372036854775807)
"""
COUNT: Final = "UPDATE totals SET tasks = tasks + ? WHERE state = ?"
