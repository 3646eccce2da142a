"""S1 to S3: one transaction, each change answered, nothing that the table of a task's life does not have."""

from __future__ import annotations

from dataclasses import replace

from apportion.conformance.claims import equal, refused
from apportion.conformance.store.place import Check, Place, in_state, inserted, moved, task
from apportion.errors import CallerError
from apportion.model.lifecycle import TaskState, allowed
from apportion.model.task import TaskRequirements
from apportion.ports import Change, Forget, Insert, Remember, Transition

QUEUED, ASSIGNED, SUCCEEDED, FAILED = TaskState.QUEUED, TaskState.ASSIGNED, TaskState.SUCCEEDED, TaskState.FAILED


def s1_nothing_of_a_refused_commit_happened(place: Place) -> None:
    """A change that could never be right takes the whole commit with it, however late in it it stands."""
    first = task("first")
    store = inserted(place, first)
    never: dict[str, Change] = {
        "a payload that is no JSON": Insert(task("no-json", payload=object())),
        "a transition that is not in the table": moved(first, SUCCEEDED),
    }
    for name, wrong in never.items():
        changes: list[Change] = [Insert(task("other")), moved(first, ASSIGNED, lease=1), Remember("document", 1), wrong]
        refused(CallerError, f"{name} is refused", store.commit, changes)
        equal(store.get("first"), first, f"{name}: no transition of its commit happened")
        equal(store.get("other"), None, f"{name}: no insert of its commit happened")
        equal(store.recall("document"), None, f"{name}: nothing of its commit is remembered")
        equal(store.counts()[QUEUED], 1, f"{name}: nothing of its commit is counted")
    equal(store.commit([Insert(task("other"))]), [True], "the store goes on after a refusal")
    store.close()


def s1_a_commit_of_nothing_is_nothing(place: Place) -> None:
    """No changes, no answers."""
    store = place.open()
    equal(store.commit([]), [], "a commit of nothing answers nothing")
    store.close()


def s2_an_id_is_inserted_once(place: Place) -> None:
    """The first stays as it was, and the others of the commit happen."""
    store = inserted(place, task("a", payload="first"))
    again = [Insert(task("b")), Insert(task("a", payload="second")), Insert(task("b")), Insert(task("c"))]
    equal(store.commit(again), [True, False, False, True], "an Insert of an id that is there answers False")
    equal(store.get("a"), task("a", payload="first"), "the task that was there stays")
    equal(store.counts()[QUEUED], 3, "a refused Insert is not counted")
    store.close()


def s2_an_idempotency_key_is_inserted_once(place: Place) -> None:
    """Keys are a tenant's own; tasks without one never collide."""
    store = inserted(place, task("a", idempotency_key="key"), task("b"), task("c"))
    again = [
        Insert(task("d", idempotency_key="key")),
        Insert(task("e", idempotency_key="key", tenant="another")),
        Insert(task("f", idempotency_key="new")),
        Insert(task("g", idempotency_key="new")),
    ]
    equal(store.commit(again), [False, True, True, False], "an Insert of a tenant's key that is there answers False")
    equal(store.get("d"), None, "a refused Insert leaves nothing")
    store.close()


def s2_a_transition_holds_only_from_its_state_and_lease(place: Place) -> None:
    """What no longer holds changes nothing and answers False; the others happen."""
    held = task("held", state=ASSIGNED, lease=7, attempt=2, assigned_worker="quick")
    store = inserted(place, held, task("queued"))
    stale = [
        Transition(replace(held, state=SUCCEEDED, result="late"), ASSIGNED, 6),
        Transition(replace(held, state=SUCCEEDED, result="early"), ASSIGNED, 8),
        Transition(replace(held, state=ASSIGNED), QUEUED, 7),
        moved(task("unknown"), ASSIGNED, lease=1),
        moved(task("queued"), ASSIGNED, lease=1),
    ]
    equal(store.commit(stale), [False, False, False, False, True], "a stale Transition answers False")
    equal(store.get("held"), held, "a stale Transition changes nothing")
    equal(store.commit([moved(held, SUCCEEDED, result="right")]), [True], "the one that holds takes effect")
    store.close()


def s2_changes_see_those_before_them(place: Place) -> None:
    """Within a commit they happen in order: a task can be born, live and be forgotten in one."""
    store = place.open()
    new = task("a", idempotency_key="key")
    held = replace(new, state=ASSIGNED, lease=1)
    ended = replace(held, state=SUCCEEDED)
    life: list[Change] = [
        Insert(new),
        moved(new, ASSIGNED, lease=1),
        moved(new, ASSIGNED, lease=2),
        moved(held, SUCCEEDED),
    ]
    equal(store.commit(life), [True, True, False, True], "a change sees the ones before it")
    equal(store.get("a"), ended, "the last state is the one that stays")
    reborn: list[Change] = [Insert(new), Forget("a"), Forget("a"), Insert(new)]
    equal(store.commit(reborn), [False, True, False, True], "a forgotten id and key are free again, within the commit")
    equal(store.counts(), {**dict.fromkeys(TaskState, 0), QUEUED: 1}, "each change is counted once")
    store.close()


def s2_only_what_has_ended_is_forgotten(place: Place) -> None:
    """Its id and key are free again, and nothing of it is left."""
    store = inserted(place, *(in_state(state.value, state) for state in TaskState))
    changes = [Forget(state.value) for state in TaskState]
    equal(store.commit(changes), [state.final for state in TaskState], "Forget takes what has ended, and only that")
    equal(store.commit([Forget("unknown")]), [False], "Forget of an unknown id answers False")
    left = {state.value for state in TaskState if store.get(state.value)}
    equal(left, {"queued", "assigned"}, "what was forgotten is gone")
    equal(sum(store.counts().values()), 2, "what was forgotten is not counted")
    store.close()


def s2_what_a_client_gave_is_not_written_again(place: Place) -> None:
    """A transition may come from somebody who does not have the payload at hand."""
    given = task(
        "a", payload={"x": 1}, requirements=TaskRequirements(["gpu"], priority=7), tenant="t", idempotency_key="k",
        max_attempts=9, timeout=3.0, schedule_timeout=4.0, created_at=5.0, after=("b",), limit_keys=("c",),
    )  # fmt: skip
    store = inserted(place, given)
    bare = replace(task("a", task_type="other"), state=ASSIGNED, lease=1, attempt=1, assigned_worker="quick")
    store.commit([Transition(bare, QUEUED, 0)])
    expected = replace(given, state=ASSIGNED, lease=1, attempt=1, assigned_worker="quick", queued_at=0.0)
    equal(store.get("a"), expected, "a Transition writes the life of a task and leaves what the client gave")
    store.close()


def s2_a_decision_stays_until_an_assignment_brings_another(place: Place) -> None:
    """Whoever ends or requeues a task need not have the decision at hand."""
    store = inserted(place, task("a"))
    first = moved(task("a"), ASSIGNED, lease=1, decision={"worker": "quick"})
    requeued = moved(first.task, QUEUED, decision=None)
    second = moved(requeued.task, ASSIGNED, lease=2, decision={"worker": "slow"})
    ended = moved(second.task, FAILED, decision={"worker": "nonsense"})
    for change, worker in ((first, "quick"), (requeued, "quick"), (second, "slow"), (ended, "slow")):
        equal(store.commit([change]), [True], "the transition takes effect")
        kept = store.get("a")
        equal(
            kept and kept.decision, {"worker": worker}, "the decision is that of the last assignment that brought one"
        )
    store.close()


def s3_only_what_is_in_the_table_can_happen(place: Place) -> None:
    """Every pair of states, the allowed and the others."""
    pairs = [(before, after) for before in TaskState for after in TaskState]
    store = inserted(place, *(in_state(f"{before}-{after}", before) for before, after in pairs))
    for before, after in pairs:
        kept = in_state(f"{before}-{after}", before)
        change = moved(kept, after)
        if allowed(before, after):
            equal(store.commit([change]), [True], f"{before} -> {after} is in the table")
        else:
            claim = f"{before} -> {after} is not in the table and is refused"
            refused(ValueError, claim, store.commit, [change])
            equal(store.get(kept.id), kept, claim)
    store.close()


CHECKS: tuple[Check, ...] = (
    s1_nothing_of_a_refused_commit_happened,
    s1_a_commit_of_nothing_is_nothing,
    s2_an_id_is_inserted_once,
    s2_an_idempotency_key_is_inserted_once,
    s2_a_transition_holds_only_from_its_state_and_lease,
    s2_changes_see_those_before_them,
    s2_only_what_has_ended_is_forgotten,
    s2_what_a_client_gave_is_not_written_again,
    s2_a_decision_stays_until_an_assignment_brings_another,
    s3_only_what_is_in_the_table_can_happen,
)
